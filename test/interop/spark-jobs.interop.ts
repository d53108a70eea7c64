// A source file as a job on a cluster of two workers, of which one is killed on the way, a task's process too, and every task may run
// twice: its rows, its quarantine and its insight are those of one process, and delta-rs reads them.
import { execFile, spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cluster, startCluster } from '../../spark/cluster.ts';
import { makeTemp, removeTemp } from '../support/temp.ts';
import { InteropLake } from './interop-lake.ts';
import { difference, expectReadAlike } from './read-alike.ts';

const SLUICE = join(import.meta.dirname, '../../bin/sluice.mjs');
const KEY = 'events/two "quotes", a \u2028 and ä.csv';
const ROWS = 100_000;
const BLOCK_BYTES = 8 * 1024 * 1024;
const SETTINGS = {
  'spark.driver.host': '127.0.0.1',
  'spark.ui.enabled': 'false',
  // Every stage's last tasks run twice, and so does a stage's only task.
  'spark.speculation': 'true',
  'spark.speculation.interval': '100ms',
  'spark.speculation.multiplier': '0.1',
  'spark.speculation.quantile': '0.1',
  'spark.speculation.task.duration.threshold': '100ms',
  'spark.eventLog.enabled': 'true',
  'spark.eventLog.compress': 'false',
  'spark.eventLog.rolling.enabled': 'false',
  // Compiling costs a short-lived program more than it gains.
  'spark.driver.extraJavaOptions': '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC',
  'spark.executor.extraJavaOptions': '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC',
};

const run = promisify(execFile);
let cluster: Cluster;
let lake: InteropLake;
let eventLog: string;

beforeAll(async () => {
  const python = process.env.SLUICE_PYTHON;
  eventLog = makeTemp();
  lake = await InteropLake.create([join(import.meta.dirname, 'jobs')]);
  await lake.put(KEY, faultyEvents());
  const starting = startCluster({ workers: 2, ...(python === undefined ? {} : { python }) });
  await lake.sync();
  cluster = await starting;
});
afterAll(async () => {
  await cluster?.stop();
  await lake?.close();
  await removeTemp(eventLog);
});

/** Records of some 600 bytes, many of several lines. Wrong numbers, keys that were before, quotes that stand where none may. */
function faultyEvents(): string {
  const long = 'so long that a block holds few of them, and quoted: ""here"", '.repeat(8);
  const notes = ['plain', '', `"${long}"`, `"two\r\nlines of ${long}"`, `"${long}\n\n\n"`, `"${long}" tail`];
  const lines = ['id,day,amount,note'];
  for (let i = 0; i < ROWS; i++) {
    const id = i % 997 === 996 ? Math.floor(i / 2) : i;
    const amount = i % 501 === 500 ? 'n/a' : `${(i * 7919) % 100_000}.${10 + (i % 90)}`;
    // A bare quote behind a broken one would refuse the whole file.
    const isOdd = i % 809 === 808;
    const note = !isOdd ? notes[i % 5] : i < ROWS / 2 ? 'a "stray" quote' : notes[5];
    lines.push(`${id},2024-01-0${1 + (i % 3)},${amount},${note}`);
  }
  return `${lines.join('\r\n')}\r\n`;
}

test('is done as by one process, whatever is killed and whatever runs twice', async () => {
  const far = join(lake.folder, 'far');
  const syncing = syncOnSpark(far);
  const killed = await killInTheMiddle(far, syncing);
  const { exitCode, said } = await syncing;
  expect(exitCode, said).toBe(0);
  expect(killed).toEqual({ executors: 1, tasks: 1 });

  const [whole, inBlocks] = [await lake.read(), await lake.read(new Map(), far)];
  for (const [i, { prefix, rows, columns }] of whole.entries()) {
    expect(difference(rows, inBlocks[i]?.rows ?? []), prefix).toEqual([]);
    expect(inBlocks[i]).toMatchObject({ prefix, columns });
  }
  expect(whole.map(({ prefix, rows }) => [prefix, rows.length])).toEqual([
    ['tables/events', 99_689],
    ['insights/day_totals', 3],
  ]);
  expect(await rejects(far)).toEqual(await rejects(lake.root));
  await expectReadAlike(inBlocks, far);
  expect(await speculated()).toBeGreaterThan(0);
  expect(await readdir(join(far, 'jobs')).catch(() => [])).toEqual([]);
});

function syncOnSpark(far: string): Promise<{ exitCode: number | null; said: string }> {
  const settings = Object.entries({ ...SETTINGS, 'spark.eventLog.dir': `file://${eventLog}` });
  const command = ['spark-submit', '--master', cluster.master]
    .concat(settings.flatMap(([name, value]) => ['--conf', `'${name}=${value}'`]))
    .join(' ');
  const child = spawn(
    process.execPath,
    [SLUICE, 'sync', '--landing', lake.landing, '--lake', far, '--schemas', lake.schemas, '--spark', command],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        ...cluster.environment,
        SLUICE_MAX_SOURCE_BYTES: '1000000',
        SLUICE_BLOCK_BYTES: String(BLOCK_BYTES),
      },
    },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  return new Promise((resolve, reject) =>
    child.once('error', reject).once('close', (exitCode) => resolve({ exitCode, said })),
  );
}

/** Once some blocks are converted: the first worker's executor, and the process of a task that the other one runs. */
async function killInTheMiddle(far: string, syncing: Promise<unknown>) {
  let isOver = false;
  void syncing.finally(() => {
    isOver = true;
  });
  const killed = { executors: 0, tasks: 0 };
  while (!isOver && killed.executors + killed.tasks < 2) {
    await after(50);
    if ((await resultsOf(far, 'convert')) < 2) continue;
    for (const { pid, group, command } of await processes()) {
      const isExecutor = group === cluster.groups[1] && command.includes('CoarseGrainedExecutorBackend');
      const isTask =
        command.startsWith(process.execPath) && command.includes(` task --landing ${lake.landing}`);
      if (isTask && killed.tasks === 0 && kill(pid)) killed.tasks++;
      if (isExecutor && killed.executors === 0 && kill(pid)) killed.executors++;
    }
  }
  return killed;
}

function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}

async function processes() {
  const { stdout } = await run('ps', ['-eo', 'pid=,pgid=,args='], { maxBuffer: 64 * 1024 * 1024 });
  return stdout.split('\n').flatMap((line) => {
    const [, pid, group, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return command === undefined ? [] : [{ pid: Number(pid), group: Number(group), command }];
  });
}

/** How many tasks of a stage are done. */
async function resultsOf(far: string, stage: string): Promise<number> {
  const jobs = join(far, 'jobs');
  const names = await readdir(jobs, { recursive: true }).catch(() => []);
  for (const name of names.filter((one) => /stages\/\d+\.json$/.test(one))) {
    const text = await readFile(join(jobs, name), 'utf8').catch(() => '');
    if (!text.includes(`"name":"${stage}"`)) continue;
    const results = name.replace(/stages\/(\d+)\.json$/, 'results/$1/');
    return names.filter((one) => one.startsWith(results) && one.endsWith('.json')).length;
  }
  return 0;
}

/** Counts, and every refused row. */
async function rejects(root: string): Promise<unknown> {
  return [await rejected(root), await rejected(root, KEY)];
}

async function rejected(root: string, ...source: string[]): Promise<unknown> {
  const { stdout } = await run(
    process.execPath,
    [
      SLUICE,
      'rejects',
      ...source,
      '--lake',
      root,
      '--landing',
      lake.landing,
      '--schemas',
      lake.schemas,
      '--format',
      'json',
    ],
    { maxBuffer: 256 * 1024 * 1024 },
  );
  return JSON.parse(stdout);
}

/** How many attempts Spark started beside one that ran. */
async function speculated(): Promise<number> {
  let count = 0;
  for (const name of await readdir(eventLog))
    for (const line of (await readFile(join(eventLog, name), 'utf8')).split('\n'))
      if (line.startsWith('{"Event":"SparkListenerTaskStart"') && line.includes('"Speculative":true'))
        count++;
  return count;
}
