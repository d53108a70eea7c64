import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import { dependencyOrder, landingTable, makeCatalog } from '../../lib/core/catalog.ts';
import type { Derivation } from '../../lib/core/insight.ts';
import { parseContract } from '../../lib/definitions/parse-contract.ts';
import { DefinitionError } from '../../lib/errors.ts';

const FIELDS = [{ name: 'id', type: 'integer' }, { name: 'at', type: 'date' }, { name: 'Note "x"' }];

function dataset(name: string, words: Record<string, unknown> = {}, primaryKey: string[] = []) {
  const schema = { fields: FIELDS, ...(primaryKey.length > 0 ? { primaryKey } : {}) };
  const [only] = parseContract(
    `${name}.json`,
    'p',
    JSON.stringify({ resources: [{ name, path: `${name}/*.csv`, schema, ...words }] }),
  );
  if (!only) throw new Error('no dataset');
  return only;
}

const month = [{ field: 'at', transform: 'yearmonth', name: 'month' }];
const sales = dataset('sales', { partitionBy: month });
const people = dataset('people', { mode: 'upsert', partitionBy: month, description: 'Everybody.' }, [
  'id',
  'at',
]);
const prices = dataset('prices', { mode: 'replace', partitionBy: month });
const daily: Derivation = {
  target: { kind: 'insights', name: 'daily' },
  file: 'daily.sql',
  sql: 'SELECT 1 AS month, 2 AS n FROM people, sales',
  inputs: [
    { kind: 'tables', name: 'people' },
    { kind: 'tables', name: 'sales' },
  ],
  over: { kind: 'tables', name: 'sales' },
  partitionBy: ['month'],
  key: [],
  audits: [],
  columns: [
    { name: 'month', type: 'long' },
    { name: 'n', type: 'integer' },
  ],
  hash: '0',
};
const catalog = makeCatalog([sales, people, prices], [daily]);
const named = (name: string) => catalog.derivations.find((derivation) => derivation.target.name === name);

describe('makeCatalog', () => {
  it('puts the built-in derivations first', () => {
    expect(catalog.derivations.map(({ target }) => `${target.kind}/${target.name}`)).toEqual([
      'tables/people',
      'tables/prices',
      'insights/daily',
    ]);
    expect([sales, people, prices].map(landingTable)).toEqual([
      { kind: 'tables', name: 'sales' },
      { kind: 'arrivals', name: 'people' },
      { kind: 'arrivals', name: 'prices' },
    ]);
    const arrivals = { kind: 'arrivals', name: 'people' };
    expect(named('people')).toMatchObject({
      description: 'Everybody.',
      inputs: [arrivals],
      over: arrivals,
      key: ['id', 'at'],
      partitionBy: ['month'],
      file: 'people.json',
    });
    expect(named('prices')).toMatchObject({ key: [], partitionBy: [] });
    expect(named('people')?.hash).toMatch(/^[0-9a-f]{16}$/);
  });

  it('knows columns, partitions, dependents and names', () => {
    for (const kind of ['tables', 'arrivals'] as const) {
      expect(catalog.columnsOf({ kind, name: 'people' }).map(({ name }) => name)).toEqual([
        'month',
        'id',
        'at',
        'Note "x"',
      ]);
      expect(catalog.partitionColumnsOf({ kind, name: 'people' })).toEqual(['month']);
    }
    expect(catalog.partitionColumnsOf({ kind: 'insights', name: 'daily' })).toEqual(['month']);
    expect(catalog.columnsOf({ kind: 'insights', name: 'daily' })).toEqual(daily.columns);
    expect(() => catalog.columnsOf({ kind: 'insights', name: 'sales' })).toThrow(
      'for the table insights/sales',
    );
    const dependents = (kind: 'tables' | 'arrivals', name: string) =>
      catalog.dependents({ kind, name }).map(({ target }) => `${target.kind}/${target.name}`);
    expect(dependents('arrivals', 'people')).toEqual(['tables/people']);
    expect(dependents('tables', 'people')).toEqual(['insights/daily']);
    expect(dependents('tables', 'prices')).toEqual([]);
    expect(catalog.resolve('People')).toEqual({ kind: 'tables', name: 'people' });
    expect(catalog.resolve('DAILY')).toEqual({ kind: 'insights', name: 'daily' });
    expect(catalog.resolve('nobody')).toBeUndefined();
  });

  it('finds the dataset of a landing key, and refuses two', () => {
    expect(catalog.datasetFor('sales/a.csv')?.name).toBe('sales');
    expect(catalog.datasetFor('sales/b/a.csv')).toBeUndefined();
    const all = dataset('everything', { path: '**/*.csv' });
    const both = makeCatalog([sales, all], []);
    expect(both.datasetFor('other/a.csv')?.name).toBe('everything');
    expect(() => both.datasetFor('sales/a.csv')).toThrow(DefinitionError);
    expect(() => both.datasetFor('sales/a.csv')).toThrow(
      'everything.json, dataset everything: the landing key "sales/a.csv" matches the path "**/*.csv" of everything and the path "sales/*.csv" of sales (sales.json)',
    );
  });
});

describe('the rows that count', () => {
  let engine: Awaited<ReturnType<typeof openDuckDb>>;
  beforeAll(async () => {
    engine = await openDuckDb({ threads: 1 });
  });
  afterAll(() => engine.close());

  const arrived = (name: string, more: string) => `CREATE TEMP VIEW ${name} AS SELECT * FROM (VALUES
    (1, 1, DATE '2024-01-01', 'old', 'sales/z.csv', 10, false, 9), (1, 1, DATE '2024-01-01', 'new', 'sales/a.csv', 20, false, 0),
    (1, 2, DATE '2024-01-01', 'same time, first', 'sales/a.csv', 20, false, 9),
    (1, 2, DATE '2024-01-01', 'same time, last', 'sales/b.csv', 20, true, 1), (2, 1, DATE '2024-02-01', 'other key', 'sales/a.csv', 5, true, 0)${more})
    rows(month, id, "at", "Note ""x""", _sluice_source, _sluice_last_modified, _sluice_newest, _sluice_row)`;

  it.each([
    ['people', ['new', 'other key', 'same time, last']],
    ['prices', ['other key', 'same time, last']],
  ])('of %s are %j', async (name, notes) => {
    const rows = await engine.session(async (session) => {
      const earlier = ", (1, 2, DATE '2024-01-01', 'an earlier line', 'sales/b.csv', 20, false, 0)";
      await session.run(arrived(name, name === 'people' ? earlier : ''));
      return session.rows(named(name)?.sql ?? '');
    });
    expect(rows.map((row) => row['Note "x"']).sort()).toEqual(notes);
    expect(Object.keys(rows[0] ?? {})).toEqual(
      catalog.columnsOf({ kind: 'tables', name }).map((column) => column.name),
    );
  });
});

describe('dependencyOrder', () => {
  const reader = (name: string, ...reads: string[]) => ({ name, file: `${name}.sql`, line: 4, reads });

  it('puts each after what it reads, else keeps the order', () => {
    const readers = [reader('a', 'D', 'x'), reader('b'), reader('c', 'a'), reader('d', 'b')];
    const { ordered, circles } = dependencyOrder(readers);
    expect(ordered.map(({ name }) => name)).toEqual(['b', 'd', 'a', 'c']);
    expect(circles).toEqual([]);
  });

  it.each([
    [
      [reader('a', 'a')],
      ['a.sql, line 4: insights read each other in a cycle: a → a. Remove one of these reads'],
      [],
    ],
    [
      [reader('z', 'a'), reader('a', 'b'), reader('b', 'c', 'y'), reader('c', 'a'), reader('y')],
      [
        'a.sql, line 4: insights read each other in a cycle: a → b → c → a. Remove one of these reads',
        'b.sql, line 4: insights read each other in a cycle: b → c → a → b. Remove one of these reads',
        'c.sql, line 4: insights read each other in a cycle: c → a → b → c. Remove one of these reads',
      ],
      ['z', 'y'],
    ],
  ])('names all that are in a circle, and goes on with the rest', (readers, messages, rest) => {
    const { ordered, circles } = dependencyOrder(readers);
    expect(circles.map(({ error }) => error.message)).toEqual(messages);
    expect(ordered.map(({ name }) => name)).toEqual(rest);
  });
});
