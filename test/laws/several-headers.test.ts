// A column that bears one of several names: whichever is there is read, two of them reject the file, and none is a missing
// column, in CSV as in JSON.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseContract } from '../../lib/definitions/parse-contract.ts';
import { convert } from '../../lib/ingest/convert.ts';
import { tries } from '../support/tries.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();

let files = 0;
type Result = { readonly values: (string | null)[] } | { readonly rule: string; readonly message: string };

async function read(resource: object, text: string): Promise<Result> {
  const words = { name: 'cells', path: '*', ...resource };
  const [dataset] = parseContract('p/datapackage.json', 'p', JSON.stringify({ resources: [words] }));
  if (!dataset) throw new Error('no dataset');
  const scratch = join(world.scratch, `headers-${++files}`);
  await mkdir(scratch);
  const path = join(scratch, 'source');
  await writeFile(path, text);
  return world.sql.session(async (session) => {
    const result = await convert(session, { dataset, path, fromPath: new Map(), scratch });
    if (result.outcome === 'rejected') return result.violation;
    const [file] = result.dataFiles;
    if (!file) throw new Error('no rows');
    const rows = await session.rows<{ amount: string | null }>(
      `SELECT CAST(amount AS VARCHAR) AS amount FROM read_parquet('${file.path}') ORDER BY id`,
    );
    return { values: rows.map(({ amount }) => amount) };
  });
}

const NAMES = ['amount', 'Total', 'Total EUR', 'sum'];
const drawn = fc.record({
  header: fc.shuffledSubarray(NAMES, { minLength: 2 }),
  there: fc.shuffledSubarray(NAMES, { minLength: 0, maxLength: 3 }),
  isUpper: fc.boolean(),
  isStrict: fc.boolean(),
});
const fieldsOf = (header: readonly string[]) => [
  { name: 'id', type: 'integer' },
  { name: 'amount', type: 'integer', header },
];

test('in CSV, in any case unless the dialect minds it', async () => {
  await fc.assert(
    fc.asyncProperty(drawn, async ({ header, there, isUpper, isStrict }) => {
      const labels = there.map((name) => (isUpper ? name.toUpperCase() : name));
      const isMeant = (label: string) =>
        header.some((name) => name === label || (!isStrict && name.toLowerCase() === label.toLowerCase()));
      const meant = labels.filter(isMeant);
      const dialect = { caseSensitiveHeader: isStrict };
      const text = `${['id', ...labels].join(',')}\n${['1', ...labels.map((_, i) => String(i + 5))].join(',')}\n`;
      const result = await read({ format: 'csv', dialect, schema: { fields: fieldsOf(header) } }, text);
      if (meant.length > 1) {
        expect(result).toMatchObject({ rule: 'duplicate-label' });
        const found = 'message' in result ? result.message : '';
        expect(found).toMatch(
          /^the file has (".*"), and each of them fills the field amount: leave one column of them$/,
        );
        for (const label of meant) expect(found).toContain(JSON.stringify(label));
      } else if (meant.length === 1)
        expect(result).toEqual({ values: [String(labels.indexOf(meant[0] ?? '') + 5)] });
      else if ('values' in result) expect(result.values).toEqual([null]);
      // A label that is one slip away is named.
      else expect(result.rule).toBe('missing-label');
    }),
    tries(60),
  );
});

test('in JSON, over all records of a file', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray(NAMES, { minLength: 2 }),
      fc.array(fc.option(fc.nat(3)), { minLength: 1, maxLength: 4 }),
      async (header, uses) => {
        const known = uses.map((use) => header[use ?? -1]);
        const records = known.map((name, id) => ({ id, ...(name === undefined ? {} : { [name]: id + 5 }) }));
        const text = records.map((record) => `${JSON.stringify(record)}\n`).join('');
        const result = await read({ format: 'ndjson', schema: { fields: fieldsOf(header) } }, text);
        const distinct = [...new Set(known.filter((name) => name !== undefined))];
        if (distinct.length <= 1) {
          expect(result).toEqual({
            values: known.map((name, id) => (name === undefined ? null : String(id + 5))),
          });
          return;
        }
        const [first, second] = distinct.map((name) => JSON.stringify(name));
        expect(result).toMatchObject({
          rule: 'duplicate-label',
          message: `the file has ${first}, ${second}, and each of them fills the field amount: leave one column of them`,
        });
      },
    ),
    tries(60),
  );
});

test('a label that is missing is named with all its names', async () => {
  const fields = [
    { name: 'id', type: 'integer' },
    { name: 'amount', header: ['Total', 'Sum'], constraints: { required: true } },
  ];
  const expected = { rule: 'missing-label', message: expect.stringContaining('lacks "Total" or "Sum"') };
  expect(await read({ format: 'csv', schema: { fields } }, 'id,other\n1,2\n')).toMatchObject(expected);
  expect(await read({ format: 'csv', schema: { fields, fieldsMatch: 'equal' } }, 'id\n1\n')).toMatchObject(
    expected,
  );
  const slip = await read(
    { format: 'ndjson', schema: { fields: fields.slice(0, 2) } },
    '{"id": 1, "Totl": 5}\n',
  );
  expect(slip).toMatchObject({ rule: 'missing-label', message: expect.stringContaining('"Totl"') });
});
