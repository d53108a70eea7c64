import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Dataset } from '../../lib/core/contract.ts';
import { RecordScanner } from '../../lib/core/record-scanner.ts';
import type { RefusedRow } from '../../lib/core/violation.ts';
import { parseContract } from '../../lib/definitions/parse-contract.ts';
import { CorruptionError } from '../../lib/errors.ts';
import { locateRecords } from '../../lib/ingest/csv/locate-records.ts';
import { fileViolation } from '../../lib/ingest/row-source.ts';
import { useTemp } from '../support/temp.ts';

const CONTRACT = JSON.stringify({
  name: 'p',
  resources: [
    {
      name: 'pairs',
      path: '*.csv',
      format: 'csv',
      schema: { fields: ['a', 'b'].map((name) => ({ name, type: 'string' })) },
    },
  ],
});
const [dataset] = parseContract('p/datapackage.json', 'p', CONTRACT) as [Dataset];

const scratch = useTemp();

/** What the engine flagged, and how many rows it made of the file. */
type Flagged = { readonly rows: readonly number[]; readonly relationRows: number };

async function rejected(text: string, { rows, relationRows }: Flagged): Promise<RefusedRow[]> {
  const path = join(scratch, 'pairs.csv');
  await writeFile(path, text);
  const scanner = new RecordScanner(dataset.dialect, 2);
  scanner.push(Buffer.from(text));
  scanner.end();
  async function* flagged() {
    for (const row of rows) yield { row, violations: [fileViolation('enum', `row ${row}`)] };
  }
  const found = locateRecords(
    { dataset, path, fromPath: new Map(), scratch },
    { columns: 2 },
    {
      rows: flagged(),
      relationRows,
      counted: { records: scanner.records, isPlain: true, offsets: scanner.offsets },
    },
  );
  const list: RefusedRow[] = [];
  for await (const row of found) list.push(row);
  return list;
}

const ROWS = Array.from({ length: 1000 }, (_, i) => (i % 7 === 0 ? `"${i}\n",x` : `${i},x`));
const TEXT = `a,b\n${ROWS.join('\n\n')}\n`;
/** The header's line, the records' own before, and the blank ones between. */
const lineOf = (row: number) => 2 + 2 * row + Math.ceil(row / 7);

test('flagged rows with their lines and texts', async () => {
  const rows = [0, 1, 15, 16, 17, 500, 501, 999];
  const found = await rejected(TEXT, { rows, relationRows: 1000 });
  expect(found.map(({ line, raw, violations }) => [line, raw, violations[0]?.message])).toEqual(
    rows.map((row) => [lineOf(row), ROWS[row], `row ${row}`]),
  );
  expect(await rejected(TEXT, { rows: [], relationRows: 1000 })).toEqual([]);
});

test('and among them the records that are no rows, which the engine does not number', async () => {
  const ragged = TEXT.replace('\n3,x\n', '\n3\n').replace('\n998,x\n', '\n998,x,y\n');
  const found = await rejected(ragged, { rows: [2, 3, 996], relationRows: 998 });
  expect(found.map(({ line, raw, violations }) => [line, raw, violations[0]?.rule])).toEqual([
    [lineOf(2), '2,x', 'enum'],
    [lineOf(3), '3', 'missing-cell'],
    [lineOf(4), '4,x', 'enum'],
    [lineOf(997), '997,x', 'enum'],
    [lineOf(998), '998,x,y', 'extra-cell'],
  ]);
});

test.each<[string, string, Flagged, RegExp]>([
  ['a flagged row that is none', 'a,b\n1,2\n3\n', { rows: [1], relationRows: 2 }, /line 3 is no row to us/],
  ['a flagged row after the last', 'a,b\n1,2\n3,4\n', { rows: [2], relationRows: 2 }, /has a row 2/],
  ['too few rows', 'a,b\n1,2\n3,4\n', { rows: [0], relationRows: 1 }, /made 1 rows of the file's 2 /],
])('an engine that split the file in another way is found out: %s', async (_, text, flagged, message) => {
  const found = rejected(text, flagged);
  await expect(found).rejects.toThrow(message);
  await expect(found).rejects.toBeInstanceOf(CorruptionError);
});
