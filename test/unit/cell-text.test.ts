// Values as texts of CSV and JSON: whatever is in a list or a struct keeps its digits.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import { cellText, jsonOf } from '../../lib/inspect/cell-text.ts';
import type { Value } from '../../lib/ports.ts';

let engine: Awaited<ReturnType<typeof openDuckDb>>;
beforeAll(async () => {
  engine = await openDuckDb({ threads: 1 });
});
afterAll(() => engine.close());

async function texts(sql: string) {
  const [value, type] = await engine.session(async (session) => {
    const [column] = await session.describe(`SELECT ${sql} AS x`);
    const [row] = await session.rows<{ x: Value }>(`SELECT ${sql} AS x`);
    return [row?.x ?? null, column?.type ?? ''] as const;
  });
  return { cell: cellText(value, type), json: jsonOf(type)(value) };
}

describe('in a list or a struct', () => {
  it.each([
    ['[1.50, NULL]::DECIMAL(38,2)[]', '[1.50,null]'],
    ['[9007199254740993, 1]', '[9007199254740993,1]'],
    ["['1.50', '9', NULL, 'a\"b', '<i>\\']", '["1.50","9",null,"a\\"b","<i>\\\\"]'],
    ["['nan'::DOUBLE, '-inf'::DOUBLE, 0.1]", '["NaN","-Infinity",0.1]'],
    [
      "{'z': 1.10, '1': [{'d': DATE '2024-01-01', 'n': -9007199254740993}], 'b c': NULL::BOOLEAN}",
      '{"z":1.10,"1":[{"d":"2024-01-01","n":-9007199254740993}],"b c":null}',
    ],
    ["[TIMESTAMPTZ '2024-01-01 00:00:00.5+00']", '["2024-01-01 00:00:00.5+00"]'],
    ['[]', '[]'],
    ['[[NULL], NULL, []]', '[[null],null,[]]'],
  ])('%s is %s', async (sql, json) => {
    expect(await texts(sql)).toEqual({ cell: json, json });
  });
});

it('single values are themselves; in JSON all but numbers have quotes', async () => {
  expect(await texts("'1.50'")).toEqual({ cell: '1.50', json: '"1.50"' });
  expect(await texts('1.50')).toEqual({ cell: '1.50', json: '1.50' });
  expect(await texts('NULL')).toEqual({ cell: null, json: 'null' });
  expect(await texts("'nan'::DOUBLE")).toEqual({ cell: 'NaN', json: '"NaN"' });
});
