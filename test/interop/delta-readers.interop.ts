// Tables are read by others as Sluice reads them: delta-rs (by pyarrow and by DataFusion) reads every table and insight of
// a lake that changes, its older versions, and the lake from its checkpoints alone. After maintenance so do Spark and DuckDB.
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Engine,
  type PartialReading,
  readWith,
  readWithDeltaRs,
  sortedRows,
  type TableReading,
} from './delta-reader.ts';
import { readings } from './hard-values.ts';
import { type ExpectedTable, InteropLake } from './interop-lake.ts';
import { billingDay, landOneRowEach, PACKAGES } from './lake-of-samples.ts';
import { cellsOf, difference, expectReadAlike, rowCounts } from './read-alike.ts';

const CHECKPOINT_VERSION = 10;

let lake: InteropLake;
/** What Sluice read at each stage, oldest first. */
const stages: ExpectedTable[][] = [];

beforeAll(async () => {
  lake = await InteropLake.create(PACKAGES);
});
afterAll(() => lake.close());

async function syncAndCompare(): Promise<Map<string, TableReading>> {
  await lake.sync();
  const expected = await lake.read();
  stages.push(expected);
  return expectReadAlike(expected, lake.root);
}

describe('delta-rs reads what Sluice reads', () => {
  test('the samples', async () => {
    await lake.put('readings/a.csv', readings(0));
    await lake.put('readings/b.csv', readings(5));
    for (const place of ['a%2Fb', '50%25', '%E6%9D%8E', 'two words', 'x=y', '__HIVE_DEFAULT_PARTITION__']) {
      await lake.put(`notes/place=${place}/n.csv`, 'note\none\n"two\nlines"');
    }
    const tables = await syncAndCompare();
    expect(rowCounts(tables)).toMatchObject({
      'tables/billing': 15037,
      'insights/usage_daily': 324,
      'insights/user_daily': 1280,
      'insights/user_monthly': 611,
      'insights/resource_daily': 2044,
      'insights/resource_type_monthly': 30,
      'tables/aeroplanes': 22,
      'tables/aeroplane_models': 17,
      'tables/customers': 21,
      'arrivals/customers': 22,
      'tables/customer_groups': 12,
      'tables/orders': 26,
      'tables/trips': 21,
      'tables/readings': 54,
      'tables/notes': 12,
    });
    expect(tables.get('insights/spend_by_month')?.rows).toEqual([
      ['2024', '1', 'EUR', '241', '7494', '-296.058765', null],
      ['2024', '1', 'JPY', '143', '2024', '-13240.964281', null],
      ['2024', '1', 'USD', '227', '5519', '-216.733773', null],
    ]);
    expect(tables.get('insights/odd_names')?.columns.map(({ name, type }) => `${name}: ${type}`)).toEqual([
      'Place (as written), in full: string',
      'count_star(): long',
      'max(exact): decimal(38,10)',
      '(((CAST(sum(id) AS DECIMAL(38, 2)) / count_star()) * 100) - 1): double',
      '30 days: long',
      '>120 days: long',
      'sum of ids: decimal(38,0)',
      "month's first: [day]/{1}: date",
      'few: integer',
    ]);
    const nested = tables.get('insights/nested_readings');
    expect(nested?.columns.map(({ name, type }) => `${name}: ${type}`)).toEqual([
      'place: string',
      'readings: array<struct<id:long,at:timestamp,exact:decimal(38,10),approximate:double,good:boolean>>',
      'all notes: array<string>',
      `made of (many), so: struct<least:struct<id:long,on_day:date>,"b c.d":array<array<decimal(38,10)>>,"day, (x);={y}[]/<z>:'ü":date,"30":long>`,
      'sometimes: array<long>',
      'at_times: struct<when:array<timestamp>,at:timestamp>',
      'ids: decimal(38,0)',
    ]);
    expect(nested?.rows.find(([place]) => place === 'plain')).toEqual([
      'plain',
      '[{"id":"-9223372036854775808","at":null,"exact":null,"approximate":"7ff8000000000000","good":null},{"id":"9223372036854775807","at":"1709251199999999","exact":"0.0000000000","approximate":"7fe1ccf385ebc8a0","good":"true"}]',
      '["plain","🛶"]',
      `{"least":{"id":"-9223372036854775808","on_day":"2024-02-29"},"b c.d":[["0.0000000000",null],[],null],"day, (x);={y}[]/<z>:'ü":"2024-02-29","30":"2"}`,
      '[]',
      null,
      '-1',
    ]);
    const billing = tables.get('tables/billing');
    expect(billing?.partitionColumns).toEqual(['year', 'month', 'day']);
    expect(billing?.columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'year long',
      'month long',
      'day long',
      'timestamp timestamp',
      'resource_id string',
      'user_id long',
      'credit_usage decimal(18,6)',
      'region string',
      'service_tier string',
      'operation_type string',
      'success boolean',
      'resource_type string',
      'invoice_id string',
      'currency string',
    ]);
    const places = new Set(cellsOf(tables.get('tables/notes'), 'place').flat());
    expect(places).toEqual(new Set(['a/b', '50%', '李', 'two words', 'x=y', null]));
  });

  test('values at the limits of their types', async () => {
    const rows = cellsOf(await readingsTable(), 'at', 'exact', 'approximate', 'on_day', 'id').map((row) =>
      row.join(' '),
    );
    for (const literal of [
      '-62135596800000000',
      '253402300799999999',
      '-0.0000000001',
      '9999999999999999999999999999.9999999999',
      '7fe1ccf385ebc8a0',
      '0000000000000000',
      '0000000000000001',
      '0001-01-01',
      '9999-12-31',
      '-9223372036854775808',
      '9007199254740993',
    ]) {
      expect(
        rows.filter((row) => row.split(' ').includes(literal)),
        literal,
      ).not.toEqual([]);
    }
  });

  test('after files were replaced, added and deleted', async () => {
    const [header, ...day2] = (await readFile(join(lake.landing, billingDay(2), 'billing.csv'), 'utf8'))
      .trimEnd()
      .split('\n');
    await lake.put(`${billingDay(2)}/billing.csv`, [header, ...day2.slice(0, 100)].join('\n'));
    await lake.put(
      `${billingDay(4)}/billing.csv`,
      [header, ...day2.slice(100, 130)].join('\n').replaceAll(',2024,1,2', ',2024,1,4'),
    );
    await lake.delete(`${billingDay(3)}/faults.csv`);
    await lake.delete(`${billingDay(1)}/billing.csv`);
    const customers = 'Customer ID,Name,Customer Group ID,Email,Phone Number\n';
    await lake.put(
      'air-boltic/customer/customers-3.csv',
      `${customers}1,Mari Kuusk,2,mari.kuusk@example.com,+372 5555 0102\n`,
    );
    await lake.delete('air-boltic/customer/customers-2.csv');
    await lake.put('readings/a.csv', readings(11));
    await lake.delete('readings/b.csv');
    await lake.delete('notes/place=x=y/n.csv');
    const tables = await syncAndCompare();
    expect(rowCounts(tables)).toMatchObject({
      'tables/billing': 100 + 30 + 4893,
      'tables/customers': 20,
      'arrivals/customers': 21,
      'tables/readings': 27,
      'tables/notes': 10,
    });
    const named = cellsOf(tables.get('tables/customers'), 'customer_id', 'customer_name');
    expect(named).toContainEqual(['1', 'Mari Kuusk']);
    expect(named).toContainEqual(['19', 'Old Address']);
    expect(named.map(([id]) => id)).not.toContain('21');
    expect(new Set(cellsOf(tables.get('insights/usage_daily'), 'day').flat())).toEqual(
      new Set(['2', '3', '4']),
    );
  });

  test('an older version, by time travel', async () => {
    const tables = await expectReadAlike(stages[0] ?? [], lake.root);
    expect(rowCounts(tables)).toMatchObject({
      'tables/billing': 15037,
      'tables/customers': 21,
      'insights/usage_daily': 324,
    });
  });

  test('from checkpoints, the older entries being gone', async () => {
    for (let round = 1; round <= CHECKPOINT_VERSION; round++) {
      await landOneRowEach(lake, round);
      await lake.sync();
    }
    const tables = await syncAndCompare();
    for (const [prefix, { version }] of tables) {
      expect(version, prefix).toBeGreaterThanOrEqual(CHECKPOINT_VERSION);
      await access(
        join(
          lake.root,
          prefix,
          '_delta_log',
          `${String(CHECKPOINT_VERSION).padStart(20, '0')}.checkpoint.parquet`,
        ),
      );
    }
    const before = await lake.read(new Map([...tables.keys()].map((prefix) => [prefix, CHECKPOINT_VERSION])));
    const root = await lake.copyWithoutEntries(CHECKPOINT_VERSION);
    const moved = (table: ExpectedTable) => ({
      ...table,
      fileUris: table.fileUris.map((uri) => uri.replace(lake.root, root)),
    });
    const newest = (stages.at(-1) ?? []).map(moved);
    expect(await lake.read(new Map(), root)).toEqual(newest);
    await expectReadAlike(newest, root);
    await expectReadAlike(before.map(moved), root);
  });

  test('every stage, with checkpoints in between', async () => {
    for (const stage of stages) await expectReadAlike(stage, lake.root);
  });
});

const DAY_MS = 24 * 3600 * 1000;
const ALL_ENGINES: readonly Engine[] = ['delta-rs', 'DuckDB', 'Spark'];
/** Of every kind: partitioned, upserted, computed, with values at the limits of their types. */
const TRAVELLED = [
  'tables/billing',
  'tables/customers',
  'insights/usage_daily',
  'insights/nested_readings',
  'tables/readings',
];

describe('after "sluice maintain"', () => {
  let newest: ExpectedTable[];
  let retained: ExpectedTable[];

  beforeAll(async () => {
    // All that was written until now is a month old. Two changes are of today: what the second replaced is retained.
    await lake.age(30);
    await lake.put('readings/a.csv', readings(17));
    await landOneRowEach(lake, CHECKPOINT_VERSION + 1);
    await lake.sync();
    retained = (await lake.read()).filter(({ prefix }) => TRAVELLED.includes(prefix));
    await lake.put('readings/a.csv', readings(18));
    await landOneRowEach(lake, CHECKPOINT_VERSION + 2);
    await lake.sync();
    const done = await lake.maintain(7 * DAY_MS);
    expect(done.failures).toEqual([]);
    expect(done.total.files).toBeGreaterThan(100);
    expect(done.places.filter(({ merged }) => (merged?.files ?? 0) > 0).length).toBeGreaterThan(0);
    // These leave the merged files that they are in.
    await lake.put('readings/a.csv', readings(19));
    await landOneRowEach(lake, CHECKPOINT_VERSION + 3);
    await lake.sync();
    newest = await lake.read();
  });

  test.each(ALL_ENGINES)(
    '%s reads every table and insight, and older versions within the retention',
    async (engine) => {
      const expected = [...newest, ...retained];
      const isNewest = (table: ExpectedTable) => newest.includes(table);
      const requests = expected.map((table) => ({
        path: join(lake.root, table.prefix),
        version: isNewest(table) ? null : table.version,
        sweep: isNewest(table) && (engine !== 'Spark' || TRAVELLED.includes(table.prefix)),
      }));
      const seen = await readWith(engine, requests);
      for (const [i, { prefix, rows, ...shape }] of expected.entries()) {
        const { rows: otherRows, problems = [], swept, ...otherShape } = seen[i] as PartialReading;
        const wrong = [...problems, ...difference(rows, sortedRows(otherRows))].slice(0, 10);
        expect.soft(wrong, `${prefix}, version ${shape.version}`).toEqual([]);
        expect.soft(shape, `${prefix}, version ${shape.version}`).toMatchObject(otherShape);
        // Its own vacuum agrees: nothing that it would delete is left.
        if (requests[i]?.sweep && engine !== 'DuckDB') expect.soft(swept, prefix).toEqual([]);
      }
    },
  );

  test('a version that was swept is gone, and no engine makes rows up for it', async () => {
    const [first] = stages[0]?.filter(({ prefix }) => prefix === 'tables/billing') ?? [];
    const request = { path: join(lake.root, 'tables/billing'), version: first?.version ?? null };
    await expect(readWith('delta-rs', [request])).rejects.toThrow(/No such file|not found/i);
    await expect(readWith('DuckDB', [request])).rejects.toThrow(/No such file|cannot open file/i);
  });
});

async function readingsTable(): Promise<TableReading | undefined> {
  const [table] = await readWithDeltaRs([{ path: join(lake.root, 'tables/readings'), version: null }]);
  return table;
}
