// The emulators of AWS that run without Docker: installed from Python packages, started on a port, stopped.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { freePort, signalGroup, stopGroup } from './process-group.ts';
import { type PythonPackages, pythonWith } from './python.ts';

/** Made of Python packages. */
export type EmulatorKind = 'ministack' | 'localstack';
/** What answers: emulators differ in what they emulate wrong. */
export type EmulatorBrand = 'ministack' | 'localstack' | 'other';
export type Emulator = {
  readonly brand: EmulatorBrand;
  readonly endpoint: string;
  /** Undefined for one that somebody else started. */
  readonly pid?: number;
  /** Returns when it has ended. One that somebody else started is left alone. */
  stop(): Promise<void>;
};
export type StartOptions = {
  /** Default: one that is free. */
  readonly port?: number;
  /** Goes on when this process has ended. Default false. */
  readonly detached?: boolean;
};

const ROOT = join(import.meta.dirname, '..');
/** Environments, logs and what the emulators write: not a part of the repository. */
export const EMULATORS_FOLDER = join(ROOT, '.emulators');
const START_TIMEOUT_MS = 120_000;

const CONSTRAINTS = join(import.meta.dirname, 'constraints.txt');
const PACKAGES: Record<EmulatorKind, PythonPackages> = {
  ministack: {
    title: 'MiniStack 1.5.33',
    // boto3: the CDK's function that writes a bucket's notifications wants it, and AWS's own Python has it.
    pip: ['ministack==1.5.33', 'boto3==1.43.106'],
    inputs: [],
    suits: (major, minor) => major === 3 && minor >= 10,
    wanted: '3.10 or newer',
  },
  // 4.14.0 is the last version that needs no account; with another Python its S3 and SQS answer 500.
  localstack: {
    title: 'LocalStack 4.14.0',
    pip: ['--constraint', CONSTRAINTS, 'localstack-core[runtime]==4.14.0'],
    inputs: [CONSTRAINTS],
    suits: (major, minor) => major === 3 && minor === 13,
    wanted: '3.13',
  },
};

/** What a program needs in its environment to talk to the emulator. */
export function emulatorEnvironment(endpoint: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'us-east-1',
  };
}

/** Once; returns the Python that has it. Throws where there is no fitting Python, or its packages cannot be had. */
export function installEmulator(kind: EmulatorKind): string {
  return pythonWith(PACKAGES[kind], join(EMULATORS_FOLDER, kind));
}

/** Installs it where it is missing, and returns when it answers. Throws where either fails. */
export async function startEmulator(kind: EmulatorKind, options: StartOptions = {}): Promise<Emulator> {
  const python = installEmulator(kind);
  const port = options.port ?? (await freePort());
  const folder = join(EMULATORS_FOLDER, 'run', `${kind}-${port}`);
  mkdirSync(folder, { recursive: true });
  const logFile = join(folder, 'emulator.log');
  const log = openSync(logFile, 'w');
  const child = spawn(python, ['-m', kind === 'ministack' ? 'ministack' : 'localstack.runtime.main'], {
    cwd: folder,
    env: { ...process.env, ...settings(kind, port, folder) },
    stdio: ['ignore', log, log],
    // A process group of its own, so that what it starts (functions' processes) ends with it.
    detached: true,
  });
  closeSync(log);
  const stopped = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const orphaned = () => signalGroup(child.pid, 'SIGKILL');
  if (!options.detached) process.once('exit', orphaned);
  const stop = async () => {
    await stopGroup(child.pid, stopped);
    process.off('exit', orphaned);
  };
  const endpoint = `http://127.0.0.1:${port}`;
  try {
    await untilHealthy(endpoint, kind, child, logFile);
  } catch (error) {
    await stop();
    throw error;
  }
  if (options.detached) child.unref();
  return { brand: kind, endpoint, ...(child.pid === undefined ? {} : { pid: child.pid }), stop };
}

function settings(kind: EmulatorKind, port: number, folder: string): Record<string, string> {
  if (kind === 'ministack')
    return {
      GATEWAY_PORT: String(port),
      BIND_HOST: '127.0.0.1',
      LAMBDA_EXECUTOR: 'local',
      MINISTACK_HOST: '127.0.0.1',
    };
  return {
    GATEWAY_LISTEN: `127.0.0.1:${port}`,
    DISABLE_EVENTS: '1',
    SKIP_SSL_CERT_DOWNLOAD: '1',
    // Else a signed link that has expired is answered.
    S3_SKIP_SIGNATURE_VALIDATION: '0',
    DNS_ADDRESS: '0',
    FILESYSTEM_ROOT: folder,
  };
}

/** Whether anything speaks HTTP there. LocalStack loads half of itself at its first request. */
export async function answers(endpoint: string): Promise<boolean> {
  return fetch(endpoint, { signal: AbortSignal.timeout(30_000) }).then(
    () => true,
    () => false,
  );
}

/** MiniStack answers to LocalStack's health address as well. */
export async function brandOf(endpoint: string): Promise<EmulatorBrand> {
  for (const brand of ['ministack', 'localstack'] as const)
    if (await isHealthy(endpoint, brand)) return brand;
  return 'other';
}

function isHealthy(endpoint: string, brand: EmulatorBrand): Promise<boolean> {
  return fetch(`${endpoint}/_${brand}/health`, { signal: AbortSignal.timeout(10_000) }).then(
    (answer) => answer.ok,
    () => false,
  );
}

async function untilHealthy(
  endpoint: string,
  brand: EmulatorBrand,
  child: ChildProcess,
  logFile: string,
): Promise<void> {
  const giveUp = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const healthy = await isHealthy(endpoint, brand);
    const running = child.exitCode === null && child.signalCode === null && child.pid !== undefined;
    if (healthy && running) return;
    if (!running || Date.now() > giveUp) {
      const problem = running ? `does not answer at ${endpoint}` : 'ended while it was starting';
      throw new Error(`The emulator ${problem}. The end of ${logFile}:\n${lastLines(logFile)}`);
    }
    await after(200);
  }
}

function lastLines(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-20).join('\n');
}
