// The stack's functions where the emulator runs none: the same bundle, in processes that are fed from the deployed queues.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { ChangeMessageVisibilityCommand } from '@aws-sdk/client-sqs';
import { bundleFunctions } from '../../lib/stacks/bundle.ts';
import { loadDefinitions } from '../../lib/stacks/definitions.ts';
import type { StackOutputs } from '../../localstack/deploy.ts';
import { EMULATORS_FOLDER } from '../../localstack/emulators.ts';
import { functionSettings } from '../support/function-settings.ts';
import { makeTemp, removeTemp } from '../support/temp.ts';
import { FLEET, type PollerSays, type QueueFault } from './poller-words.ts';
import { sqs } from './target.ts';

const POLLER = join(import.meta.dirname, 'function-poller.ts');
/** Of ingest and of aggregate each. */
const COPIES = 2;
/** What a dead process held comes back then; on AWS when its last heartbeat is over: lib/aws/limits.ts. */
const COMES_BACK_SECONDS = 2;

type Fed = 'ingest' | 'aggregate';
export type FleetOptions = {
  /** What names the emulator, or a proxy before it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Decides which messages come twice, and in which order; without it each comes once. */
  readonly seed?: number;
  /** Told of what the queues did to a message. */
  readonly onFault?: (fault: QueueFault) => void;
};
type Stage = FleetOptions & {
  readonly stage: string;
  readonly outputs: StackOutputs;
  readonly schemas: string;
};

export class FunctionFleet {
  private readonly folder: string;
  private readonly stage: Stage;
  private readonly children = new Map<ChildProcess, Fed>();
  private readonly environment: NodeJS.ProcessEnv;
  private readonly log: number;
  private readonly logFile: string;
  private spawned = 0;
  private isStopping = false;

  private constructor(folder: string, target: Stage) {
    this.folder = folder;
    this.stage = target;
    const { stage, outputs, environment } = target;
    this.environment = {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      ...environment,
      ...functionSettings(stage, outputs),
    };
    const logs = join(EMULATORS_FOLDER, 'run');
    mkdirSync(logs, { recursive: true });
    this.logFile = join(logs, `functions-${stage}.log`);
    this.log = openSync(this.logFile, 'a');
  }

  /** As a deploy does: the tables are under the definitions of `schemas` when it returns. */
  static async start(stage: Stage): Promise<FunctionFleet> {
    const fleet = new FunctionFleet(makeTemp(), stage);
    const definitions = await loadDefinitions(stage.schemas);
    bundleFunctions({ definitions, platform: `linux-${process.arch}` }, fleet.folder);
    await fleet.maintain();
    const { FilesQueueUrl, RefreshQueueUrl } = stage.outputs;
    for (let n = 0; n < COPIES; n += 1) {
      fleet.keep('ingest', FilesQueueUrl);
      fleet.keep('aggregate', RefreshQueueUrl);
    }
    return fleet;
  }

  /** As its schedule invokes it. Throws where it fails. */
  async maintain(): Promise<void> {
    const child = this.spawn('maintain');
    const code = await new Promise((resolve) => child.once('exit', resolve));
    if (code !== 0) throw new Error(`maintain ended with ${code}: see ${this.logFile}`);
  }

  processes(name: Fed): number[] {
    const found = [...this.children].filter(([, fed]) => fed === name);
    return found.flatMap(([{ pid }]) => pid ?? []);
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    const ended = [...this.children.keys()].map(
      (child) => new Promise((resolve) => child.once('exit', resolve)),
    );
    for (const child of this.children.keys()) child.kill('SIGKILL');
    await Promise.all(ended);
    closeSync(this.log);
    await removeTemp(this.folder);
  }

  /** One that dies is followed by another. */
  private keep(name: Fed, queueUrl: string): void {
    const child = this.spawn(name, queueUrl);
    let held: readonly string[] = [];
    child.on('message', (said: PollerSays) => {
      if ('holds' in said) held = said.holds;
      else this.stage.onFault?.(said.fault);
    });
    this.children.set(child, name);
    child.once('exit', () => {
      this.children.delete(child);
      if (this.isStopping) return;
      void this.comeBack(queueUrl, held);
      this.keep(name, queueUrl);
    });
  }

  private async comeBack(QueueUrl: string, held: readonly string[]): Promise<void> {
    const changes = held.map((ReceiptHandle) =>
      sqs.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl,
          ReceiptHandle,
          VisibilityTimeout: COMES_BACK_SECONDS,
        }),
      ),
    );
    // Those that were finished already are gone.
    await Promise.allSettled(changes);
  }

  private spawn(name: Fed | 'maintain', ...queue: string[]): ChildProcess {
    const { seed } = this.stage;
    this.spawned += 1;
    const own = seed === undefined ? {} : { [FLEET.seed]: `${seed} ${name} ${this.spawned}` };
    return spawn(process.execPath, ['--import', 'tsx', POLLER, this.folder, name, ...queue], {
      env: { ...this.environment, ...own },
      stdio: ['ignore', this.log, this.log, 'ipc'],
    });
  }
}
