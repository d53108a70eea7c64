import { afterEach, beforeEach, expect, test } from 'vitest';
import { removeAction } from '../../lib/delta/partitions.ts';
import { type DeltaEffects, DeltaTables } from '../../lib/delta/tables.ts';
import { requireRetention, type VacuumOptions, vacuumTable } from '../../lib/delta/vacuum.ts';
import { CliError } from '../../lib/errors.ts';
import { keysBelow } from '../support/store-copy.ts';
import { addFile, createTable, deltaCase, file, NOW, TABLE } from './delta-table-case.ts';

let effects: DeltaEffects;
let close: () => Promise<void>;
beforeEach(async () => {
  ({ effects, close } = await deltaCase());
});
afterEach(() => close());

const DAY_MS = 24 * 3600 * 1000;
const WEEK: VacuumOptions = { retentionMs: 7 * DAY_MS };
const empty = new Uint8Array();

/** Everything in the store was written at NOW. */
function vacuum(daysLater: number, options: Partial<VacuumOptions> = {}) {
  const clock = () => new Date(NOW + daysLater * DAY_MS);
  const tables = new DeltaTables({ ...effects, clock });
  return vacuumTable({ lake: effects.store, tables, clock }, TABLE, { ...WEEK, ...options });
}

const keys = async (matching: RegExp) =>
  (await keysBelow(effects.store, '')).filter((key) => matching.test(key));

async function newTable(files: number): Promise<DeltaTables> {
  const tables = new DeltaTables(effects);
  await createTable(tables);
  for (let n = 1; n <= files; n += 1) {
    await effects.store.write(`${TABLE}/region=eu/${n}.parquet`, empty);
    await addFile(tables, n);
  }
  return tables;
}

test('sweeps what was removed and what was never committed, when the retention is over and not before', async () => {
  const tables = await newTable(2);
  await effects.store.write(`${TABLE}/region=eu/orphan.parquet`, empty);
  await effects.store.write(`${TABLE}/region=eu/notes.txt`, empty);
  await effects.store.write(`${TABLE}-2/region=eu/other.parquet`, empty);
  await tables.commit(TABLE, async () => ({ operation: 'DELETE', actions: [removeAction(file(1), NOW)] }));
  expect(await vacuum(7)).toEqual({ files: 0, bytes: 0, finished: true });
  expect((await tables.latest(TABLE))?.version).toBe(3);
  expect((await vacuum(7.1)).files).toBe(2);
  expect(await keys(/\.(parquet|txt)$/)).toEqual([
    `${TABLE}-2/region=eu/other.parquet`,
    `${TABLE}/region=eu/2.parquet`,
    `${TABLE}/region=eu/notes.txt`,
  ]);
  expect((await vacuum(8)).files).toBe(0);
  expect((await tables.latest(TABLE))?.version).toBe(4);
});

test('says in the history that it began', async () => {
  await newTable(1);
  await effects.store.write(`${TABLE}/region=eu/orphan.parquet`, empty);
  await vacuum(8);
  const entry = await effects.store.read(`${TABLE}/_delta_log/${'0'.repeat(19)}2.json`);
  const [info, txn, ...rest] = new TextDecoder().decode(entry).trim().split('\n');
  expect(JSON.parse(info ?? '').commitInfo).toMatchObject({
    operation: 'VACUUM START',
    operationParameters: { retentionMillis: String(7 * DAY_MS) },
  });
  expect(JSON.parse(txn ?? '').txn).toMatchObject({ appId: 'sluice:vacuum', version: 1 });
  expect(rest).toEqual([]);
});

test('a dry run tells what would go, and changes nothing', async () => {
  await newTable(1);
  await effects.store.write(`${TABLE}/region=eu/orphan.parquet`, new Uint8Array(5));
  const before = await keys(/./);
  const told: string[] = [];
  const found: VacuumOptions['found'] = (objects) => told.push(...objects.map(({ key }) => key));
  expect(await vacuum(8, { dryRun: true, found })).toEqual({ files: 1, bytes: 5, finished: true });
  expect(told).toEqual([`${TABLE}/region=eu/orphan.parquet`]);
  expect(await keys(/./)).toEqual(before);
});

test('more files than are held at once go in several rounds', async () => {
  await newTable(1);
  for (let n = 0; n < 12_000; n += 1) await effects.store.write(`${TABLE}/region=eu/x${n}.parquet`, empty);
  let rounds = 0;
  const found: VacuumOptions['found'] = () => {
    rounds += 1;
  };
  // A listing that is cut short for want of time still comes to something.
  expect(await vacuum(8, { outOfTime: after(2) })).toMatchObject({ files: 1997, finished: false });
  expect(await vacuum(8, { found, outOfTime: () => rounds > 0 })).toMatchObject({
    files: 10_000,
    finished: false,
  });
  expect(await vacuum(8)).toEqual({ files: 3, bytes: 0, finished: true });
  expect(await keys(/parquet$/)).toEqual([`${TABLE}/region=eu/1.parquet`]);
});

test('of old checkpoints the newest and every thousandth stay, and those within the retention', async () => {
  await newTable(31);
  const checkpoint = (version: number) =>
    `${TABLE}/_delta_log/${String(version).padStart(20, '0')}.checkpoint.parquet`;
  await effects.store.write(checkpoint(0), empty);
  await vacuum(6);
  expect(await keys(/checkpoint\.parquet$/)).toEqual([0, 10, 20, 30].map(checkpoint));
  expect((await vacuum(8)).files).toBe(2);
  expect(await keys(/checkpoint\.parquet$/)).toEqual([0, 30].map(checkpoint));
  expect((await new DeltaTables(effects).at(TABLE, 25)).files.size).toBe(25);
});

test('a folder without a log is nobody’s table: it is left alone', async () => {
  await effects.store.write(`${TABLE}/region=eu/x.parquet`, empty);
  expect((await vacuum(100)).files).toBe(0);
  expect(await keys(/parquet$/)).toHaveLength(1);
});

test('a retention below an hour is refused', () => {
  expect(() => requireRetention(3_599_000)).toThrow(CliError);
  expect(() => requireRetention(3_600_000)).not.toThrow();
});

test('a checkpoint is written where the newest version has none', async () => {
  const tables = await newTable(12);
  expect(await tables.checkpointNewest(TABLE)).toBe(12);
  expect(await tables.checkpointNewest(TABLE)).toBeUndefined();
  await effects.store.remove([`${TABLE}/_delta_log/${'0'.repeat(18)}12.checkpoint.parquet`]);
  expect(await new DeltaTables(effects).checkpointNewest(TABLE)).toBe(12);
  expect(await tables.checkpointNewest('tables/none')).toBeUndefined();
});

/** False the first `times` times. */
function after(times: number): () => boolean {
  let left = times;
  return () => {
    left -= 1;
    return left < 0;
  };
}
