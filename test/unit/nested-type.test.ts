// The texts of lists and structs as types, and what of the engine's types they are.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import { leavesOf, sqlTree, typeText, typeTree } from '../../lib/core/nested-type.ts';
import { castType, columnType, sqlType } from '../../lib/core/schema.ts';

let engine: Awaited<ReturnType<typeof openDuckDb>>;
beforeAll(async () => {
  engine = await openDuckDb({ threads: 1 });
});
afterAll(() => engine.close());

const described = async (sql: string) => {
  const [column] = await engine.session((session) => session.describe(sql));
  return column?.type ?? '';
};

/** A SELECT of the value, its type in Delta and in DuckDB. */
const SAME: readonly (readonly [sql: string, type: string, duckdb: string])[] = [
  ['[1::BIGINT]', 'array<long>', 'BIGINT[]'],
  ["[['a']]", 'array<array<string>>', 'VARCHAR[][]'],
  ["{'a': 1, 'B_2': true}", 'struct<a:integer,B_2:boolean>', 'STRUCT("a" INTEGER, "B_2" BOOLEAN)'],
  [
    `{'b c': 1.5::DECIMAL(9,2), 'it"s, (x) []': [DATE '2024-01-01'], 'dbl': 1::DOUBLE, '1': {'>': 'x'}}`,
    'struct<"b c":decimal(9,2),"it""s, (x) []":array<date>,dbl:double,"1":struct<">":string>>',
    'STRUCT("b c" DECIMAL(9,2), "it""s, (x) []" DATE[], "dbl" DOUBLE, "1" STRUCT(">" VARCHAR))',
  ],
  [
    "[{'at': TIMESTAMPTZ '2024-01-01 00:00:00+00'}]",
    'array<struct<at:timestamp>>',
    'STRUCT("at" TIMESTAMP WITH TIME ZONE)[]',
  ],
];

describe('a list or a struct', () => {
  it.each(SAME)('%s is %s, for which the engine says %s', async (sql, type, duckdb) => {
    expect(columnType(duckdb)).toBe(type);
    expect(sqlType(columnType(duckdb) ?? 'long')).toBe(duckdb);
    expect(typeText(typeTree(type))).toBe(type);
    expect(await described(`SELECT ${sql} AS x`)).toBe(duckdb);
  });

  it('is cast where something in it is', () => {
    const type = `STRUCT("a" HUGEINT[], "b c" STRUCT("e" ENUM('x', 'it''s, ('), "d" UUID)[3])`;
    expect(columnType(type)).toBeUndefined();
    expect(castType(type)).toBe('struct<a:array<decimal(38,0)>,"b c":array<struct<e:string,d:string>>>');
    expect(columnType('INTEGER[3]')).toBeUndefined();
    expect(castType('INTEGER[3]')).toBe('array<integer>');
  });

  it.each([
    'MAP(VARCHAR, INTEGER)[]',
    'STRUCT("a" INTERVAL)',
    'STRUCT("a" STRUCT("b" UNION("k" INTEGER)))',
    'FLOAT[]',
    'TIMESTAMP[2]',
  ])('of %s has no type', (type) => {
    expect(columnType(type)).toBeUndefined();
    expect(castType(type)).toBeUndefined();
  });

  it('has parts with places', () => {
    expect(leavesOf(sqlTree('STRUCT("a" BIGINT[], "b c" STRUCT("d" MAP(VARCHAR, DATE))[])'), 'x')).toEqual([
      { path: 'x.a[]', leaf: 'BIGINT' },
      { path: 'x."b c"[].d', leaf: 'MAP(VARCHAR, DATE)' },
    ]);
  });
});
