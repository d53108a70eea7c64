// Which emulator `npm run localstack` started, remembered in a file, so that `stop` finds it.
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
const COMPOSE = join(import.meta.dirname, 'compose.yaml');
/** The name of its containers' project: `npm run localstack`'s, or the tests' own beside it. */
export type DockerProject = 'sluice' | 'sluice-test';

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
  if (running.process === 'docker') stopDocker('sluice');
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

/** Returns when LocalStack answers at the port. Throws where Docker fails. */
export function startDocker(project: DockerProject, port: number): void {
  compose(project, port, 'up', '--detach', '--wait');
}

/** The functions' containers, which LocalStack started, end with it. */
export function stopDocker(project: DockerProject): void {
  compose(project, 0, 'down', '--timeout', '30');
}

/** What its containers said, which goes with them, stays in .emulators/run/docker.log. */
export function keepLog(project: DockerProject): void {
  mkdirSync(dirname(FILE), { recursive: true });
  const log = openSync(join(dirname(FILE), 'docker.log'), 'w');
  spawnSync('docker', [...composeOf(project), 'logs', '--no-color'], { stdio: ['ignore', log, log] });
  closeSync(log);
}

const composeOf = (project: DockerProject) => ['compose', '--project-name', project, '--file', COMPOSE];

function compose(project: DockerProject, port: number, ...words: string[]): void {
  const args = [...composeOf(project), ...words];
  const env = { ...process.env, LOCALSTACK_PORT: String(port) };
  // Nothing but the caller's own result belongs on stdout.
  const { status } = spawnSync('docker', args, { stdio: ['ignore', 2, 2], env });
  if (status !== 0) throw new Error(`docker ${args.join(' ')} failed: see above.`);
}
