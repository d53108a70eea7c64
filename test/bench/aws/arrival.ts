// From a file's arrival to the last insight that shows it: on the deployed stack, and by `sync` with folders alone.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { openDuckDb } from '../../../lib/adapters/duckdb.ts';
import { tablePrefix } from '../../../lib/core/insight.ts';
import { loadCatalog } from '../../../lib/definitions/load-catalog.ts';
import { entryKey, logPrefix, logVersion } from '../../../lib/delta/log-keys.ts';
import { openLake } from '../../../lib/local/open-lake.ts';
import { syncLake } from '../../../lib/local/sync-lake.ts';
import type { ObjectStore } from '../../../lib/ports.ts';
import type { StackOutputs } from '../../../localstack/deploy.ts';
import { billingDay, billingKey, version } from './billing-day.ts';
import type { Emulated } from './emulator.ts';
import { type Spread, spread } from './spread.ts';

const SCHEMAS = join(import.meta.dirname, '../../../schemas');
const POLL_MS = 500;
const PATIENCE_MS = 120_000;

export type ArrivalPlan = {
  readonly rows: number;
  readonly rounds: number;
  /** Of them, at the beginning; not counted: functions start, engines warm up. */
  readonly warmUp: number;
};
export type Arrival = { readonly sizeBytes: number; readonly aws: Spread; readonly local: Spread };

/** Each round replaces the day's file by another version of it, on either side in turn. Milliseconds. */
export async function measureArrival(
  emulated: Emulated,
  outputs: StackOutputs,
  { rows, rounds, warmUp }: ArrivalPlan,
): Promise<Arrival> {
  const insights = await billingInsights();
  const lake = emulated.store(outputs.LakeBucket);
  const file = await billingDay(2, rows);
  const local = await localLake(join(emulated.scratch, `local-${rows}`));
  const [aws, folders]: [number[], number[]] = [[], []];
  let sizeBytes = 0;
  try {
    for (let round = 0; round < rounds; round += 1) {
      const bytes = await version(file, round);
      sizeBytes = bytes.length;
      folders.push(await local.bring(bytes));
      aws.push(await arrivalMs(emulated, outputs, lake, insights, bytes));
    }
  } finally {
    await local.close();
  }
  return { sizeBytes, aws: spread(aws.slice(warmUp)), local: spread(folders.slice(warmUp)) };
}

/** The folders of all insights that a billing file reaches, by whatever way. */
async function billingInsights(): Promise<string[]> {
  const engine = await openDuckDb();
  try {
    const { derivations } = await loadCatalog(SCHEMAS, engine);
    return derivations
      .filter(({ file }) => file.includes('billing/insights'))
      .map(({ target }) => tablePrefix(target));
  } finally {
    engine.close();
  }
}

async function latestVersion(lake: ObjectStore, table: string): Promise<number> {
  let latest = -1;
  for await (const { key } of lake.list(logPrefix(table)))
    latest = Math.max(latest, logVersion(key)?.version ?? -1);
  return latest;
}

/**
 * From the answer to the PUT until every insight has one more commit, by the times that the commits give: looking for them
 * often would take the processors from the functions, which share them here.
 */
async function arrivalMs(
  { s3 }: Emulated,
  { LandingBucket }: StackOutputs,
  lake: ObjectStore,
  insights: readonly string[],
  bytes: Uint8Array,
): Promise<number> {
  const wanted: string[] = [];
  for (const table of insights) wanted.push(entryKey(table, (await latestVersion(lake, table)) + 1));
  await s3.send(new PutObjectCommand({ Bucket: LandingBucket, Key: billingKey(2), Body: bytes }));
  const arrived = Date.now();
  let last = arrived;
  for (const key of wanted) last = Math.max(last, await committedAt(lake, key, arrived + PATIENCE_MS));
  return last - arrived;
}

async function committedAt(lake: ObjectStore, key: string, giveUpAt: number): Promise<number> {
  for (;;) {
    const entry = await lake.read(key);
    if (entry) return commitTime(new TextDecoder().decode(entry));
    if (Date.now() > giveUpAt) throw new Error(`${key} did not come within ${PATIENCE_MS / 1000} s`);
    await after(POLL_MS);
  }
}

function commitTime(entry: string): number {
  for (const line of entry.trimEnd().split('\n')) {
    const { commitInfo } = JSON.parse(line) as { commitInfo?: { timestamp: number } };
    if (commitInfo) return commitInfo.timestamp;
  }
  throw new Error(`a commit without commitInfo: ${entry}`);
}

/** `sync` in this process, without its start-up. */
async function localLake(folder: string) {
  const landing = join(folder, 'landing');
  const path = join(landing, billingKey(2));
  await mkdir(dirname(path), { recursive: true });
  const lake = await openLake({ landing, lake: join(folder, 'lake'), schemas: SCHEMAS }, () => undefined);
  const sync = () => syncLake(lake, { selection: {}, prune: false, allowMassWithdrawal: false });
  await sync();
  return {
    async bring(bytes: Uint8Array): Promise<number> {
      await writeFile(path, bytes);
      const started = performance.now();
      const { outcomes, deadLetters } = await sync();
      if (outcomes[0]?.result !== 'accepted' || deadLetters.length > 0)
        throw new Error(`the local lake did not take the file: ${JSON.stringify([outcomes, deadLetters])}`);
      return performance.now() - started;
    },
    async close(): Promise<void> {
      await lake.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
