// Cells of one field, tried by the product and read by a judge: for the laws of types, which write each type's rules anew.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseContract } from '../../lib/definitions/parse-contract.ts';
import { convert } from '../../lib/ingest/convert.ts';
import { tries } from '../support/tries.ts';
import type { useWorld } from '../support/use-world.ts';

type World = ReturnType<typeof useWorld>;

/** The value of a text as the table shows it; undefined where the type has no such text. */
export type Reading = (text: string) => string | undefined;

let files = 0;
export async function values(
  world: World,
  field: object,
  texts: readonly string[],
): Promise<Map<string, string>> {
  const fields = [{ name: 'f', ...field }, { name: 'text' }];
  const resource = { name: 'cells', path: '*.csv', format: 'csv', schema: { missingValues: [], fields } };
  const [dataset] = parseContract('p/datapackage.json', 'p', JSON.stringify({ resources: [resource] }));
  if (!dataset) throw new Error('no dataset');
  const scratch = join(world.scratch, `cells-${++files}`);
  await mkdir(scratch);
  const path = join(scratch, 'source.csv');
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  await writeFile(path, `f,text\n${texts.map((text) => `${quoted(text)},${quoted(text)}\n`).join('')}`);
  return world.sql.session(async (session) => {
    const result = await convert(session, { dataset, path, fromPath: new Map(), scratch });
    if (result.outcome === 'rejected') throw new Error(result.violation.message);
    const [file] = result.dataFiles;
    if (!file) return new Map();
    type Cell = { text: string; value: string };
    const rows = await session.rows<Cell>(
      `SELECT DISTINCT text, CAST(f AS VARCHAR) AS value FROM read_parquet('${file.path}')`,
    );
    return new Map(rows.map((row) => [row.text, row.value]));
  });
}

export const texts = (alphabet: string, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...alphabet), minLength: 1, maxLength });

/** Right texts with a character taken out, put in or changed. */
export function mutations(right: fc.Arbitrary<string>, alphabet: string): fc.Arbitrary<string> {
  const change = fc.record({ at: fc.nat(40), drop: fc.nat(1), put: fc.constantFrom('', ...alphabet) });
  return fc.tuple(right, fc.array(change, { maxLength: 2 })).map(([text, changes]) =>
    changes.reduce((now, { at, drop, put }) => {
      const place = at % (now.length + 1);
      return now.slice(0, place) + put + now.slice(place + drop);
    }, text),
  );
}

export const two = (number: number) => String(number).padStart(2, '0');

export type Case = readonly [name: string, field: object, text: fc.Arbitrary<string>, reading: Reading];

/** A test for each case: the cells that the product accepts, and their values, are those of the reading. */
export function testCases(world: World, cases: readonly Case[]): void {
  test.each(cases)('%s', async (_, field, text, reading) => {
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 150, maxLength: 150 }), async (cells) => {
        const found = await values(world, field, cells);
        const expected = new Map(
          cells.flatMap((cell) => (reading(cell) === undefined ? [] : [[cell, reading(cell)]])),
        );
        expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected));
      }),
      tries(4),
    );
  });
}
