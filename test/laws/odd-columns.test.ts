// Laws 3 and 4 for columns that nothing names: files with trailing delimiters, labels that are blank or stand there twice, and records
// of any width, judged anew in JavaScript over the cells that the test itself wrote.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Dataset } from '../../lib/core/contract.ts';
import { parseContract } from '../../lib/definitions/parse-contract.ts';
import { convert } from '../../lib/ingest/convert.ts';
import { tries } from '../support/tries.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();

type Words = {
  /** Our own reader reads the file, not the engine's. */
  readonly isOdd: boolean;
  readonly isExact: boolean;
  readonly isStrict: boolean;
  /** Records that begin with Total are skipped. */
  readonly skips: boolean;
};

function contract({ isOdd, isExact, isStrict, skips }: Words): Dataset {
  const fields = [{ name: 'id', type: 'integer', constraints: { required: true } }, { name: 'note' }];
  const dialect = { caseSensitiveHeader: isExact, ...(isOdd ? { commentChar: '#' } : {}) };
  const words = {
    ...(isStrict ? { extraColumns: 'reject' } : {}),
    ...(skips ? { skipRows: { startsWith: 'Total' } } : {}),
  };
  const resource = { name: 'rows', path: '*.csv', format: 'csv', maxRejectedRatio: 1, dialect, ...words };
  const resources = [{ ...resource, schema: { fields } }];
  return parseContract('p/datapackage.json', 'p', JSON.stringify({ name: 'p', resources }))[0] as Dataset;
}

type Line = readonly string[];
type Case = Words & {
  readonly labels: Line;
  readonly records: readonly Line[];
  readonly end: string;
  readonly isPacked: boolean;
};

const cell = fc.constantFrom('1', '2', '30', 'a', '', '', '', ' ', 'x,y', 'Total');
const id = fc.constantFrom('1', '2', '30', '4', 'a', 'Total');
const cases: fc.Arbitrary<Case> = fc
  .record({
    labels: fc
      .tuple(
        fc.constantFrom('id', 'id', 'id', 'ID'),
        fc.array(fc.constantFrom('note', 'x', 'x', '', '', ' ', 'ID', 'note2'), { maxLength: 4 }),
        fc.constantFrom([], [], ['']),
      )
      .map(([first, others, last]) => [first, ...others, ...last]),
    isOdd: fc.boolean(),
    isExact: fc.boolean(),
    isStrict: fc.boolean(),
    skips: fc.boolean(),
    end: fc.constantFrom('\n', '\r\n'),
    isPacked: fc.boolean(),
  })
  .chain((fixed) => {
    const width = fixed.labels.length;
    const record = (length: number) =>
      fc
        .tuple(id, fc.array(cell, { minLength: length, maxLength: length }))
        .map(([first, others]) => [...[first, ...others].slice(0, length)]);
    const ending = (length: number) =>
      record(length).map((cells) => (length > 1 ? [...cells.slice(0, -1), ''] : cells));
    return fc.constantFrom(width - 1, width, width, width + 1, width + 1).chain((usual) => {
      const most = Math.max(1, usual);
      const others = fc.integer({ min: 1, max: width + 2 }).chain(record);
      const records = fc.array(
        fc.oneof(
          { weight: 12, arbitrary: usual > width ? ending(most) : record(most) },
          { weight: 1, arbitrary: record(most) },
          { weight: 1, arbitrary: others },
        ),
        { maxLength: 8 },
      );
      return records.map((all) => ({ ...fixed, records: all }));
    });
  });

const written = (text: string) => (/[",\n]/.test(text) ? `"${text}"` : text);
/** Bare, a record of one empty cell would be a blank line. */
const line = (cells: Line) => (cells.length === 1 && cells[0] === '' ? '""' : cells.map(written).join(','));

type Judged = { readonly refusal: string } | ReturnType<typeof judgedRows>;

function judged(one: Case): Judged {
  const { labels: all, records, isExact, isStrict, skips } = one;
  const asked = records.filter((cells) => !(skips && cells[0]?.startsWith('Total')));
  const count = (length: number) => asked.filter((cells) => cells.length === length).length;
  const [width, isEndless] = [all.length, count(all.length) === 0];
  const wider = asked.filter((cells) => cells.length === width + 1);
  const more = wider.length > 0 && wider.every((cells) => cells.at(-1) === '');
  const isFilled = wider.some((cells) => cells.at(-1) !== '');
  const less = width > 1 && all.at(-1) === '' && count(width - 1) > 0;
  const trailing = !isEndless || isFilled || more === less ? undefined : more ? 'records' : 'header';
  const labels = trailing === 'header' ? all.slice(0, -1) : all;

  const columns = new Map<string, number>();
  for (const field of ['id', 'note']) {
    const same = labels.flatMap((label, i) => (label === field ? [i] : []));
    const alike = labels.flatMap((label, i) => (!isExact && label.toLowerCase() === field ? [i] : []));
    const meant = same.length > 0 ? same : alike;
    if (meant.length > 1) return { refusal: 'duplicate-label' };
    if (meant[0] !== undefined) columns.set(field, meant[0]);
  }
  if (!columns.has('id')) return { refusal: 'missing-label' };
  const free = labels.flatMap((_, i) => ([...columns.values()].includes(i) ? [] : [i]));
  const named = free.map((i) => labels[i] as string).filter((label) => label.trim() !== '');
  if (isStrict && named.length > 0) return { refusal: 'extra-label' };
  const unnamed = free.filter((i) => labels[i]?.trim() === '');
  const rows = judgedRows(asked, { columns, unnamed, named, width: labels.length, trailing });
  return isStrict && rows.unnamed.some(({ values }) => values > 0) ? { refusal: 'extra-label' } : rows;
}

type Shape = {
  readonly columns: ReadonlyMap<string, number>;
  readonly unnamed: readonly number[];
  readonly named: readonly string[];
  /** Without the empty cell at the end. */
  readonly width: number;
  readonly trailing: 'records' | 'header' | undefined;
};

function judgedRows(records: readonly Line[], { columns, unnamed, named, width, trailing }: Shape) {
  const rows = records.flatMap((cells) => {
    if (trailing === 'records') return cells.length === width + 1 ? [cells.slice(0, -1)] : [];
    return cells.length === width ? [cells] : [];
  });
  const value = (cells: Line, field: string) => {
    const index = columns.get(field);
    const text = index === undefined ? '' : (cells[index] ?? '');
    return text === '' ? null : text;
  };
  const accepted = rows.filter((cells) => /^\d+$/.test(value(cells, 'id') ?? ''));
  const wide = records.filter((cells) => cells.length > width && !rows.some((row) => row === cells));
  return {
    accepted: accepted.map((cells) => JSON.stringify([value(cells, 'id'), value(cells, 'note')])).sort(),
    refused: records.length - accepted.length,
    wide: trailing === 'records' ? undefined : wide.length,
    unnamed: unnamed.map((i) => ({
      column: i + 1,
      values: rows.filter((cells) => cells[i] !== '').length,
    })),
    repeated: [...new Set(named.filter((label, i) => named.indexOf(label) !== i))].sort(),
    trailing,
  };
}

let files = 0;
async function outcome(one: Case) {
  const { labels, records, end, isPacked } = one;
  const text = [labels, ...records].map((cells) => line(cells) + end).join('');
  const scratch = join(world.scratch, `odd-${++files}`);
  await mkdir(scratch);
  const path = join(scratch, isPacked ? 'source.csv.gz' : 'source.csv');
  await writeFile(path, isPacked ? gzipSync(text) : text);
  return world.sql.session(async (session) => {
    const result = await convert(session, { dataset: contract(one), path, fromPath: new Map(), scratch });
    if (result.outcome === 'rejected') return { refusal: result.violation.rule };
    const [file] = result.dataFiles;
    const rows = file ? await session.rows(`SELECT id, note FROM read_parquet('${file.path}')`) : [];
    const { unnamedColumns = [], repeatedColumns = [], trailingDelimiter } = result.columnRemarks;
    const skipped = result.skipped.reduce((sum, { rows }) => sum + rows, 0);
    return {
      accepted: rows.map(({ id, note }) => JSON.stringify([String(id), note])).sort(),
      refused: result.rows - skipped - result.acceptedRows,
      extra: result.quarantine?.counts.find(({ rule }) => rule === 'extra-cell')?.rows ?? 0,
      unnamed: [...unnamedColumns].sort((a, b) => a.column - b.column),
      repeated: [...repeatedColumns].sort(),
      trailing: trailingDelimiter,
    };
  });
}

test('what loses nothing is read and said, all else is refused', async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(cases, async (one) => {
      const found = await outcome(one);
      const wanted = judged(one);
      if ('refusal' in wanted || 'refusal' in found) {
        expect(found).toEqual(wanted);
        seen.add('refusal' in wanted ? wanted.refusal : '');
        return;
      }
      const { wide, ...rest } = wanted;
      const { extra, ...others } = found;
      expect(others).toEqual(rest);
      if (wide !== undefined) expect(extra).toBe(wide);
      seen.add(String(rest.trailing));
    }),
    tries(120),
  );
  expect([...seen].sort()).toEqual(
    ['duplicate-label', 'extra-label', 'header', 'missing-label', 'records', 'undefined'].sort(),
  );
});
