// Laws 3 and 4 for CSV as it comes: files of any dialect, encoding and line ends, written here by a writer of the test's
// own, come back cell by cell, line by line, or are quarantined whole; and no sequence of bytes makes a record disappear.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Dataset } from '../../lib/core/contract.ts';
import { parseContract } from '../../lib/definitions/parse-contract.ts';
import { convert } from '../../lib/ingest/convert.ts';
import type { SqlSession } from '../../lib/ports.ts';
import { tries } from '../support/tries.ts';
import { useWorld } from '../support/use-world.ts';

const NAMES = ['alpha', 'beta', 'gamma'];

const world = useWorld();

type DialectWords = {
  readonly delimiter: string;
  readonly quoteChar: string;
  readonly doubleQuote: boolean;
  readonly escapeChar?: string;
  readonly commentChar?: string;
  readonly skipInitialSpace: boolean;
  readonly header?: false;
  readonly headerRows?: number[];
};

function contract(
  dialect: DialectWords | object,
  encoding: string,
  columns: readonly string[] = NAMES,
): Dataset {
  const schema = { missingValues: [], fields: columns.map((name) => ({ name, type: 'string' })) };
  const resources = [{ name: 'rows', path: '*.csv', format: 'csv', dialect, encoding, schema }];
  return parseContract('p/datapackage.json', 'p', JSON.stringify({ name: 'p', resources }))[0] as Dataset;
}

let files = 0;
async function outcome(dataset: Dataset, bytes: Buffer, gzip = false) {
  const scratch = join(world.scratch, `shape-${++files}`);
  await mkdir(scratch);
  const path = join(scratch, gzip ? 'source.csv.gz' : 'source.csv');
  await writeFile(path, gzip ? gzipSync(bytes) : bytes);
  return world.sql.session(async (session) => {
    const result = await convert(session, { dataset, path, fromPath: new Map(), scratch });
    const isNoneLeft = result.outcome === 'rejected' && result.violation.rule === 'no-valid-rows';
    if (result.outcome === 'rejected' && !isNoneLeft) return { refusal: result.violation.message };
    const columns = dataset.fields.map(({ name }) => `"${name}"`).join(', ');
    const [dataFile] = result.outcome === 'accepted' ? result.dataFiles : [];
    const data = dataFile
      ? await session.rows(`SELECT ${columns} FROM read_parquet('${dataFile.path}')`)
      : [];
    type Refused = { line: number; raw: string; rules: string[] };
    const rejected = result.quarantine
      ? await session.rows<Refused>(
          `SELECT line, raw, [v.rule FOR v IN violations] AS rules FROM read_parquet('${result.quarantine.path}')`,
        )
      : [];
    expect(isNoneLeft).toBe(data.length === 0 && rejected.length > 0);
    return { rows: result.rows, accepted: data.map((row) => Object.values(row)), rejected };
  });
}

// A writer: every cell may be quoted, or must be; what surrounds the records is noise that is no record.

type Cell = { readonly text: string; readonly quoted: boolean; readonly spaces: number };
type Item =
  | { readonly kind: 'record'; readonly cells: readonly Cell[]; readonly end: string }
  | { readonly kind: 'broken'; readonly text: string; readonly end: string }
  | { readonly kind: 'blank'; readonly end: string }
  | { readonly kind: 'comment'; readonly text: string; readonly end: string };

const CHARACTERS = [
  'a',
  'B',
  '1',
  ' ',
  ',',
  ';',
  '"',
  "'",
  '\\',
  '#',
  '\n',
  '\r',
  '\r\n',
  '\t',
  'é',
  '€',
  '\0',
];
const UTF8_ALONE = ['日', '😀', '\u00a0', '\u2028'];

const dialects: fc.Arbitrary<DialectWords> = fc
  .record(
    {
      delimiter: fc.constantFrom(',', ';', '\t'),
      quoteChar: fc.constantFrom('"', "'"),
      doubleQuote: fc.boolean(),
      escapeChar: fc.constant('\\'),
      commentChar: fc.constant('#'),
      skipInitialSpace: fc.boolean(),
      header: fc.constant(false as const),
    },
    { requiredKeys: ['delimiter', 'quoteChar', 'skipInitialSpace', 'doubleQuote'] },
  )
  // A quote in a quoted cell must be writable.
  .map((words) => (words.escapeChar === undefined ? { ...words, doubleQuote: true } : words));

const ENCODINGS = ['utf-8', 'iso-8859-1', 'windows-1252', 'utf-16', 'utf-16le', 'utf-16be'];

function encode(text: string, encoding: string, hasMark: boolean): Buffer {
  if (encoding === 'iso-8859-1') return Buffer.from(text, 'latin1');
  if (encoding === 'windows-1252') return Buffer.from(text.replaceAll('€', '\u0080'), 'latin1');
  const marked = hasMark ? `\ufeff${text}` : text;
  if (encoding === 'utf-8') return Buffer.from(marked);
  const little = Buffer.from(marked, 'utf16le');
  return encoding === 'utf-16be' || (encoding === 'utf-16' && hasMark) ? little.swap16() : little;
}

function charactersOf(encoding: string): string[] {
  if (encoding === 'iso-8859-1') return CHARACTERS.filter((c) => c !== '€');
  return encoding === 'windows-1252' ? CHARACTERS : [...CHARACTERS, ...UTF8_ALONE];
}

function items(encoding: string, ends: readonly string[]): fc.Arbitrary<Item[]> {
  const end = fc.constantFrom(...ends);
  const text = fc.string({ unit: fc.constantFrom(...charactersOf(encoding)), maxLength: 5 });
  const cell = fc.record({ text, quoted: fc.boolean(), spaces: fc.nat(2) });
  const record = (length: number) =>
    fc.record({
      kind: fc.constant('record' as const),
      cells: fc.array(cell, { minLength: length, maxLength: length }),
      end,
    });
  const word = fc.constantFrom('x', 'yy', 'é');
  return fc.array(
    fc.oneof(
      { weight: 12, arbitrary: record(NAMES.length) },
      { weight: 1, arbitrary: record(NAMES.length - 1) },
      { weight: 1, arbitrary: record(NAMES.length + 1) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('broken' as const), text: word, end }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('blank' as const), end }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('comment' as const), text: word, end }) },
    ),
    { maxLength: 12 },
  );
}

function written(dialect: DialectWords, cell: Cell, isFirst: boolean): string {
  const { delimiter, quoteChar, escapeChar, commentChar, doubleQuote, skipInitialSpace } = dialect;
  const special = [delimiter, quoteChar, '\n', '\r', ...(escapeChar ? [escapeChar] : [])];
  const looksOtherwise =
    (isFirst && commentChar !== undefined && cell.text.startsWith(commentChar)) ||
    (skipInitialSpace && cell.text.startsWith(' ')) ||
    // Bare, a record of one empty cell would be a blank line.
    (isFirst && cell.text === '');
  const spaces = skipInitialSpace && !isFirst ? ' '.repeat(cell.spaces) : '';
  if (!cell.quoted && !looksOtherwise && !special.some((c) => cell.text.includes(c)))
    return spaces + cell.text;
  const escaped = escapeChar ? cell.text.replaceAll(escapeChar, escapeChar + escapeChar) : cell.text;
  const quote = (doubleQuote ? quoteChar : escapeChar) + quoteChar;
  return `${spaces}${quoteChar}${escaped.replaceAll(quoteChar, quote)}${quoteChar}`;
}

type Written = { line: number; raw: string; cells: readonly string[]; isBroken: boolean };

function write(dialect: DialectWords, all: readonly Item[], ends: readonly string[]) {
  const { delimiter, quoteChar, commentChar } = dialect;
  const header = dialect.header === false ? '' : NAMES.join(delimiter) + (ends[0] ?? '\n');
  let text = header;
  let line = header === '' ? 1 : 2;
  const records: Written[] = [];
  for (const item of all) {
    if (item.kind === 'comment' && commentChar === undefined) continue;
    let raw = '';
    if (item.kind === 'comment') raw = `${commentChar} ${quoteChar}${item.text}`;
    if (item.kind === 'broken')
      raw = `${quoteChar}${item.text}${quoteChar}${item.text}${delimiter}1${delimiter}2`;
    if (item.kind === 'record') raw = item.cells.map((c, i) => written(dialect, c, i === 0)).join(delimiter);
    if (item.kind === 'record' || item.kind === 'broken') {
      const cells = item.kind === 'record' ? item.cells.map((c) => c.text) : [];
      records.push({ line, raw, cells, isBroken: item.kind === 'broken' });
    }
    // A line feed after a carriage return would belong to the line before.
    const end = text.endsWith('\r') && raw === '' ? '\r' : item.end;
    text += raw + end;
    line += [...`${raw}${end}`.matchAll(/\r\n|\r|\n/g)].length;
  }
  return { text, records };
}

function expected(records: readonly Written[]) {
  const rule = ({ cells, isBroken }: Written) =>
    isBroken ? 'source-error' : cells.length < NAMES.length ? 'missing-cell' : 'extra-cell';
  const isOfWidth = (width: number) => (record: Written) => !record.isBroken && record.cells.length === width;
  const longer = records.filter(isOfWidth(NAMES.length + 1));
  // Where all records are alike, an empty cell at the end is none.
  const allEndEmpty = longer.length > 0 && longer.every(({ cells }) => cells.at(-1) === '');
  const isTrailing = allEndEmpty && !records.some(isOfWidth(NAMES.length));
  const isRow = isOfWidth(isTrailing ? NAMES.length + 1 : NAMES.length);
  return {
    accepted: records.filter(isRow).map(({ cells }) => cells.slice(0, NAMES.length)),
    rejected: records
      .filter((record) => !isRow(record))
      .map((record) => ({ line: record.line, raw: record.raw, rules: [rule(record)] })),
  };
}

const shape = fc
  .record({
    dialect: dialects,
    encoding: fc.constantFrom('utf-8', 'utf-8', 'utf-8', ...ENCODINGS),
    ends: fc.constantFrom(['\n'], ['\r\n'], ['\r'], ['\n', '\r\n'], ['\n', '\r\n', '\r']),
    hasMark: fc.boolean(),
    gzip: fc.boolean(),
  })
  .chain((fixed) => items(fixed.encoding, fixed.ends).map((all) => ({ ...fixed, all })));

test('files of any dialect come back cell by cell', async () => {
  await fc.assert(
    fc.asyncProperty(shape, async ({ dialect, encoding, ends, hasMark, gzip, all }) => {
      const { text, records } = write(dialect, all, ends);
      // A broken record in the first line of a file without header leaves its width unknown.
      fc.pre(dialect.header !== false || (records[0]?.cells.length ?? 3) === 3);
      const result = await outcome(contract(dialect, encoding), encode(text, encoding, hasMark), gzip);
      const wanted = expected(records);
      const sorted = (rows: readonly unknown[]) => rows.map((row) => JSON.stringify(row)).sort();
      expect(result.rejected).toEqual(wanted.rejected);
      expect(sorted(result.accepted ?? [])).toEqual(sorted(wanted.accepted));
      expect(result.rows).toBe(records.length);
    }),
    tries(80),
  );
});

const BYTES = ['a', 'b', ',', ',', '"', '"', '\n', '\n', '\r', '\r\n', ' ', '#', '\\', '\0'];
const garbage = fc
  .array(
    fc.oneof(
      { weight: 30, arbitrary: fc.constantFrom(...BYTES.map((b) => Buffer.from(b))) },
      { weight: 1, arbitrary: fc.constantFrom(Buffer.from([0xff]), Buffer.from([0xc3]), Buffer.from('é')) },
    ),
    { maxLength: 40 },
  )
  .map((parts) => Buffer.concat(parts));
const WORDS = [
  {},
  {},
  {},
  { skipInitialSpace: true },
  { escapeChar: '\\' },
  { commentChar: '#' },
  { doubleQuote: false },
];

test('whatever the bytes, each record is accepted, quarantined, or the file is refused with its reason', async () => {
  await fc.assert(
    fc.asyncProperty(
      garbage,
      fc.constantFrom(...WORDS),
      fc.constantFrom<string[]>(['a'], ['a', 'b']),
      async (bytes, dialect, columns) => {
        const file = Buffer.concat([Buffer.from(`${columns.join(',')}\n`), bytes]);
        const result = await outcome(contract(dialect, 'utf-8', columns), file);
        if ('refusal' in result) expect(result.refusal).toMatch(/^line \d+: the quotes are not balanced/);
        else expect(result.accepted.length + result.rejected.length).toBe(result.rows);
      },
    ),
    tries(160),
  );
});

test('what the engine miscounts in a file is read again by our own reader', async () => {
  const scratch = join(world.scratch, 'miscounted');
  await mkdir(scratch);
  const path = join(scratch, 'source.csv');
  await writeFile(path, 'alpha,beta,gamma\n1,2,3\n4,5\n6,7,8\n');
  const statements: string[] = [];
  const losing = (session: SqlSession): SqlSession => ({
    run: async (sql) => {
      statements.push(sql);
      return (await session.run(sql)) - (sql.includes(path) && sql.includes('accepted.parquet') ? 1 : 0);
    },
    rows: (sql) => session.rows(sql),
    stream: (sql) => session.stream(sql),
    describe: (sql) => session.describe(sql),
  });
  const dataset = contract({}, 'utf-8');
  const result = await world.sql.session((session) =>
    convert(losing(session), { dataset, path, fromPath: new Map(), scratch }),
  );
  expect(result).toMatchObject({ outcome: 'accepted', rows: 3, acceptedRows: 2, quarantine: { rows: 1 } });
  expect(statements.some((sql) => sql.includes('plain.csv'))).toBe(true);
});
