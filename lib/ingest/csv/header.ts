// Reads a CSV file's header and decides which column fills which field, or why the file cannot be read at all.
import { type Dataset, type Dialect, type Encoding, type Field, fieldHeaders } from '../../core/contract.ts';
import { shown, type Violation } from '../../core/violation.ts';
import { labelViolation, listed, listedFields, twoLabels } from '../labels.ts';
import type { TrailingDelimiter } from '../odd-columns.ts';
import { fileViolation, type SourceFile } from '../row-source.ts';
import type { CsvReader } from './csv-reader.ts';
import { readRecords } from './csv-records.ts';
import { type SeenWidths, seenWidths, trailingDelimiter } from './record-width.ts';
import { RepeatedHeader } from './repeated-header.ts';

export type Header = {
  /** The file's columns in its order. */
  readonly labels: readonly string[];
  /** How many cells a record has: one more than labels where `trailing` is "records". */
  readonly width: number;
  readonly trailing?: TrailingDelimiter;
  /** Field name → index of its column. */
  readonly columns: ReadonlyMap<string, number>;
  /** Labels that no field takes. */
  readonly ignored: readonly string[];
  /** Indexes of columns without a label, which no field takes. */
  readonly unnamed: readonly number[];
  /** The labels of optional fields that nothing fills. */
  readonly missing: readonly string[];
  readonly repeated: RepeatedHeader;
  /** What ends the first line. */
  readonly lineEnd: string;
};

type Matched = Omit<Header, 'lineEnd' | 'repeated' | 'width' | 'trailing'>;
type FirstRecords = {
  readonly header: readonly string[][];
  /** The first record that is no header. */
  readonly first: readonly string[] | undefined;
  readonly lineEnd: string;
};

export async function readHeader(file: SourceFile): Promise<Header | Violation> {
  const read = await firstRecords(file);
  if ('rule' in read) return read;
  const { dataset, part } = file;
  const { header, lineEnd } = read;
  const first = part === undefined ? read.first : part.first;
  const { dialect } = dataset;
  const short = tooShort(file, header);
  if (short) return short;
  const hasHeader = dialect.headerRecords > 0;
  const repeated = new RepeatedHeader(dialect, header);
  const all = allLabels(file, header, first);
  const mayTrail = part === undefined && first !== undefined && first.length !== all.length;
  const trailing = mayTrail ? await trailingDelimiter(file, all, repeated) : part?.trailing;
  const labels = trailing === 'header' ? all.slice(0, -1) : all;
  const width = labels.length + (trailing === 'records' ? 1 : 0);
  const matched = hasHeader ? matchLabels(file, labels) : inOrder(file, labels, width, first);
  if ('rule' in matched) return matched;
  return { ...matched, width, ...(trailing === undefined ? {} : { trailing }), lineEnd, repeated };
}

/** The header's labels, of a file without one its fields, and the cells of the first record. */
export async function readLabels(
  file: SourceFile,
): Promise<
  { readonly labels: readonly string[]; readonly first: readonly string[] | undefined } | Violation
> {
  const read = await firstRecords(file);
  if ('rule' in read) return read;
  const { header, first } = read;
  return tooShort(file, header) ?? { labels: allLabels(file, header, first), first };
}

function tooShort(
  { dataset: { format, dialect } }: SourceFile,
  header: readonly string[][],
): Violation | undefined {
  if (header.length >= dialect.headerRecords) return undefined;
  return fileViolation(
    'source-error',
    `the ${format === 'csv' ? 'file is empty: it has not even a header line' : 'sheet is empty: it has not even a header row'}. Send it again, or delete it`,
  );
}

function allLabels(
  file: SourceFile,
  header: readonly string[][],
  first: readonly string[] | undefined,
): readonly string[] {
  const { dialect } = file.dataset;
  return dialect.headerRecords > 0 ? joinedLabels(header, dialect) : fieldLabels(file, first);
}

/** How many cells the records of a part have; undefined if its header cannot be read. */
export async function partWidths(file: SourceFile): Promise<SeenWidths | undefined> {
  const read = await firstRecords(file);
  if ('rule' in read) return undefined;
  const { header } = read;
  const labels = allLabels(file, header, file.part?.first);
  return seenWidths(file, labels.length, new RepeatedHeader(file.dataset.dialect, header));
}

async function firstRecords(file: SourceFile): Promise<FirstRecords | Violation> {
  const { headerRecords } = file.dataset.dialect;
  const header: string[][] = [];
  let first: string[] | undefined;
  let lineEnd: string | undefined;
  for await (const reader of readRecords(file)) {
    while (first === undefined && reader.next()) {
      if (reader.isHeader && reader.problem) return unreadable(file.dataset, reader, reader.problem);
      if (reader.isHeader) header.push(reader.cells());
      else first = reader.cells();
      if (reader.ordinal === Math.max(0, headerRecords - 1)) lineEnd = reader.lineEnd;
    }
    // What is wrong below the header is for those to tell who read on.
    if (reader.refusal && header.length < Math.max(1, headerRecords)) return reader.refusal;
    if (first !== undefined) break;
  }
  return { header, first, lineEnd: lineEnd ?? '' };
}

/** Of all header records, column by column. */
function joinedLabels(records: readonly string[][], { headerJoin }: Dialect): string[] {
  const width = Math.max(...records.map((cells) => cells.length));
  return Array.from({ length: width }, (_, i) => {
    const parts = records.map((cells) => cells[i] ?? '');
    return parts.filter((part) => part !== '').join(headerJoin);
  });
}

function unreadable({ encoding }: Dataset, reader: CsvReader, { rule, message }: Violation): Violation {
  const hint = rule === 'encoding-error' ? otherEncoding(encoding, reader.raw('latin1')) : message;
  return fileViolation(rule, `the header on line ${reader.line} cannot be read: ${hint}`);
}

/** An encoding is named only where the bytes prove it: nearly any other would read them too, as other text. */
function otherEncoding(encoding: Encoding, bytes: string): string {
  const found = `${encoding} does not know its bytes`;
  const isMarked = encoding === 'utf-8' && /^(\xff\xfe|\xfe\xff)/.test(bytes);
  return isMarked
    ? `${found}. The file begins with the byte order mark of UTF-16: write "encoding": "utf-16" in the contract`
    : `${found}. Ask the file's sender for its encoding, and write it as "encoding" in the contract`;
}

/** Of a file without header the columns are the fields in order; what the path gives may be among them or not. */
function fieldLabels(file: SourceFile, first: readonly string[] | undefined): string[] {
  const names = file.dataset.fields.map((field) => field.name);
  const given = names.filter((name) => !file.fromPath.has(name));
  if (first?.length === names.length || first?.length === given.length)
    return first.length === names.length ? names : given;
  return first?.length === names.length + 1 ? names : given;
}

function suspects({ format, dialect }: Dataset): string {
  return format === 'csv'
    ? `the delimiter (${JSON.stringify(dialect.delimiter)}) or the contract's fields`
    : "the sheet or the contract's fields";
}

/** `width`: that the records should have. */
function inOrder(
  file: SourceFile,
  labels: readonly string[],
  width: number,
  first: readonly string[] | undefined,
): Matched | Violation {
  if (first !== undefined && first.length !== width) {
    const message = `the file has no header, and its first record has ${first.length} cells where the fields are ${labels.join(', ')}: ${suspects(file.dataset)} do not fit`;
    return fileViolation('missing-label', message);
  }
  const columns = new Map(labels.map((name, i) => [name, i]));
  return { labels, columns, ignored: [], unnamed: [], missing: [] };
}

function matchLabels(file: SourceFile, labels: readonly string[]): Matched | Violation {
  const { dataset } = file;
  const { columns, missing, rivals, repeated, twice } = columnsOf(dataset, labels);
  if (repeated !== undefined)
    return fileViolation(
      'duplicate-label',
      `the header names the column ${shown(repeated)} twice, and a field takes it: leave one column of them`,
      repeated,
    );
  if (twice) return twoLabels(twice.field, twice.labels);
  if (rivals.length > 0) {
    const message = `the header has ${listed(rivals)}, and either may be the column that is meant: name one as the contract does`;
    return fileViolation('duplicate-label', message, rivals[0]);
  }
  const indexes = new Set(columns.values());
  const ignored = labels.filter((label, i) => !indexes.has(i) && !isUnnamed(label));
  const unnamed = labels.flatMap((label, i) => (!indexes.has(i) && isUnnamed(label) ? [i] : []));
  const open = missing.filter((field) => !file.fromPath.has(field.name));
  // Those that partition have a sentence of their own.
  const required = open.filter(
    ({ name, constraints }) => constraints.required && !dataset.partitionFields.includes(name),
  );
  const found = `${listed(labels)}${dataset.format === 'csv' ? ` (delimiter ${JSON.stringify(dataset.dialect.delimiter)})` : ''}`;
  if (required[0] && dataset.fieldsMatch === undefined) {
    const message = `the header lacks ${listedFields(required)}; it has ${found}. Correct the file, or the contract's "header" of the field or its "dialect"`;
    return fileViolation('missing-label', message, required[0].header);
  }
  if (columns.size === 0)
    return fileViolation(
      'missing-label',
      `no column of the ${dataset.format === 'csv' ? 'first line' : 'header row'} is one of ${dataset.name}'s; it has ${found}`,
    );
  const taken = labels.filter((_, i) => indexes.has(i));
  const wanted = [...columns.values()].map((i) => labels[i] as string);
  const match = { missing: open, ignored, taken, wanted };
  return (
    labelViolation(file, match, `its header has ${found}`) ?? {
      labels,
      columns,
      ignored,
      unnamed,
      missing: open.map((field) => field.header),
    }
  );
}

/** A label as the contract has it goes before those that differ in case, of which there may be one. */
function columnsOf({ fields, dialect }: Dataset, labels: readonly string[]) {
  const columns = new Map<string, number>();
  const missing: Field[] = [];
  const headers = new Set(fields.flatMap(fieldHeaders));
  const exact = new Map(labels.map((label, i) => [label, i]));
  // A label twice is one to choose only if a field takes it.
  const repeated = labels.find((label, i) => headers.has(label) && exact.get(label) !== i);
  const near = new Map<string, number[]>();
  labels.forEach((label, i) => {
    const folded = label.toLowerCase();
    if (!dialect.caseSensitiveHeader && !headers.has(label))
      near.set(folded, [...(near.get(folded) ?? []), i]);
  });
  const taken = new Set<number>();
  const meantBy = (header: string) => {
    const same = exact.get(header);
    return same === undefined ? (near.get(header.toLowerCase()) ?? []) : [same];
  };
  let rivals: readonly string[] = [];
  let twice: { readonly field: Field; readonly labels: readonly string[] } | undefined;
  for (const field of fields) {
    const found = fieldHeaders(field).map(meantBy);
    const [meant = []] = found.filter(({ length }) => length > 0);
    const all = [...new Set(found.flatMap((indexes) => indexes.slice(0, 1)))];
    if (all.length > 1) twice ??= { field, labels: all.map((i) => labels[i] ?? '') };
    const index = meant[0];
    if (index === undefined || taken.has(index)) {
      missing.push(field);
      continue;
    }
    if (meant.length > 1) rivals = meant.map((i) => labels[i] ?? '');
    taken.add(index);
    columns.set(field.name, index);
  }
  return { columns, missing, rivals, repeated, twice };
}

/** White space names nothing. */
function isUnnamed(label: string): boolean {
  return label.trim() === '';
}
