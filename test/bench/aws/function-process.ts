// A function of the bundle in a process of its own, as Lambda runs it: cold when it is started, warm from then on.
import { type ChildProcess, fork } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FunctionName } from '../../../lib/aws/metric-names.ts';
import type { AwsRequest } from './request-kinds.ts';

const WORKER = join(import.meta.dirname, 'function-worker.mjs');
const TIMEOUT_MS = 300_000;

export type Invoked = {
  readonly answer: unknown;
  readonly ms: number;
  readonly peakMb: number;
  readonly requests: readonly AwsRequest[];
};
type Said = Partial<Invoked> & { readonly initMs?: number; readonly error?: string };

export class FunctionProcess {
  /** Until the handler was imported. */
  readonly initMs: number;
  /** Of its log, so far. */
  logBytes = 0;
  private readonly child: ChildProcess;

  private constructor(child: ChildProcess, initMs: number) {
    this.child = child;
    this.initMs = initMs;
    child.stdout?.on('data', (chunk: Buffer) => {
      this.logBytes += chunk.length;
    });
  }

  /** `environment` is all that it gets: no home, no path to anything of this repository. */
  static async start(
    bundle: string,
    name: FunctionName,
    environment: Readonly<Record<string, string>>,
  ): Promise<FunctionProcess> {
    const child = fork(WORKER, [join(bundle, `${name}.mjs`)], {
      cwd: tmpdir(),
      env: { ...environment },
      execArgv: [],
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    const { initMs = 0 } = await nextWord(child);
    return new FunctionProcess(child, initMs);
  }

  /** Throws what the handler throws, and where a message of the batch failed. */
  async invoke(event: object): Promise<Invoked> {
    this.child.send({ event, timeoutMs: TIMEOUT_MS });
    const { answer, ms = 0, peakMb = 0, requests = [], error } = await nextWord(this.child);
    if (error !== undefined) throw new Error(error);
    const failed = (answer as { batchItemFailures?: readonly unknown[] } | null)?.batchItemFailures ?? [];
    if (failed.length > 0) throw new Error(`the function failed messages: ${JSON.stringify(failed)}`);
    return { answer, ms, peakMb, requests };
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill();
    await ended;
  }
}

function nextWord(child: ChildProcess): Promise<Said> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`the function's process ended with ${code}`));
    child.once('exit', ended);
    child.once('message', (said) => {
      child.off('exit', ended);
      resolve(said as Said);
    });
  });
}
