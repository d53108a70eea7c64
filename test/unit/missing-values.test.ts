// Texts that stand for no value: the same however many the contract names.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import { cleanText } from '../../lib/core/field-sql.ts';
import { parseContract } from '../../lib/definitions/parse-contract.ts';
import { literal } from '../../lib/sql/quoting.ts';
import { contract } from './catalog-load-case.ts';

let engine: Awaited<ReturnType<typeof openDuckDb>>;
beforeAll(async () => {
  engine = await openDuckDb({ threads: 1 });
});
afterAll(() => engine.close());

const TEXTS = ['', ' ', 'm0', ' m0', 'm1', "m'2", 'M0', 'x', 'm7', 'm1999', 'NULL'];

it.each([
  [0, false, true],
  [1, false, false],
  [8, false, true],
  [9, false, false],
  [9, true, true],
  [2000, false, true],
  [2000, true, false],
])('%s of them; trimmed: %s; the empty text among them: %s', async (count, trim, withEmpty) => {
  const missing = Array.from({ length: count }, (_, i) => (i === 2 ? "m'2" : `m${i}`));
  const missingValues = withEmpty ? [...missing, ''] : missing;
  const [dataset] = parseContract(
    'x.json',
    'x',
    contract('sales', {}, [{ name: 'id', trim, missingValues }]),
  );
  const [field] = dataset?.fields ?? [];
  if (field === undefined) throw new Error('no field');
  // The engine's readers give NULL for the empty text.
  const rows = await engine.session((session) =>
    session.rows<{ clean: string | null }>(
      `SELECT ${cleanText(field, "nullif(t, '')")} AS clean FROM (VALUES ${TEXTS.map((text) => `(${literal(text)})`).join(', ')}) v(t)`,
    ),
  );
  const expected = TEXTS.map((text) => (trim ? text.trim() : text)).map((text) =>
    missingValues.includes(text) ? null : text,
  );
  expect(rows.map(({ clean }) => clean)).toEqual(expected);
});
