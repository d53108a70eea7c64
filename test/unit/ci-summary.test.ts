// The end of .ci/run says why a step failed, also where no test did: of a long output only the end may be kept.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { testTemp } from '../support/temp.ts';

const SUMMARY = resolve('.ci/summary.mjs');

type Test = { fullName: string; status: string; failureMessages: string[] };
const test = (fullName: string, status = 'passed', ...failureMessages: string[]): Test => ({
  fullName,
  status,
  failureMessages,
});
const suite = (name: string, status: string, tests: Test[], message = '') => ({
  name,
  status,
  message,
  assertionResults: tests,
});

function summary(files: Record<string, string | object[]>) {
  const folder = testTemp();
  for (const [name, content] of Object.entries(files))
    writeFileSync(
      join(folder, name),
      typeof content === 'string' ? content : JSON.stringify({ testResults: content }),
    );
  const { status, stdout } = spawnSync(process.execPath, [SUMMARY, folder], { encoding: 'utf8' });
  return { status, lines: stdout.replaceAll(folder, 'results').split('\n') };
}

it('counts a test once, and is short where all passed', () => {
  const steps = 'lint\tnone\t0\tlint.log\nunit\tunit\t0\tunit.log\nagain\tagain\t0\tagain.log\n';
  const passed = [suite('a.test.ts', 'passed', [test('one'), test('two')])];
  expect(summary({ steps, 'unit.json': passed, 'again.json': passed })).toEqual({
    status: 0,
    lines: ['2 passed, 0 failed', ''],
  });
});

it('names each test that failed, with the first lines of its message', () => {
  const failed = test('two', 'failed', 'AssertionError: 1 is not 2\n    at a.test.ts:3:4');
  const found = summary({
    steps: 'unit\tunit\t1\tunit.log\n',
    'unit.json': [suite('a.test.ts', 'failed', [test('one'), failed])],
  });
  expect(found.status).toBe(1);
  expect(found.lines.join('\n')).toBe(
    'failed: a.test.ts (2): two\n    AssertionError: 1 is not 2\n1 passed, 1 failed\n',
  );
});

it('says why a step failed of which no test did', () => {
  const { status, lines } = summary({
    steps:
      'lint\tnone\t2\tlint.log\nunit\tunit\t1\tunit.log\nstart\tnone\t7\tstart.log\nmore\tmore\t1\tmore.log\n',
    'lint.log': `${'fine\n'.repeat(50)}lib/a.ts(3,4): error TS2322: no\n${'fine\n'.repeat(50)}`,
    'unit.json': [
      suite('a.test.ts', 'failed', [test('one')], 'after all went wrong'),
      suite('b.test.ts', 'passed', [test('two', 'pending')]),
    ],
    'unit.log': [
      'Error: that a test expected',
      '⎯⎯ Failed Suites 1 ⎯⎯',
      'Error: after all went wrong',
      ' ❯ a.test.ts:3:4',
      ' ❯ run node_modules/vitest/dist/a.js:1:1',
      '⎯⎯ Unhandled Errors ⎯⎯',
      'Caused by: Error: Worker exited unexpectedly',
      ' Test Files  1 failed',
      'later',
    ].join('\n'),
    'start.log': 'one\ntwo\n',
  });
  expect(status).toBe(1);
  expect(lines.filter((line) => line !== '' && line !== 'fine')).toEqual([
    '=== lint: exit code 2, and no test failed; all that it said: results/lint.log',
    'lib/a.ts(3,4): error TS2322: no',
    '=== unit: exit code 1, and no test failed; all that it said: results/unit.log',
    'failed suite a.test.ts: after all went wrong',
    'ended before its last test: b.test.ts',
    '⎯⎯ Failed Suites 1 ⎯⎯',
    'Error: after all went wrong',
    ' ❯ a.test.ts:3:4',
    '⎯⎯ Unhandled Errors ⎯⎯',
    'Caused by: Error: Worker exited unexpectedly',
    '=== start: exit code 7, and no test failed; all that it said: results/start.log',
    'one',
    'two',
    '=== more: exit code 1, and no test failed; all that it said: results/more.log',
    'failed: lint: exit code 2',
    'failed: unit: exit code 1',
    'failed: start: exit code 7',
    'failed: more: no test ran',
    '1 passed, 4 failed',
  ]);
});
