// A Spark cluster of this machine alone: a master and workers from PyPI's package, each a process; one core and one task for each worker.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { freePort, signalGroup, stopGroup } from '../localstack/process-group.ts';
import { pythonWith } from '../localstack/python.ts';

const ROOT = join(import.meta.dirname, '..');
/** Python's environment, logs, and what the workers keep. */
const FOLDER = join(ROOT, '.emulators', 'spark');
const START_TIMEOUT_MS = 120_000;

export type Cluster = {
  /** `spark://…`. */
  readonly master: string;
  /** For the environment of the command that `--spark` takes. */
  readonly environment: Readonly<Record<string, string>>;
  /** The master's process, and each worker's: a group with what it starts. */
  readonly groups: readonly number[];
  /** Returns when all have ended. */
  stop(): Promise<void>;
};
export type ClusterOptions = {
  readonly workers: number;
  /** Each worker and all that it starts run on one of this machine's processors, as on a machine of that one alone. Needs `taskset`. */
  readonly isPinned?: boolean;
  /** Of the master. Default: one that is free. */
  readonly port?: number;
  /** Default: the environment of the interop suite if there is one, otherwise one of its own, installed once. */
  readonly python?: string;
};

/** Throws where a process ends while it starts. */
export async function startCluster({
  workers,
  isPinned = false,
  port,
  python = sparkPython(),
}: ClusterOptions): Promise<Cluster> {
  const masterPort = port ?? (await freePort());
  const uiPort = await freePort();
  const master = `spark://127.0.0.1:${masterPort}`;
  const environment = environmentOf(python);
  const home = execFileSync(python, ['-c', 'import pyspark; print(pyspark.__path__[0])'], {
    encoding: 'utf8',
  }).trim();
  const started: Started[] = [];
  const stop = async () => {
    for (const { child, stopped } of started.toReversed()) await stopGroup(child.pid, stopped);
  };
  const start = (name: string, args: readonly string[], processor?: number) => {
    const pinned = processor === undefined ? [] : ['taskset', '-c', `${processor}`];
    const one = startDaemon(name, [...pinned, join(home, 'bin', 'spark-class'), ...args], {
      ...process.env,
      ...environment,
      // Compiling costs programs that do so little more than it gains.
      SPARK_DAEMON_JAVA_OPTS: '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC',
      SPARK_DAEMON_MEMORY: '512m',
    });
    started.push(one);
  };
  try {
    start('master', [
      ...['org.apache.spark.deploy.master.Master', '--host', '127.0.0.1'],
      ...['--port', `${masterPort}`, '--webui-port', `${uiPort}`],
    ]);
    for (let i = 0; i < workers; i++)
      start(
        `worker-${i + 1}`,
        [
          // Two names, as of two hosts: Spark runs no task a second time on the same one.
          ...['org.apache.spark.deploy.worker.Worker', '--host', i % 2 === 0 ? '127.0.0.1' : 'localhost'],
          ...['--cores', '1', '--memory', '2g', '--webui-port', '0'],
          ...['--work-dir', join(FOLDER, 'work'), master],
        ],
        isPinned ? i % availableParallelism() : undefined,
      );
    await untilAlive(`http://127.0.0.1:${uiPort}/json/`, workers, started);
    return { master, environment, groups: started.map(({ child }) => child.pid ?? 0), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Started = { readonly child: ChildProcess; readonly stopped: Promise<void>; readonly log: string };

function startDaemon(
  name: string,
  [command = '', ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
): Started {
  mkdirSync(FOLDER, { recursive: true });
  const log = join(FOLDER, `${name}-${process.pid}.log`);
  const out = openSync(log, 'w');
  // A process group of its own, so that a worker's executors end with it.
  const child = spawn(command, args, {
    env,
    stdio: ['ignore', out, out],
    detached: true,
  });
  const stopped = new Promise<void>((resolve) =>
    child.once('exit', () => resolve()).once('error', () => resolve()),
  );
  process.once('exit', () => signalGroup(child.pid, 'SIGKILL'));
  return { child, stopped, log };
}

/** The master tells its workers as JSON where its page is. */
async function untilAlive(url: string, workers: number, started: readonly Started[]): Promise<void> {
  const giveUp = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const told = await fetch(url).then(
      (answer) => answer.json() as Promise<{ aliveworkers?: number }>,
      () => undefined,
    );
    if (told?.aliveworkers === workers) return;
    const ended = started.find(({ child }) => child.exitCode !== null || child.signalCode !== null);
    const late = Date.now() > giveUp ? started[0] : undefined;
    const wrong = ended ?? late;
    if (wrong !== undefined)
      throw new Error(`Spark did not start. The end of ${wrong.log}:\n${lastLines(wrong.log)}`);
    await after(200);
  }
}

function lastLines(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-20).join('\n');
}

function sparkPython(): string {
  const interop = join(ROOT, '.venv', 'bin', 'python');
  if (existsSync(join(dirname(interop), 'spark-submit'))) return interop;
  const pins = readFileSync(join(ROOT, 'test', 'interop', 'requirements.txt'), 'utf8').split('\n');
  const pyspark = pins.find((pin) => pin.startsWith('pyspark==')) ?? 'pyspark';
  return pythonWith(
    {
      title: pyspark,
      pip: [pyspark],
      inputs: [],
      suits: (major, minor) => major === 3 && minor >= 10,
      wanted: '3.10 or newer',
    },
    join(FOLDER, 'python'),
  );
}

/** Spark's own scripts look for `python3` on the PATH. */
function environmentOf(python: string): Record<string, string> {
  return {
    PATH: `${dirname(python)}${delimiter}${process.env.PATH ?? ''}`,
    PYSPARK_PYTHON: python,
    SPARK_LOCAL_IP: '127.0.0.1',
  };
}
