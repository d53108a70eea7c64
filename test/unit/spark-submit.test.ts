// Spark's command is run as it is typed, told its job in ASCII, and ended with this process. Commands of the shell stand for Spark here;
// test/interop/spark-jobs.interop.ts runs Spark itself.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { sparkReason } from '../../lib/adapters/spark-reason.ts';
import { SparkSubmit } from '../../lib/adapters/spark-submit.ts';
import { testTemp } from '../support/temp.ts';

const JOB = { name: 'job-1', run: 'run-1' };
const sparkBy = (command: string, task: readonly string[] = ['node']) =>
  new SparkSubmit({ command, program: '/sluice_job.py', task });

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await after(10);
}

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** A command that notes its process and waits. */
function waiting(folder: string): { readonly command: string; readonly pid: () => number } {
  const note = join(folder, 'pid');
  return {
    command: `sh -c 'echo $$ > "${note}.tmp"; mv "${note}.tmp" "${note}"; exec sleep 1000'`,
    pid: () => (existsSync(note) ? Number(readFileSync(note, 'utf8')) : 0),
  };
}

it('gives the command its program, the words of a task as ASCII, and the job’s name', async () => {
  const folder = testTemp();
  const script = join(folder, 'spark');
  writeFileSync(script, `#!/bin/sh\nprintf '%s\\n' "$WORD" "$@" > "${folder}/given"\n`, { mode: 0o755 });
  const spark = sparkBy(`WORD='a b' "${script}" --master x`, ['--landing', `/ä "b" $(c) \\ '\u2028`]);
  const id = await spark.start(JOB, 1);
  expect(await spark.look(id)).toBe('running');
  await spark.settled();
  expect(await spark.look(id)).toBe('ended');
  expect(readFileSync(join(folder, 'given'), 'utf8').split('\n')).toEqual([
    'a b',
    '--master',
    'x',
    '/sluice_job.py',
    `["--landing","/\\u00e4 \\"b\\" $(c) \\\\ '\\u2028","job-1","run-1"]`,
    'job-1',
    '',
  ]);
});

it('starts the same attempt once, and says that it never heard of another', async () => {
  const folder = testTemp();
  const spark = sparkBy(`echo once >> "${folder}/starts" #`);
  const ids = [await spark.start(JOB, 1), await spark.start(JOB, 1)];
  await spark.settled();
  ids.push(await spark.start(JOB, 1));
  await spark.settled();
  expect(new Set(ids).size).toBe(1);
  expect(readFileSync(join(folder, 'starts'), 'utf8')).toBe('once\n');
  expect(await spark.look('another')).toBe('unknown');
});

it('runs four at once, and the others when one of them has ended', async () => {
  const folder = testTemp();
  const spark = sparkBy(
    `sh -c 'echo x >> "${folder}/starts"; until [ -e "${folder}/go" ]; do sleep 0.05; done'`,
  );
  const starts = () =>
    existsSync(join(folder, 'starts')) ? readFileSync(join(folder, 'starts'), 'utf8').length / 2 : 0;
  const ids = [];
  for (let i = 0; i < 6; i++) ids.push(await spark.start({ name: `job-${i}`, run: `run-${i}` }, 1));
  await until(() => starts() === 4);
  await after(200);
  expect(starts()).toBe(4);
  expect(await spark.look(ids[5] as string)).toBe('running');
  writeFileSync(join(folder, 'go'), '');
  await until(() => starts() === 6);
  await spark.close();
});

it('says why a command failed', async () => {
  const missing = sparkBy('no-such-spark --master x');
  const id = await missing.start(JOB, 1);
  await missing.settled();
  expect(await missing.look(id)).toEqual({
    failed: 'no-such-spark --master x ended with exit code 127: no-such-spark: not found',
  });
  const silent = sparkBy('false');
  const other = await silent.start(JOB, 1);
  await silent.settled();
  expect(await silent.look(other)).toEqual({ failed: 'false ended with exit code 1: it printed nothing' });
});

it('ends what runs when it is closed', async () => {
  const { command, pid } = waiting(testTemp());
  const spark = sparkBy(command);
  await spark.start(JOB, 1);
  await until(() => pid() > 0);
  await spark.close();
  await until(() => !isAlive(pid()));
});

it('ends what runs when its process is killed', async () => {
  const { command, pid } = waiting(testTemp());
  const module = join(import.meta.dirname, '../../lib/adapters/spark-submit.ts');
  const program = `
    const { SparkSubmit } = await import(${JSON.stringify(module)});
    const spark = new SparkSubmit({ command: ${JSON.stringify(command)}, program: 'p', task: [] });
    await spark.start({ name: 'n', run: 'r' }, 1);
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  await until(() => pid() > 0);
  child.kill('SIGKILL');
  await until(() => !isAlive(pid()));
});

it('tells of Spark’s output its errors, or else its last lines', () => {
  const said = `26/11/30 09:42:08 WARN Utils: set
RuntimeError: no room
26/11/30 09:42:08 ERROR TaskSetManager: Task 0 in stage 0.0 failed 4 times; aborting job
Traceback (most recent call last):
  File "/sluice_job.py", line 43, in <module>
py4j.protocol.Py4JJavaError: An error occurred
\tat org.apache.spark.executor.Executor$TaskRunner.run(Executor.scala:682)
Caused by: RuntimeError: no room
org.apache.spark.api.python.PythonException: Traceback (most recent call last):
RuntimeError: no room
\t... 1 more
Caused by: org.apache.spark.api.python.PythonException: Traceback (most recent call last):
Caused by: org.apache.spark.SparkException: Traceback (most recent call last):
26/11/30 09:42:08 INFO SparkContext: Successfully stopped SparkContext (Uptime: 4895 ms)
`;
  expect(sparkReason(said)).toBe(
    'ERROR TaskSetManager: Task 0 in stage 0.0 failed 4 times; aborting job | py4j.protocol.Py4JJavaError: An error occurred | RuntimeError: no room',
  );
  expect(sparkReason('spark-class: line 71: /nope/bin/java: No such file or directory\n\n')).toBe(
    'spark-class: line 71: /nope/bin/java: No such file or directory',
  );
});
