// Which names want quotes where SQL is refused: of all the engine's keywords, and of names that are no words.
import { describe, expect, it } from 'vitest';
import { quotingHints } from '../../lib/definitions/quoting-hint.ts';
import { bareNames } from '../../lib/sql/bare-names.ts';
import { contract, engine, insight, load, useCatalogFolders } from './catalog-load-case.ts';

useCatalogFolders();

function hints(sql: string, columns: string[], tables: string[] = [], isParsed = false) {
  return engine.session((session) => quotingHints(session, sql, { tables, columns }, isParsed));
}

it('a bare name is found in any case, outside of texts, quotes and comments', () => {
  const names = ['at', 'a.b', 'net-amount', 'Größe (cm)', 'left', '2024'];
  const found = (sql: string) => bareNames(sql, names);
  expect(found('SELECT AT, x FROM t')).toEqual(['at']);
  expect(found('SELECT \'at\' AS x, "a.b" -- net-amount\n/* left */ FROM t WHERE y = 2024')).toEqual([]);
  expect(found('SELECT a.b - net-amount FROM t')).toEqual(['a.b', 'net-amount']);
  expect(found('SELECT größe (cm), cat, attr, leftover, xa.b, a.bc FROM t')).toEqual(['Größe (cm)']);
});

it('every keyword that is no name by itself is said to be one, and no other', async () => {
  const words = await engine.session((session) =>
    session.rows<{ word: string; kind: string }>(
      'SELECT keyword_name AS word, keyword_category AS kind FROM duckdb_keywords()',
    ),
  );
  const said = new Map<string, boolean>();
  for (const { word } of words) {
    const found = await hints(`SELECT min(${word}) FROM t`, [word]);
    said.set(word, found.length > 0);
    // What is said to be a name is one: it binds to the column.
    if (found.length === 0)
      await engine.session(async (session) => {
        await session.run(`CREATE OR REPLACE TEMP TABLE t ("${word}" INTEGER)`);
        await session.describe(`SELECT min(${word}) AS a, ${word} AS b FROM t GROUP BY b`);
      });
    else
      expect(found).toEqual([
        `${word} is a reserved SQL keyword: write it as a column name with quotes, "${word}".`,
      ]);
  }
  expect(words.filter(({ kind, word }) => kind === 'reserved' && !said.get(word))).toEqual([]);
  expect(said.get('year')).toBe(false);
  expect(said.get('at')).toBe(true);
});

describe('the refusal of an insight says which names want quotes', () => {
  const FIELDS = ['id', 'at', 'order', 'net.amount', 'unit price'].map((name) => ({ name, type: 'integer' }));
  const loaded = (sql: string) =>
    load({
      'shop/datapackage.json': contract('sales', {}, FIELDS),
      'shop/insights/daily.sql': insight(sql),
    });

  it.each([
    [
      'SELECT id, min(at) AS a FROM sales GROUP BY id',
      'at is a reserved SQL keyword: write it as a column name with quotes, "at".',
    ],
    [
      'SELECT order FROM sales',
      'order is a reserved SQL keyword: write it as a column name with quotes, "order".',
    ],
    [
      'SELECT net.amount FROM sales',
      'net.amount is not a plain SQL name: write it as a column name with quotes, "net.amount".',
    ],
    ['SELECT id, unit price FROM sales WHERE id =', 'unit price is not a plain SQL name'],
  ])('%s', async (sql, hint) => {
    await expect(loaded(sql)).rejects.toThrow(hint);
  });

  it('and such names work in quotes', async () => {
    const sql = 'SELECT id, min("at") AS a, max("net.amount") AS n, "order" FROM sales GROUP BY ALL';
    const { derivations } = await loaded(sql);
    expect(derivations.map(({ columns }) => columns.map(({ name }) => name))).toEqual([
      ['id', 'a', 'n', 'order'],
    ]);
  });

  it('where something else is wrong nothing is said of names that are right', async () => {
    const problem = await loaded('SELECT id, oops FROM sales WHERE "at" > 1').then(() => '', String);
    expect(problem).toMatch(/Referenced column "oops" not found/);
    expect(problem).not.toContain('written');
  });
});
