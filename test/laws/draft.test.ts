// Law 4 for drafts: whatever files hold, the drafted contract accepts every record, and each value of the table is its text, or
// exactly what its writer meant. Where the texts could mean two things, they stay texts.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseContract } from '../../lib/definitions/parse-contract.ts';
import { draftDatasets } from '../../lib/draft/draft.ts';
import { packageText } from '../../lib/draft/package-text.ts';
import { convert } from '../../lib/ingest/convert.ts';
import { type Cell, columnCells } from '../support/drafted-columns.ts';
import { tries } from '../support/tries.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();

type Column = { readonly label: string; readonly kind: string; readonly cells: readonly Cell[] };
type Written = {
  readonly columns: readonly Column[];
  readonly delimiter: string;
  readonly lineEnd: string;
  readonly mark: boolean;
};

const LABELS = [
  'Order ID',
  'order',
  'Größe',
  'a"b',
  'x,y',
  '1st',
  'ID',
  'id',
  'tab\tbed',
  '_sluice_x',
  'Preis (€)',
  'select',
];

const file: fc.Arbitrary<Written> = fc
  .record({
    labels: fc.uniqueArray(fc.constantFrom(...LABELS), {
      minLength: 2,
      maxLength: 5,
      selector: (label) => label,
    }),
    rows: fc.constantFrom(3, 12, 40),
    delimiter: fc.constantFrom(',', ';', '\t', '|'),
    lineEnd: fc.constantFrom('\n', '\r\n'),
    mark: fc.boolean(),
  })
  .chain(({ labels, rows, ...how }) =>
    fc.tuple(...labels.map(() => columnCells(rows))).map((columns) => ({
      ...how,
      columns: columns.map((column, i) => ({ label: labels[i] ?? '', ...column })),
    })),
  );

function written({ columns, delimiter, lineEnd, mark }: Written): string {
  const quoted = (text: string) =>
    /["\r\n]/.test(text) || text.includes(delimiter) ? `"${text.replaceAll('"', '""')}"` : text;
  const rows = (columns[0]?.cells ?? []).map((_, i) => columns.map(({ cells }) => cells[i]?.text ?? ''));
  const records = [columns.map(({ label }) => label), ...rows];
  return (
    (mark ? '\ufeff' : '') + records.map((cells) => cells.map(quoted).join(delimiter) + lineEnd).join('')
  );
}

/** A value as Row has it, in the words of drafted-columns.ts. */
function printed(value: unknown, type: string): string | null {
  if (value === null || value === undefined) return null;
  const text = String(value);
  if (type === 'number') return text.includes('.') ? text.replace(/\.?0+$/, '').replace(/^-0$/, '0') : text;
  if (type === 'datetime') return text.replace('T', ' ').replace(/(Z|\+00(:00)?)$/, '');
  return text;
}

let files = 0;

async function draftAndRead(text: string) {
  const scratch = join(world.scratch, `draft-${++files}`);
  await mkdir(scratch);
  const path = join(scratch, 'rows.csv');
  await writeFile(path, text);
  const limit = { bytes: 1e9, reason: 'the test', next: '' };
  const sample = { shown: path, path, place: 'rows.csv' };
  const { datasets, refused } = await draftDatasets(world.sql, [sample], {
    scratch,
    limit,
    package: 'p',
    header: true,
  });
  expect(refused).toEqual([]);
  const [draft] = datasets;
  if (draft === undefined) throw new Error('no dataset was drafted');
  const [dataset] = parseContract('p', 'p', packageText('p', [draft.resource]));
  if (dataset === undefined) throw new Error('the draft is no contract');
  const rows = await world.sql.session(async (session) => {
    const at = join(scratch, 'again');
    await mkdir(at);
    const result = await convert(session, { dataset, path, fromPath: new Map(), scratch: at });
    if (result.outcome === 'rejected') throw new Error(result.violation.message);
    const [dataFile] = result.dataFiles;
    return dataFile === undefined ? [] : session.rows(`SELECT * FROM read_parquet('${dataFile.path}')`);
  });
  return { draft, dataset, rows };
}

test('a draft accepts every record, and no value changes', async () => {
  let typed = 0;
  let ambiguous = 0;
  await fc.assert(
    fc.asyncProperty(file, async (one) => {
      const text = written(one);
      const { draft, dataset, rows } = await draftAndRead(text);
      const count = one.columns[0]?.cells.length ?? 0;
      expect(draft.samples.map(({ rows, accepted, reason }) => ({ rows, accepted, reason }))).toEqual([
        { rows: count, accepted: count, reason: undefined },
      ]);
      expect(dataset.fields.map(({ header }) => header)).toEqual(one.columns.map(({ label }) => label));
      for (const [c, field] of dataset.fields.entries()) {
        const { kind, cells } = one.columns[c] as Column;
        const isText = field.type === 'string';
        if (!isText) typed += 1;
        const isAmbiguous = draft.notes.some(
          (note) => note.field === field.name && note.seen.startsWith('could be'),
        );
        if (isAmbiguous) ambiguous += 1;
        const wanted = cells.map(({ text, value }) => (isText ? text || null : value));
        const found = rows.map((row) => printed(row[field.name], field.type));
        expect(found, `${kind} as ${JSON.stringify(field)}`).toEqual(wanted);
      }
    }),
    tries(80),
  );
  // Both ends of the law are tried.
  expect(typed).toBeGreaterThan(80);
  expect(ambiguous).toBeGreaterThan(5);
});
