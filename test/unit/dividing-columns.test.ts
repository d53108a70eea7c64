// By which columns of each of its inputs every insight of schemas/ may be computed in shards.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import type { Catalog } from '../../lib/core/catalog.ts';
import type { Derivation, TableRef } from '../../lib/core/insight.ts';
import type { Column } from '../../lib/core/schema.ts';
import { createEmptyView } from '../../lib/definitions/bind-sql.ts';
import { dividingColumns } from '../../lib/definitions/dividing-columns.ts';
import { boundPlan } from '../../lib/definitions/exact-expressions.ts';
import { loadCatalog } from '../../lib/definitions/load-catalog.ts';
import type { BoundInput } from '../../lib/definitions/output-columns.ts';
import type { SqlSession } from '../../lib/ports.ts';
import type { SqlNode } from '../../lib/sql/sql-tree.ts';

const SCHEMAS = join(import.meta.dirname, '../../schemas');

let engine: Awaited<ReturnType<typeof openDuckDb>>;
let catalog: Catalog;
beforeAll(async () => {
  engine = await openDuckDb({ threads: 1 });
  catalog = await loadCatalog(SCHEMAS, engine);
});
afterAll(() => engine.close());

const inputOf = (table: TableRef, columns: readonly Column[]): BoundInput => ({
  table,
  columns,
  partitionColumns: [],
  dateParts: new Map(),
  key: undefined,
  required: [],
  varied: [],
});

/** Of the partition columns of an insight's driving input each has one value. */
const constantsOf = ({ over, partitionBy }: Derivation, table: TableRef) =>
  over?.name === table.name ? partitionBy : [];

/** What a scan adds to rows as they came. */
const ARRIVAL: readonly Column[] = [
  { name: '_sluice_last_modified', type: 'long' },
  { name: '_sluice_source', type: 'string' },
  { name: '_sluice_row', type: 'long' },
];

async function planOf(session: SqlSession, sql: string): Promise<SqlNode> {
  const bound = await boundPlan(session, sql);
  if ('problem' in bound) throw new Error(bound.problem);
  return bound.plan;
}

async function dividing(insight: Derivation): Promise<Record<string, string[]>> {
  const inputs = insight.inputs.map((table) =>
    inputOf(table, [...catalog.columnsOf(table), ...(table.kind === 'arrivals' ? ARRIVAL : [])]),
  );
  return engine.session(async (session) => {
    for (const input of inputs) await createEmptyView(session, input.table.name, input);
    const found: Record<string, string[]> = {};
    for (const input of inputs) {
      const sql = insight.exactSql ?? insight.sql;
      found[input.table.name] = dividingColumns(
        await planOf(session, sql),
        input,
        constantsOf(insight, input.table),
      );
    }
    return found;
  });
}

/** Insight → input → columns, without the partition's own. */
const EXPECTED: Record<string, Record<string, readonly string[]>> = {
  aeroplane_revenue: { aeroplanes: ['aeroplane_id'], trips: [], orders: [] },
  customer_activity: { customers: ['customer_id'], orders: [], trips: [] },
  customer_revenue: { customers: ['customer_id'], orders: [] },
  dim_aeroplane: {
    aeroplanes: ['aeroplane_id', 'aeroplane_model', 'aeroplane_manufacturer'],
    aeroplane_models: [],
  },
  dim_customers: {
    customers: [
      'customer_id',
      'customer_name',
      'customer_group_id',
      'customer_email',
      'customer_phone_number',
    ],
    customer_groups: [],
  },
  fact_orders: {
    orders: ['order_id', 'customer_id', 'trip_id', 'price_in_eur', 'seat_no', 'order_status'],
    trips: [],
  },
  fact_trips: {
    trips: [
      'trip_id',
      'origin_city',
      'destination_city',
      'aeroplane_id',
      'trip_start_timestamp',
      'trip_end_timestamp',
    ],
    dim_aeroplane: [],
  },
  resource_daily: { billing: ['resource_id', 'resource_type', 'currency'] },
  resource_type_monthly: { billing: ['region', 'resource_type', 'currency'] },
  user_daily: { billing: ['user_id', 'currency'] },
  user_monthly: { user_daily: ['user_id', 'currency'] },
  spend_by_month: { user_monthly: ['currency'] },
  spend_by_month_eur: { user_monthly: ['currency'], exchange_rates: [] },
  usage_daily: { billing: ['region', 'service_tier', 'operation_type', 'currency'] },
  focus_daily: { focus_costs: ['BillingCurrency', 'ChargeCategory', 'ServiceName'] },
  focus_accounts: { focus_daily: ['sub_account_id', 'currency'] },
};

test('each insight is divided by the columns that its SQL groups and joins by', async () => {
  const found: Record<string, Record<string, string[]>> = {};
  for (const insight of catalog.derivations)
    if (insight.target.kind === 'insights') found[insight.target.name] = await dividing(insight);
  expect(found).toEqual(EXPECTED);
  const files = readdirSync(SCHEMAS, { recursive: true }).map(String);
  expect(Object.keys(found)).toHaveLength(files.filter((file) => file.endsWith('.sql')).length);
});

/** The newest row of each key. */
const NEWEST = {
  aeroplanes: ['aeroplane_id'],
  aeroplane_models: ['aeroplane_manufacturer', 'aeroplane_model'],
  customers: ['customer_id'],
  customer_groups: ['customer_group_id'],
  orders: ['order_id'],
  trips: ['trip_id'],
  exchange_rates: ['month', 'currency'],
};

test('a table that keeps the newest row of each key is divided by the key', async () => {
  const found: Record<string, string[] | undefined> = {};
  for (const table of catalog.derivations)
    if (table.target.kind === 'tables' && table.target.name in NEWEST)
      found[table.target.name] = (await dividing(table))[table.target.name];
  expect(found).toEqual(NEWEST);
});

test('a column of DOUBLE divides nothing, nor does one that is constant', async () => {
  const input = inputOf({ kind: 'tables', name: 'measures' }, [
    { name: 'place', type: 'string' },
    { name: 'value', type: 'double' },
    { name: 'places', type: 'array<string>' },
    { name: 'price', type: 'decimal(18,6)' },
    { name: 'at', type: 'timestamp' },
    { name: 'month', type: 'long' },
  ]);
  const divided = (sql: string) =>
    engine.session(async (session) => {
      await createEmptyView(session, 'measures', input);
      return dividingColumns(await planOf(session, sql), input, ['month']);
    });
  expect(await divided('SELECT * FROM measures')).toEqual(['place', 'price', 'at']);
  expect(await divided('SELECT count(*) AS n FROM measures GROUP BY value, month, places')).toEqual([]);
});

test('of many columns the first 32 divide, none that the SQL does not read', async () => {
  const columns = Array.from({ length: 41 }, (_, i): Column => ({ name: `c${i}`, type: 'string' }));
  const input = inputOf({ kind: 'tables', name: 'wide' }, columns);
  const names = columns.slice(1).map(({ name }) => name);
  const found = await engine.session(async (session) => {
    await createEmptyView(session, 'wide', input);
    return dividingColumns(await planOf(session, `SELECT DISTINCT ${names.join(', ')} FROM wide`), input, []);
  });
  expect(found).toEqual(names.slice(0, 32));
});
