// Law 3 and law 4 where rows tell their partitions: each accepted row is in one data file, that of the partition which a judge in
// plain JavaScript names, whatever the texts that name partitions, the mode, the keys, and the engine's memory.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import type { Dataset } from '../../lib/core/contract.ts';
import { parseContract } from '../../lib/definitions/parse-contract.ts';
import { convertSource } from '../../lib/ingest/convert.ts';
import type { SqlEngine } from '../../lib/ports.ts';
import { tries } from '../support/tries.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();

const PARTITIONS = {
  text: [{ field: 'place' }],
  date: [{ field: 'at', transform: 'date' }],
  hour: [{ field: 'at', transform: 'hour' }],
  year: [{ field: 'at', transform: 'year' }],
  number: [{ field: 'shop' }],
  several: [{ field: 'at', transform: 'yearmonth' }, { field: 'place' }, { field: 'shop' }],
} as const;
type By = keyof typeof PARTITIONS;

const KEYS = {
  none: {},
  'a key': { schema: { primaryKey: ['n'] } },
  versions: { mode: 'upsert', schema: { primaryKey: ['shop', 'place', 'at'] } },
} as const;

function dataset(by: By, keys: keyof typeof KEYS): Dataset {
  const fields = [
    { name: 'n', type: 'integer', constraints: { required: true } },
    { name: 'place' },
    { name: 'shop', type: 'integer' },
    { name: 'at', type: 'datetime' },
  ];
  const { schema = {}, ...words } = KEYS[keys] as { schema?: object };
  const resource = {
    ...{ name: 'rows', path: '*.csv', partitionBy: PARTITIONS[by], ...words },
    schema: { ...schema, fields },
  };
  return parseContract('p.json', 'p', JSON.stringify({ resources: [resource] }))[0] as Dataset;
}

type Row = { readonly place: string; readonly shop: number | null; readonly at: string };

/** What partitions are called in the log. */
function judged(by: By, { place, shop, at }: Row): Record<string, string | null> {
  const [, yearmonth = null] = /^(.{7})/.exec(at) ?? [];
  const store = shop === null ? null : String(shop);
  switch (by) {
    case 'text':
      return { place: place || null };
    case 'date':
      return { date: at.slice(0, 10) || null };
    case 'hour':
      return { hour: at.slice(0, 13) || null };
    case 'year':
      return { year: at === '' ? null : String(Number(at.slice(0, 4))) };
    case 'number':
      return { shop: store };
    case 'several':
      return { yearmonth, place: place || null, shop: store };
  }
}

/** Texts that folders would confuse: of one spelling but for case, with signs of paths, what Hive calls null, too long for a name. */
const PLACES = [
  'a',
  'A',
  '',
  '.',
  '..',
  '/',
  'a/b',
  'a%2Fb',
  '__HIVE_DEFAULT_PARTITION__',
  "it's",
  'é',
  'x'.repeat(300),
];
const row = fc.record({
  place: fc.constantFrom(...PLACES),
  shop: fc.constantFrom(1, 2, -3, 40),
  at: fc.constantFrom(
    '',
    '0001-01-01T00:00:00Z',
    '2024-02-29T23:59:59Z',
    '2024-03-01T00:00:00Z',
    '9999-12-31T23:00:00Z',
  ),
});

let files = 0;
/** The data files: partition and, in the file's order, the numbers of its rows. */
async function split(sql: SqlEngine, of: Dataset, rows: readonly Row[]) {
  const scratch = join(world.scratch, `split-${++files}`);
  await mkdir(scratch);
  const path = join(scratch, 'source.csv');
  const lines = rows.map(({ place, shop, at }, n) => `${n},"${place}",${shop ?? ''},${at}`);
  await writeFile(path, `${['n,place,shop,at', ...lines].join('\n')}\n`);
  return sql.session(async (session) => {
    const result = await convertSource(session, { dataset: of, key: 'source.csv', path, scratch }, {});
    if (result.outcome === 'rejected') throw new Error(result.violation.message);
    const found = await Promise.all(
      result.dataFiles.map(async ({ path: data, partition, rows: counted, stats }) => {
        const read = await session.rows<{ n: number }>(
          `SELECT n FROM read_parquet('${data}', hive_partitioning = false, file_row_number = true) ORDER BY file_row_number`,
        );
        expect(counted).toBe(read.length);
        expect(JSON.parse(stats)).toMatchObject({ numRecords: read.length });
        return { partition, numbers: read.map(({ n }) => n) };
      }),
    );
    return found.map(({ partition, numbers }) => [JSON.stringify(partition), numbers] as const);
  });
}

function expected(by: By, of: Dataset, rows: readonly Row[]): Map<string, number[]> {
  const names = of.partitionBy.map(({ name }) => name);
  const parts = new Map<string, number[]>();
  for (const [n, one] of rows.entries()) {
    const values = judged(by, one);
    const id = JSON.stringify(Object.fromEntries(names.map((name) => [name, values[name] ?? null])));
    parts.set(id, [...(parts.get(id) ?? []), n]);
  }
  return parts;
}

const sorted = (parts: Iterable<readonly [string, readonly number[]]>, inOrder: boolean) =>
  [...parts]
    .map(([id, numbers]) => [id, inOrder ? numbers : numbers.toSorted((a, b) => a - b)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));

const CASES = (Object.keys(PARTITIONS) as By[]).flatMap((by) =>
  (Object.keys(KEYS) as (keyof typeof KEYS)[]).map((keys) => [by, keys] as const),
);

test.each(CASES)('by %s, with %s', async (by, keys) => {
  const of = dataset(by, keys);
  expect(of.partitionBy).toHaveLength(PARTITIONS[by].length);
  const rowsOf = keys === 'versions' ? row.filter(({ place, at }) => place !== '' && at !== '') : row;
  await fc.assert(
    fc.asyncProperty(fc.array(rowsOf, { minLength: 1, maxLength: 30 }), async (rows) => {
      const inOrder = keys === 'versions';
      expect(sorted(await split(world.sql, of, rows), inOrder)).toEqual(
        sorted(expected(by, of, rows), inOrder),
      );
    }),
    tries(6),
  );
});

test.each(['none', 'versions'] as const)(
  'more partitions at once than the memory holds, with %s',
  async (keys) => {
    const sql = await openDuckDb({
      memoryLimitMb: 100,
      threads: 2,
      tempDirectory: join(world.scratch, 'spill'),
    });
    try {
      const [of, days] = [dataset('date', keys), 500];
      const rows = Array.from({ length: 40_000 }, (_, n) => ({
        place: 'x'.repeat(200),
        shop: n,
        at: `${new Date(Date.UTC(2024, 0, 1 + ((n * 7919) % days))).toISOString().slice(0, 10)}T00:00:00Z`,
      }));
      const inOrder = keys === 'versions';
      expect(sorted(await split(sql, of, rows), inOrder)).toEqual(
        sorted(expected('date', of, rows), inOrder),
      );
    } finally {
      sql.close();
    }
  },
);
