// How a sample CSV file is written, from its first records as our own reader splits them: delimiter, quotes, where the header
// stands and whether there is one. Reads nothing but the text it is given.
import type { DialectWords } from '../definitions/contract-schema.ts';
import { parseDialect } from '../definitions/parse-dialect.ts';
import { Place } from '../definitions/place.ts';
import { CsvReader } from '../ingest/csv/csv-reader.ts';
import { looksLikeHeader } from './header.ts';

export type DialectFound = {
  /** Without the words that are defaults. */
  readonly words: DialectWords;
  /** The columns in the file's order; of a file without header by their number. */
  readonly labels: readonly string[];
  readonly hasHeader: boolean;
  /** What was seen, one sentence for each decision. */
  readonly seen: readonly string[];
};

type FirstRecord = { readonly cells: readonly string[]; readonly line: number; readonly raw: string };
type Fit = {
  readonly words: DialectWords;
  readonly records: readonly FirstRecord[];
  /** The most frequent number of cells. */
  readonly width: number;
  /** Of the records: those of that width and without a problem. */
  readonly share: number;
};

const MAX_RECORDS = 500;
const DELIMITERS = [',', ';', '\t', '|'] as const;
const NAMES: Readonly<Record<string, string>> = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'bar' };
/** In the order of preference, where they fit alike. */
const QUOTES: readonly DialectWords[] = [
  {},
  { quoteChar: "'" },
  { escapeChar: '\\' },
  { skipInitialSpace: true },
];
/** A report's title and remarks above the header. */
const MAX_PREAMBLE = 20;

/** `header`: as a person says; undefined where the data is to decide. */
export function guessDialect(
  head: Buffer,
  headIsWhole: boolean,
  header?: boolean,
): DialectFound | { problem: string } {
  const fits = QUOTES.flatMap((quotes) =>
    DELIMITERS.map((delimiter) =>
      fitOf(head, headIsWhole, { ...(delimiter === ',' ? {} : { delimiter }), ...quotes }),
    ),
  );
  const usable = fits.filter(({ records }) => records.length > 0);
  const best = usable.reduce<Fit | undefined>(
    (most, one) => (most && !isBetter(one, most) ? most : one),
    undefined,
  );
  if (best === undefined)
    return {
      problem:
        'its first record cannot be read: its quotes are not balanced, or it is longer than a record may be',
    };
  const spaced = withQuotes(head, headIsWhole, best);
  const commented = withComments(head, headIsWhole, spaced);
  const rivals = usable.filter(
    (one) => isTable(one) && quoting(one) === quoting(best) && one.share === best.share && one !== best,
  );
  const others = rivals.map(({ words: { delimiter = ',' } }) => NAMES[delimiter] ?? delimiter);
  return withHeader(commented, header, others);
}

function fitOf(head: Buffer, headIsWhole: boolean, words: DialectWords): Fit {
  const reader = new CsvReader(parseDialect(words, new Place('draft')));
  reader.push(head);
  const records: FirstRecord[] = [];
  const widths = new Map<number, number>();
  const take = () => {
    while (records.length < MAX_RECORDS && reader.next()) {
      records.push({ cells: reader.cells(), line: reader.line, raw: reader.raw() });
      if (!reader.problem) widths.set(reader.cellCount, (widths.get(reader.cellCount) ?? 0) + 1);
    }
  };
  take();
  if (headIsWhole) {
    reader.end();
    take();
  }
  const [width, good] = [...widths].reduce((most, one) => (one[1] > most[1] ? one : most), [1, 0]);
  const refused = reader.refusal === undefined ? 0 : records.length + 1;
  return { words, records, width, share: good / Math.max(1, records.length + refused) };
}

/** One column says least: text with a stray comma has two. */
function isBetter(one: Fit, than: Fit): boolean {
  const [a, b] = [isTable(one), isTable(than)];
  if (a !== b) return a;
  if (one.share !== than.share) return one.share > than.share;
  if (quoting(one) !== quoting(than)) return false;
  return rank(one) < rank(than);
}

/** Of delimiters that fit alike, the one that texts and numbers have least. */
function rank({ words: { delimiter = ',' } }: Fit): number {
  return ['\t', '|', ';', ','].indexOf(delimiter);
}

function isTable({ width, share, records }: Fit): boolean {
  return width > 1 && (share >= 0.7 || records[0]?.cells.length === width);
}

function quoting({ words: { delimiter: _, ...quotes } }: Fit): string {
  return JSON.stringify(quotes);
}

/** Single quotes around all cells of a column, and blanks before all cells, are of the dialect and not of the values. */
function withQuotes(head: Buffer, headIsWhole: boolean, found: Fit): Fit {
  if (quoting(found) !== '{}' || found.records.length < 2) return found;
  const columns = Array.from({ length: found.width }, (_, i) =>
    found.records.filter(({ cells }) => cells.length === found.width).map(({ cells }) => cells[i] ?? ''),
  );
  const isQuoted = (cells: readonly string[]) =>
    cells.length > 1 && cells.every((cell) => /^'.*'$/s.test(cell));
  const other = columns.some(isQuoted)
    ? { quoteChar: "'" }
    : columns.length > 1 &&
        columns.slice(1).every((cells) => cells.every((cell) => cell === '' || cell.startsWith(' ')))
      ? { skipInitialSpace: true }
      : undefined;
  if (other === undefined) return found;
  const quoted = fitOf(head, headIsWhole, { ...found.words, ...other });
  return quoted.share >= found.share && quoted.width === found.width ? quoted : found;
}

/** Leading lines with `#` are comments where they are no records of the file's width. */
function withComments(head: Buffer, headIsWhole: boolean, found: Fit): Fit {
  const first = found.records[0];
  if (!first?.raw.startsWith('#') || first.cells.length === found.width) return found;
  const commented = fitOf(head, headIsWhole, { ...found.words, commentChar: '#' });
  return commented.share >= found.share && commented.width === found.width ? commented : found;
}

function withHeader(
  { words, records, width, share }: Fit,
  header: boolean | undefined,
  others: readonly string[],
): DialectFound {
  const at = records.findIndex(({ cells }) => cells.length === width);
  const start = at > 0 && at <= MAX_PREAMBLE ? at : 0;
  const first = records[start] as FirstRecord;
  const below = records.slice(start + 1).map(({ cells }) => cells);
  const guess = looksLikeHeader(
    first.cells,
    below.filter((cells) => cells.length === width),
  );
  const hasHeader = header ?? (start > 0 || guess.isHeader);
  const skipped = hasHeader && first.line > 1 && start > 0;
  const delimiter = words.delimiter ?? ',';
  const seen = [
    `delimiter ${NAMES[delimiter]}: ${share === 1 ? 'all' : `${Math.floor(share * 100)} % of the`} first ${records.length} records have ${width} ${width === 1 ? 'cell' : 'cells'}${others.length === 0 ? '' : `; ${others.join(' and ')} would fit too, so look at the labels`}`,
    ...(words.quoteChar === undefined ? [] : ["quotes ': they enclose cells"]),
    ...(words.escapeChar === undefined ? [] : ['escape \\: it stands before quotes within quotes']),
    ...(words.skipInitialSpace ? ['a blank follows each delimiter, and is not part of the value'] : []),
    ...(words.commentChar === undefined ? [] : ['lines that begin with # stand before the header']),
    ...(skipped
      ? [
          `header on line ${first.line}: ${start === 1 ? 'the record' : `the ${start} records`} above it ${start === 1 ? 'has' : 'have'} another number of cells`,
        ]
      : []),
    header === undefined ? guess.seen : `${header ? 'a' : 'no'} header, as --header says`,
  ];
  return {
    words: {
      ...words,
      ...(skipped && words.commentChar === undefined ? { headerRows: [first.line] } : {}),
      ...(hasHeader ? {} : { header: false }),
    },
    labels: hasHeader ? first.cells : first.cells.map((_, i) => `column_${i + 1}`),
    hasHeader,
    seen,
  };
}
