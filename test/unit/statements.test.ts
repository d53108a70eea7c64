// Statements are cut where DuckDB's parser cuts them, whatever stands in their quotes and comments.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import type { SqlEngine } from '../../lib/ports.ts';
import { literal } from '../../lib/sql/quoting.ts';
import { isBlank, onOneLine, splitStatements } from '../../lib/sql/statements.ts';
import { tries } from '../support/tries.ts';

let engine: SqlEngine & { close(): void };
beforeAll(async () => {
  engine = await openDuckDb({ threads: 1 });
});
afterAll(() => engine.close());

const word = fc.stringMatching(/^[a-z;'"$\\\n\r -]{0,6}$/);
const value = fc.oneof(
  word.map((text) => `'${text.replaceAll("'", "''")}'`),
  word.map((text) => `e'${text.replace(/[\\']/g, '\\$&')}'`),
  word.map((text) => `$$${text.replaceAll('$', '')}$$`),
  word.map((text) => `$q$${text.replaceAll('$', '')}$q$`),
  word.map((text) => `1 AS "a${text.replaceAll('"', '""')}"`),
  fc.constantFrom('1', 'a$b$', "1 AS é$a$, 'x'", '-1', '4 / 2', '2 * 3'),
);
const blank = fc.oneof(
  fc.constantFrom(' ', '\n', '\t', '\r\n', ' '),
  fc.stringMatching(/^[a-z;'"$/ -]{0,5}$/).map((text) => ` --${text}\n`),
  fc.stringMatching(/^[a-z;'"$ -]{0,5}$/).map((text) => `/*${text}/* ; ' */${text}*/`),
);
const statement = fc
  .array(fc.tuple(value, blank), { minLength: 1, maxLength: 4 })
  .map((parts) => `SELECT${parts.map(([item, space]) => `${space}${item}`).join(' ,')}`);
const script = fc.array(fc.tuple(blank, statement, blank), { minLength: 1, maxLength: 4 });

async function statementsByDuckDb(sql: string): Promise<number | undefined> {
  const [row] = await engine.session((session) =>
    session.rows<{ tree: string }>(`SELECT json_serialize_sql(${literal(sql)}) AS tree`),
  );
  const tree = JSON.parse(row?.tree ?? '{}');
  return tree.error ? undefined : tree.statements.length;
}

it('random scripts are cut into their statements, of which DuckDB finds as many', async () => {
  await fc.assert(
    fc.asyncProperty(script, async (parts) => {
      const text = parts.map(([before, sql, after]) => `${before}${sql}${after};`).join('');
      const { statements, rest } = splitStatements(text);
      expect(rest).toBe('');
      expect(statements).toEqual(parts.map((part) => part.join('').trim()));
      expect(await statementsByDuckDb(text), text).toBe(parts.length);
      for (const sql of statements) {
        const line = onOneLine(sql);
        expect(await statementsByDuckDb(sql), sql).toBe(1);
        if (line !== undefined) {
          expect(line).not.toMatch(/\n/);
          expect(await rowsOf(line)).toEqual(await rowsOf(sql));
        }
      }
    }),
    tries(300),
  );
});

/** Those that name columns that do not exist have an error instead. */
function rowsOf(sql: string): Promise<unknown> {
  return engine.session((session) => session.rows(sql).catch((error: Error) => error.message.split('\n')[0]));
}

it('what is not ended is the rest, and only blanks and comments that end are nothing', () => {
  expect(splitStatements("SELECT 1; SELECT 'a;")).toEqual({ statements: ['SELECT 1'], rest: " SELECT 'a;" });
  expect(splitStatements('SELECT 1; /* ; /* */')).toEqual({ statements: ['SELECT 1'], rest: ' /* ; /* */' });
  expect(splitStatements(';; -- a;\n;')).toEqual({ statements: [], rest: '' });
  expect(splitStatements('SELECT $x$ ; $$ ; $x$;').statements).toEqual(['SELECT $x$ ; $$ ; $x$']);
  expect([' \n', '-- a', '/* a */ '].map(isBlank)).toEqual([true, true, true]);
  expect(['/* a', "'", ' x', '"'].map(isBlank)).toEqual([false, false, false, false]);
});

it('statements become one line where that changes nothing', () => {
  expect(onOneLine(' SELECT a,\n\t b /* c */\r\nFROM t; ')).toBe('SELECT a, b /* c */ FROM t;');
  expect(onOneLine("SELECT 'a\nb'")).toBeUndefined();
  expect(onOneLine('SELECT 1 -- one\n, 2')).toBeUndefined();
  expect(onOneLine('SELECT 1 /* a\n */')).toBeUndefined();
});
