// The last lines of .ci/run: what passed, what failed, and for a step that failed without a failed test, why.
// Plain JavaScript: it must work where the installation failed. argv: the folder of the results.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const MAX_LINES = 100;
const AROUND = { before: 2, after: 6 };
/** Headings of vitest's section on errors outside tests; the section ends before the totals. */
const ACCOUNT = /Failed Suites|Unhandled (Error|Rejection)|Uncaught Exception/;
const TOTALS = /^\s*Test Files /;
const TROUBLE = /Unhandled|Error:|\berror TS\d|npm ERR|Worker .*exited|Killed|timed out/i;

const folder = process.argv[2] ?? '.';
const read = (name) => (existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : '');

/** A test counts once, however often it ran; it failed if it ever did. A step that failed without a failed test is one more. */
const passed = new Set();
/** By what failed: the first lines of its message. */
const failed = new Map();
for (const line of read('steps').split('\n').filter(Boolean)) {
  const [step, result, status, log] = line.split('\t');
  const files = JSON.parse(read(`${result}.json`) || '{"testResults":[]}').testResults;
  const tests = files.flatMap(({ name, assertionResults }) =>
    assertionResults.map((test, i) => ({ ...test, id: `${name} (${i + 1}): ${test.fullName}` })),
  );
  for (const { id, status: outcome, failureMessages } of tests) {
    if (outcome === 'passed') passed.add(id);
    if (outcome === 'failed') failed.set(id, firstLines(failureMessages[0] ?? ''));
  }
  if (result !== 'none' && tests.length === 0) failed.set(`${step}: no test ran`, '');
  else if (status !== '0' && !tests.some((test) => test.status === 'failed'))
    failed.set(`${step}: exit code ${status}`, '');
  else continue;
  console.log(
    `\n=== ${step}: exit code ${status}, and no test failed; all that it said: ${join(folder, log)}`,
  );
  for (const { name, status: outcome, message, assertionResults } of files) {
    if (outcome === 'failed') console.log(`failed suite ${name}: ${message || 'see below'}`);
    else if (assertionResults.some((test) => test.status === 'pending'))
      console.log(`ended before its last test: ${name}`);
  }
  console.log(reasons(read(log).trimEnd().split('\n')).slice(0, MAX_LINES).join('\n'));
}
for (const [id, message] of failed) {
  passed.delete(id);
  console.log(`failed: ${id}${message}`);
}
console.log(`${passed.size} passed, ${failed.size} failed`);
process.exitCode = failed.size === 0 && passed.size > 0 ? 0 : 1;

function firstLines(message) {
  return message
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^\s+at /.test(line))
    .slice(0, 3)
    .map((line) => `\n    ${line.slice(0, 200)}`)
    .join('');
}

/** Vitest's own account where there is one; or what stands around each line that speaks of trouble; or the last lines. */
function reasons(lines) {
  const start = lines.findIndex((line) => ACCOUNT.test(line));
  if (start >= 0) {
    const end = lines.findIndex((line, i) => i > start && TOTALS.test(line));
    const account = lines.slice(start, end < 0 ? undefined : end);
    return account.filter((line) => line.trim() !== '' && !/^ +❯ .*(node_modules|node:)/.test(line));
  }
  const near = new Set();
  for (const [i, line] of lines.entries())
    if (TROUBLE.test(line)) for (let n = i - AROUND.before; n <= i + AROUND.after; n++) near.add(n);
  const found = lines.filter((_, i) => near.has(i));
  return found.length > 0 ? found : lines.slice(-MAX_LINES);
}
