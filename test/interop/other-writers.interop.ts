// What delta-rs writes to a lake is seen for what it is, and taken back by one sync, whatever the operation and the table.
import { cp } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { sluice } from '../cli/harness.ts';
import { useTemp } from '../support/temp.ts';
import { readWithDeltaRs, sortedRows, type TableWrite, writeWithDeltaRs } from './delta-reader.ts';

const ROOT = resolve(import.meta.dirname, '../..');
/** Partitioned, upserted, what an upserted one is made from, computed. */
const TABLES = ['tables/billing', 'tables/customers', 'arrivals/customers', 'insights/usage_daily'] as const;

/** Which rows of each table, what is set in them, and by what the table is ordered. */
const SOME = {
  'tables/billing': {
    predicate: "currency = 'EUR'",
    set: { credit_usage: '1' },
    columns: ['user_id', 'region'],
  },
  'tables/customers': {
    predicate: 'customer_id < 5',
    set: { customer_name: "'Nobody'" },
    columns: ['customer_id'],
  },
  'arrivals/customers': {
    predicate: 'customer_id < 5',
    set: { customer_name: "'Nobody'" },
    columns: ['customer_id'],
  },
  'insights/usage_daily': { predicate: 'day = 2', set: { credit_usage: '0' }, columns: ['region'] },
} as const;

const folder = useTemp();
let places: string[];
let lake: string;
let rows: string[][];

beforeAll(async () => {
  const [landing, schemas] = [join(folder, 'landing'), join(folder, 'schemas')];
  lake = join(folder, 'lake');
  for (const name of ['billing', 'air-boltic']) {
    await cp(join(ROOT, 'schemas', name), join(schemas, name), { recursive: true });
    await cp(join(schemas, name, 'samples'), landing, { recursive: true });
  }
  places = ['--landing', landing, '--lake', lake, '--schemas', schemas];
  expect(await sluice(['sync', ...places])).toMatchObject({ code: 0 });
  rows = await rowsOf();
});

/** As delta-rs reads them. */
async function rowsOf(): Promise<string[][]> {
  const readings = await readWithDeltaRs(
    TABLES.map((prefix) => ({ path: join(lake, prefix), version: null })),
  );
  return readings.map(({ rows }) => sortedRows(rows));
}

type Write = Pick<TableWrite, 'operation' | 'version'>;

/** On every table. Those that have a new version. */
async function write(writes: readonly Write[]): Promise<string[]> {
  const all = writes.flatMap((each) =>
    TABLES.map((prefix) => ({ ...SOME[prefix], ...each, prefix, path: join(lake, prefix) })),
  );
  const isNew = await writeWithDeltaRs(all);
  return all.filter((_, i) => isNew[i]).map(({ prefix }) => prefix);
}

test.each<[string, readonly string[], Write[]]>([
  ['DELETE', TABLES, [{ operation: 'DELETE' }]],
  ['UPDATE', TABLES, [{ operation: 'UPDATE' }]],
  ['INSERT', TABLES, [{ operation: 'INSERT' }]],
  ['OVERWRITE', TABLES, [{ operation: 'OVERWRITE' }]],
  ['RESTORE of the empty table', TABLES, [{ operation: 'RESTORE', version: 0 }]],
  ['ADD COLUMN', TABLES, [{ operation: 'ADD COLUMN' }]],
  // Of one file there is nothing to compact.
  ['OPTIMIZE', ['tables/billing', 'arrivals/customers'], [{ operation: 'OPTIMIZE' }]],
  ['Z-ORDER', TABLES, [{ operation: 'Z-ORDER' }]],
  ['VACUUM of what was overwritten', TABLES, [{ operation: 'OVERWRITE' }, { operation: 'VACUUM' }]],
  ['DELETE, then a checkpoint', TABLES, [{ operation: 'DELETE' }, { operation: 'CHECKPOINT' }]],
])('%s', async (_, changed, writes) => {
  expect(new Set(await write(writes))).toEqual(new Set(changed));
  for (const verb of ['status', 'sync']) {
    const { code, out } = await sluice([verb, ...places]);
    expect(code, out).toBe(3);
    for (const prefix of changed) expect(out).toMatch(new RegExp(`  ${prefix}, version .* by delta-rs:py-`));
  }
  expect(await rowsOf()).toEqual(rows);
  for (const verb of [['certify', '--recount'], ['status'], ['sync']]) {
    const { code, out, err } = await sluice([...verb, ...places]);
    expect(code, `${out}${err}`).toBe(0);
  }
});
