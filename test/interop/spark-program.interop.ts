// The program that Spark runs, with a real Spark and a process that only notes its lines: one process does all tasks of a core, and one that
// ends is told by its last words and not used again.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { testTemp } from '../support/temp.ts';

const PROGRAM = join(import.meta.dirname, '../../spark/sluice_job.py');
const PYTHON = process.env.SLUICE_PYTHON ?? 'python3';

/** Answers the first "next" with `tasks`, notes its lines beside its number, and gives up at "bad". */
const NOTING = `
import { appendFileSync, existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
const [log, ...tasks] = process.argv.slice(2);
const isNew = !existsSync(log);
let asked = 0;
for await (const line of createInterface({ input: process.stdin })) {
  appendFileSync(log, process.pid + ' ' + line + '\\n');
  if (line === 'bad') {
    process.stderr.write('there is no room for it');
    process.exit(3);
  }
  const answers = line === 'next' && isNew && asked++ === 0 ? tasks : [];
  process.stdout.write([...answers, ''].join('\\n') + '\\n');
}
`;

function submitted(tasks: readonly string[]) {
  const folder = testTemp();
  const [noting, log] = [join(folder, 'noting.mjs'), join(folder, 'log')];
  writeFileSync(noting, NOTING);
  const command = JSON.stringify([process.execPath, noting, log, ...tasks]);
  const bin = dirname(PYTHON);
  const { status, stderr } = spawnSync(
    join(bin, 'spark-submit'),
    ['--master', 'local[1,2]', '--conf', 'spark.ui.enabled=false', PROGRAM, command, 'a job'],
    {
      encoding: 'utf8',
      env: {
        ...process.env,
        PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`,
        PYSPARK_PYTHON: PYTHON,
        SPARK_LOCAL_IP: '127.0.0.1',
      },
    },
  );
  const notes = readFileSync(log, 'utf8').trimEnd().split('\n');
  return { status, said: stderr, notes: notes.map((note) => note.split(' ')) };
}

test('one process does all tasks', () => {
  const { status, said, notes } = submitted(['one', 'two', 'three']);
  expect(status, said).toBe(0);
  expect(notes.map(([, line]) => line)).toEqual(['next', 'one', 'two', 'three', 'next']);
  expect(new Set(notes.map(([pid]) => pid)).size).toBe(1);
});

test('one that ends is told by its last words, and the next attempt has another one', () => {
  const { status, said, notes } = submitted(['one', 'bad']);
  expect(status).toBe(1);
  expect(said).toContain('RuntimeError: there is no room for it');
  const attempts = notes.filter(([, line]) => line === 'bad');
  expect(attempts).toHaveLength(2);
  expect(new Set(attempts.map(([pid]) => pid)).size).toBe(2);
});
