import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import type { Column, ColumnType } from '../../lib/core/schema.ts';
import { fileStatistics } from '../../lib/delta/stats.ts';
import { useTemp } from '../support/temp.ts';

const folder = useTemp();
let engine: Awaited<ReturnType<typeof openDuckDb>>;
beforeAll(async () => {
  engine = await openDuckDb({ threads: 1 });
});
afterAll(() => engine.close());

let files = 0;
async function statistics(select: string, columns: readonly Column[]) {
  files += 1;
  const path = join(folder, `[${files}]*.parquet`);
  return engine.session(async (session) => {
    await session.run(`COPY (${select}) TO '${path}' (FORMAT parquet, ROW_GROUP_SIZE 2048)`);
    return fileStatistics(session, path, columns);
  });
}

const column = (name: string, type: ColumnType): Column => ({ name, type });

describe("a data file's statistics", () => {
  it('compare the values of several row groups as values', async () => {
    const select = `SELECT range - 4500 AS n, CAST(range - 4500 AS DECIMAL(18,2)) AS d, CAST(range AS INTEGER) AS i,
      DATE '1999-12-30' + CAST(range AS INTEGER) AS day, CASE WHEN range % 3 = 0 THEN range + 9 END AS some
      FROM range(9000)`;
    const found = await statistics(select, [
      column('n', 'long'),
      column('d', 'decimal(18,2)'),
      column('i', 'integer'),
      column('day', 'date'),
      column('some', 'long'),
    ]);
    expect(found.rows).toBe(9000);
    expect(found.stats).toBe(
      '{"numRecords":9000,' +
        '"minValues":{"n":-4500,"d":-4500.00,"i":0,"day":"1999-12-30","some":9},' +
        '"maxValues":{"n":4499,"d":4499.00,"i":8999,"day":"2024-08-19","some":9006},' +
        '"nullCount":{"n":0,"d":0,"i":0,"day":0,"some":6000}}',
    );
  });

  it('say nothing of lists and structs, whose parts may be called as other columns are', async () => {
    const select = `SELECT range AS n, [range] AS l, {'a': range + 5, 'b, c': NULL} AS st, {'b': range} AS "st, a", range * 2 AS "st, b, c",
      range + 1 AS "l, list, element" FROM range(3)`;
    const columns = [
      column('n', 'long'),
      column('l', 'array<long>'),
      column('st', 'struct<a:long,"b, c":integer>'),
      column('st, a', 'struct<b:long>'),
      column('st, b, c', 'long'),
      column('l, list, element', 'long'),
    ];
    const found = await statistics(select, columns);
    expect(JSON.parse(found.stats)).toEqual({
      numRecords: 3,
      minValues: { n: 0, st: {}, 'st, a': {} },
      maxValues: { n: 2, st: {}, 'st, a': {} },
      nullCount: { n: 0 },
    });
    expect(JSON.parse((await statistics(`${select} LIMIT 0`, columns.slice(0, 3))).stats)).toEqual({
      numRecords: 0,
      nullCount: { n: 0 },
    });
  });

  it('widen times to milliseconds', async () => {
    const times = [
      '2024-01-01 00:00:00.1234+00',
      '1969-12-31 23:59:59.999999+00',
      '2024-01-01 00:00:00.123+00',
    ];
    const select = `SELECT unnest(${JSON.stringify(times).replaceAll('"', "'")})::TIMESTAMPTZ AS t`;
    const found = await statistics(select, [column('t', 'timestamp')]);
    expect(JSON.parse(found.stats)).toEqual({
      numRecords: 3,
      minValues: { t: '1969-12-31T23:59:59.999Z' },
      maxValues: { t: '2024-01-01T00:00:00.124Z' },
      nullCount: { t: 0 },
    });
  });

  it('have no bounds for texts, floating point and booleans, nor where all is null', async () => {
    const found = await statistics("SELECT 'x' AS s, 1.5::DOUBLE AS f, true AS b, NULL::BIGINT AS n", [
      column('s', 'string'),
      column('f', 'double'),
      column('b', 'boolean'),
      column('n', 'long'),
    ]);
    expect(JSON.parse(found.stats)).toEqual({
      numRecords: 1,
      minValues: {},
      maxValues: {},
      nullCount: { s: 0, f: 0, b: 0, n: 1 },
    });
  });

  it('leave out bounds that a reader might round or not understand', async () => {
    const select = `SELECT 9007199254740993::BIGINT AS n, 12345678901234567.89::DECIMAL(38,2) AS d,
      'infinity'::TIMESTAMPTZ AS t, '0044-03-15 (BC)'::DATE AS day, 99999999999.9999::DECIMAL(18,4) AS kept`;
    const found = await statistics(select, [
      column('n', 'long'),
      column('d', 'decimal(38,2)'),
      column('t', 'timestamp'),
      column('day', 'date'),
      column('kept', 'decimal(18,4)'),
    ]);
    expect(found.stats).toContain(
      '"minValues":{"kept":99999999999.9999},"maxValues":{"kept":99999999999.9999}',
    );
  });

  it('of an empty file are only counts', async () => {
    const found = await statistics("SELECT 1::BIGINT AS n, 'x' AS s WHERE false", [
      column('n', 'long'),
      column('s', 'string'),
    ]);
    expect(found).toEqual({ rows: 0, stats: '{"numRecords":0,"nullCount":{"n":0,"s":0}}' });
  });

  it('take any column name, and no column that the file does not have', async () => {
    const name = 'we "ird", it\'s.x';
    const found = await statistics(`SELECT 1::BIGINT AS "we ""ird"", it's.x"`, [
      column(name, 'long'),
      column('other', 'long'),
    ]);
    expect(JSON.parse(found.stats)).toEqual({
      numRecords: 1,
      minValues: { [name]: 1 },
      maxValues: { [name]: 1 },
      nullCount: { [name]: 0 },
    });
  });
});
