// What one file costs the stack: its ingest and every refresh that follows, run by the real bundle, request by request.
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { MEMORY_MB } from '../../support/function-settings.ts';
import { BareLake, MAINTAIN_MEMORY_MB } from './bare-lake.ts';
import { billingDay, billingKey, version } from './billing-day.ts';
import { smallFile } from './cold-start.ts';
import type { Emulated } from './emulator.ts';
import type { FunctionProcess, Invoked } from './function-process.ts';
import { invocationUsage, NOTHING, plus, requestUsage, type Usage } from './usage.ts';

export type FileRun = {
  readonly sizeBytes: number;
  readonly usage: Usage;
  readonly ingestMs: number;
  readonly aggregateMs: number;
  /** Of the process that took more memory. */
  readonly peakMb: number;
};

/** S3's message, and for each batch that Lambda hands to a function one request that receives and one that removes. */
const FILE_MESSAGE: Usage = { ...NOTHING, sqsRequests: 1 };
const BATCH: Usage = { ...NOTHING, sqsRequests: 2 };

/** A lake whose functions are started for each file anew where `cold`, and kept otherwise. */
export class CostRun {
  private readonly emulated: Emulated;
  private readonly lake: BareLake;
  private readonly functions = new Map<'ingest' | 'aggregate', FunctionProcess>();

  private constructor(emulated: Emulated, lake: BareLake) {
    this.emulated = emulated;
    this.lake = lake;
  }

  static async open(emulated: Emulated): Promise<CostRun> {
    return new CostRun(emulated, await BareLake.open(emulated));
  }

  /** Twenty rows of a day of January 2024. */
  small(day: number): Promise<FileRun> {
    return this.file(day, smallFile(day));
  }

  async large(day: number, rows: number): Promise<FileRun> {
    return this.file(day, await version(await billingDay(day, rows), 0));
  }

  /** As a day before: its rows are in the table, and the insights follow with the next file. */
  async before(day: number, rows: number): Promise<void> {
    const bytes = await version(await billingDay(day, rows), 0);
    const key = billingKey(day);
    await this.lake.put(key, bytes);
    await (await this.function('ingest')).invoke(this.lake.arrival(key, bytes.length));
    // Silently, so that the emulator need not keep it: nobody tells the table.
    await this.emulated.s3.send(new DeleteObjectCommand({ Bucket: this.lake.landing, Key: key }));
  }

  /** One run of maintain: it looks for what events did not bring, and writes the page. */
  maintain(): Promise<Usage> {
    return this.maintained({}, NOTHING);
  }

  /** For a message of its queue, with the one that sent it. */
  page(): Promise<Usage> {
    return this.maintained({ Records: [] }, plus(BATCH, { ...NOTHING, sqsRequests: 1 }));
  }

  private async maintained(event: object, around: Usage): Promise<Usage> {
    const maintain = await this.lake.start('maintain');
    const { ms, requests } = await maintain.invoke(event);
    await maintain.stop();
    await this.lake.drop();
    return plus(plus(requestUsage(requests), around), {
      ...invocationUsage(maintain.initMs + ms, MAINTAIN_MEMORY_MB),
      logBytes: maintain.logBytes,
    });
  }

  /** From now on functions start anew. */
  async stop(): Promise<void> {
    for (const running of this.functions.values()) await running.stop();
    this.functions.clear();
  }

  private async file(day: number, bytes: Uint8Array): Promise<FileRun> {
    const stored = await this.storedBytes();
    await this.lake.put(billingKey(day), bytes);
    const ingest = await this.invoked('ingest', this.lake.arrival(billingKey(day), bytes.length));
    const refreshes = [];
    for (let batch = await this.lake.receive(); batch; batch = await this.lake.receive())
      refreshes.push(await this.invoked('aggregate', batch));
    if (refreshes.length === 0) throw new Error('no insight was told of the file');
    const usage = [ingest, ...refreshes].reduce((sum, { usage }) => plus(sum, usage), FILE_MESSAGE);
    const ms = (runs: readonly { ms: number }[]) => runs.reduce((sum, run) => sum + run.ms, 0);
    return {
      sizeBytes: bytes.length,
      usage: { ...usage, storedBytes: (await this.storedBytes()) - stored },
      ingestMs: ms([ingest]),
      aggregateMs: ms(refreshes),
      peakMb: Math.max(...[ingest, ...refreshes].map(({ peakMb }) => peakMb)),
    };
  }

  private async invoked(
    name: 'ingest' | 'aggregate',
    event: object,
  ): Promise<Pick<Invoked, 'ms' | 'peakMb'> & { usage: Usage }> {
    const isCold = !this.functions.has(name);
    const running = await this.function(name);
    const logged = running.logBytes;
    const { ms, peakMb, requests } = await running.invoke(event);
    const billedMs = ms + (isCold ? running.initMs : 0);
    const usage = [invocationUsage(billedMs, MEMORY_MB), BATCH].reduce(plus, requestUsage(requests));
    return { ms, peakMb, usage: { ...usage, logBytes: running.logBytes - logged } };
  }

  private async function(name: 'ingest' | 'aggregate'): Promise<FunctionProcess> {
    const running = this.functions.get(name) ?? (await this.lake.start(name));
    this.functions.set(name, running);
    return running;
  }

  private async storedBytes(): Promise<number> {
    let bytes = 0;
    for (const bucket of [this.lake.landing, this.lake.lake])
      for await (const { sizeBytes } of this.emulated.store(bucket).list('')) bytes += sizeBytes;
    return bytes;
  }
}
