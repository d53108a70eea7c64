// Which emulator `npm run localstack` started, remembered in a file, so that `stop` finds it.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EMULATORS_FOLDER } from './emulators.ts';
import { stopGroupOf } from './process-group.ts';

export type Running = {
  readonly title: string;
  readonly endpoint: string;
  /** `docker`: the containers of compose.yaml. */
  readonly process: { readonly pid: number } | 'docker';
};

const FILE = join(EMULATORS_FOLDER, 'run', 'running.json');
const COMPOSE = ['compose', '--file', join(import.meta.dirname, 'compose.yaml')];

export function remember(running: Running): void {
  mkdirSync(dirname(FILE), { recursive: true });
  writeFileSync(FILE, `${JSON.stringify(running, null, 2)}\n`);
}

/** Undefined where none was started, or it has ended by itself. */
export function remembered(): Running | undefined {
  if (!existsSync(FILE)) return undefined;
  const running = JSON.parse(readFileSync(FILE, 'utf8')) as Running;
  return running.process === 'docker' || isEmulator(running.process.pid) ? running : undefined;
}

/** Stops what was started; false where there is nothing. */
export async function stop(): Promise<boolean> {
  const running = remembered();
  if (running === undefined) return false;
  if (running.process === 'docker') docker('down', '--timeout', '10');
  else await stopGroupOf(running.process.pid);
  rmSync(FILE);
  return true;
}

/** Process ids are given again: only one that still runs an emulator is ours. */
function isEmulator(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
  return /-m (?:ministack|localstack)/.test(stdout ?? '');
}

export function dockerAnswers(): boolean {
  return spawnSync('docker', ['info'], { stdio: 'ignore', timeout: 20_000 }).status === 0;
}

/** LocalStack in Docker, when it answers. Throws where Docker fails. */
export function startDocker(port: number): void {
  docker('up', '--detach', '--wait', { LOCALSTACK_PORT: String(port) });
}

function docker(...args: (string | Record<string, string>)[]): void {
  const words = args.filter((arg) => typeof arg === 'string');
  const environment = Object.assign({}, ...args.filter((arg) => typeof arg === 'object')) as Record<
    string,
    string
  >;
  const { status } = spawnSync('docker', [...COMPOSE, ...words], {
    stdio: ['ignore', 2, 2],
    env: { ...process.env, ...environment },
  });
  if (status !== 0) throw new Error(`docker ${words.join(' ')} failed: see above.`);
}
