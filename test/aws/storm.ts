// One storm: a deployed stack whose functions run behind the faulty proxy, the files that come into it, and what is seen of it.
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFailed, onTestFinished } from 'vitest';
import { emulatorEnvironment } from '../../localstack/emulators.ts';
import { sluice, startSluice } from '../cli/harness.ts';
import { testTemp } from '../support/temp.ts';
import { DeployedStack } from './deployed-stack.ts';
import { emulator } from './emulated.ts';
import { FaultPlan } from './fault-plan.ts';
import { faultyProxy, type Passing } from './faulty-proxy.ts';
import { processOf, type QueueFault } from './poller-words.ts';
import { type Letters, until } from './stage-lake.ts';
import { KILLER, type Step } from './storm-files.ts';

const DEFINITIONS = [join(import.meta.dirname, '../schemas'), join(import.meta.dirname, 'storm-schemas')];
/** The next files come when the functions have got through most of the last ones. */
const WAVE = 40;
/** A message whose receiver did not hear of it comes back then; on AWS when a function's time is over. */
const LOST_SECONDS = '10';

export class Storm {
  readonly seed: number;
  readonly plan: FaultPlan;
  readonly schemas: string;
  readonly queueFaults: Record<QueueFault, number> = { 'delivered twice': 0, 'delivered out of order': 0 };
  killerDeaths = 0;
  private proxy = '';
  private deployed: DeployedStack | undefined;
  private readonly started = performance.now();

  private constructor(seed: number, mostKills: number, schemas: string) {
    this.seed = seed;
    this.plan = new FaultPlan(seed, mostKills);
    this.schemas = schemas;
  }

  /** It ends with the test. */
  static async begin(seed: number, mostKills: number): Promise<Storm> {
    const schemas = testTemp();
    for (const folder of DEFINITIONS) await cp(folder, schemas, { recursive: true });
    const storm = new Storm(seed, mostKills, schemas);
    onTestFailed(() => storm.log('failed'));
    storm.proxy = await faultyProxy(emulator.endpoint, {
      fault: (passing) => {
        if (storm.isKillersTurn(passing)) return 'kill before';
        return storm.plan.decide(passing, storm.isFunction(passing));
      },
      kill: ({ headers }) => {
        const pid = processOf(headers['user-agent']);
        if (pid !== undefined) process.kill(pid, 'SIGKILL');
      },
    });
    const onFault = (fault: QueueFault) => {
      storm.queueFaults[fault] += 1;
    };
    const fleet = { environment: emulatorEnvironment(storm.proxy), seed, onFault };
    storm.deployed = await DeployedStack.deploy({ schemas, fleet });
    onTestFinished(() => storm.stack.stopFunctions());
    return storm;
  }

  get stack(): DeployedStack {
    if (this.deployed === undefined) throw new Error('nothing is deployed yet');
    return this.deployed;
  }

  log(what: string): void {
    const { seed, plan, queueFaults, killerDeaths } = this;
    const seconds = Math.round((performance.now() - this.started) / 1000);
    const counts = { requests: plan.requests, ...plan.counts, ...queueFaults, killerDeaths };
    console.info(`${emulator.brand}, seed ${seed}, after ${seconds} s: ${what}: ${JSON.stringify(counts)}`);
  }

  async under(work: () => Promise<void>): Promise<void> {
    const { stack } = this;
    const soon = () => LOST_SECONDS;
    await stack.under('FilesQueueUrl', 'VisibilityTimeout', soon, () =>
      stack.under('RefreshQueueUrl', 'VisibilityTimeout', soon, async () => {
        await work();
        await until('empty queues', () => this.queuesAreEmpty());
      }),
    );
  }

  /** In waves, while the functions work; in the middle reconcile runs beside them, and users look. */
  async rage(steps: readonly Step[]): Promise<void> {
    const { stack, plan } = this;
    const beside: Promise<void>[] = [];
    const keepUp = async () => (await stack.count('FilesQueueUrl')).waiting < WAVE;
    plan.isCalm = false;
    for (let first = 0; first < steps.length; first += WAVE) {
      for (const { key, text } of steps.slice(first, first + WAVE))
        await (text === undefined ? stack.removeFile(key) : stack.put(key, text));
      if (beside.length === 0 && first >= steps.length / 2) beside.push(stack.maintain(), this.look());
      await until('the functions to keep up', keepUp);
    }
    await Promise.all(beside);
    plan.isCalm = true;
  }

  /** Through the proxy. */
  private async look(): Promise<void> {
    const lake = ['--lake', `s3://${this.stack.outputs.LakeBucket}`, '--schemas', this.schemas];
    const landing = ['--landing', `s3://${this.stack.outputs.LandingBucket}`];
    const environment = emulatorEnvironment(this.proxy);
    const run = async (...args: string[]) => startSluice([...args, ...lake], testTemp(), environment).ended;
    // 3: files wait, and some stand rejected.
    const { code, err } = await run('status', ...landing);
    expect({ code, err }).toMatchObject({ code: 3 });
    expect(await run('query', 'SELECT count(*) > 0 AS n FROM sales', '--format', 'csv')).toMatchObject({
      code: 0,
      out: 'n\r\ntrue\r\n',
    });
  }

  /** Reconcile has found and asked for whatever was lost, and it is done. */
  async settle(): Promise<void> {
    await until('empty queues', () => this.queuesAreEmpty());
    await this.stack.maintain();
    await until('empty queues', () => this.queuesAreEmpty());
  }

  private async queuesAreEmpty(): Promise<boolean> {
    // What a file's message leads to is in the refresh queue before the message is gone: so it is counted after it.
    for (const queue of ['FilesQueueUrl', 'RefreshQueueUrl'] as const) {
      const { waiting, hidden } = await this.stack.count(queue);
      if (waiting + hidden > 0) return false;
    }
    return true;
  }

  async letters(): Promise<Letters['letters']> {
    const { FilesDeadLetterQueueUrl, RefreshDeadLetterQueueUrl } = this.stack.outputs;
    const queues = ['--files-dlq', FilesDeadLetterQueueUrl, '--refresh-dlq', RefreshDeadLetterQueueUrl];
    const { code, out, err } = await sluice(['dead-letters', ...queues, '--format', 'json']);
    if (code !== 0) throw new Error(err);
    return (JSON.parse(out) as Letters).letters;
  }

  /** By the command line, against the emulator itself. */
  async certify() {
    const { LandingBucket, LakeBucket } = this.stack.outputs;
    const places = ['--landing', `s3://${LandingBucket}`, '--lake', `s3://${LakeBucket}`];
    const args = ['certify', '--format', 'json', ...places, '--schemas', this.schemas];
    const { code, out, err } = await startSluice(args, testTemp()).ended;
    if (out === '') throw new Error(err);
    const { certified, problems, datasets } = JSON.parse(out) as Certificate;
    const objects = datasets.flatMap(({ objects }) => objects);
    const inState = (wanted: string) =>
      objects.flatMap(({ source, state }) => (state === wanted ? source : [])).sort();
    return {
      code,
      certified,
      problems,
      objects: { waiting: inState('waiting'), rejected: inState('rejected') },
    };
  }

  private isFunction({ headers }: Passing): boolean {
    const pid = processOf(headers['user-agent']);
    return pid !== undefined && this.deployed?.isFunction(pid) === true;
  }

  private isKillersTurn(passing: Passing): boolean {
    if (passing.method !== 'GET' || !this.isFunction(passing)) return false;
    const { pathname } = new URL(passing.path, emulator.endpoint);
    const isRead = decodeURIComponent(pathname) === `/${this.stack.outputs.LandingBucket}/${KILLER.key}`;
    if (isRead) this.killerDeaths += 1;
    return isRead;
  }
}

type Certificate = {
  readonly certified: boolean;
  readonly problems: readonly string[];
  readonly datasets: readonly {
    readonly objects: readonly { readonly source: string; readonly state: string }[];
  }[];
};
