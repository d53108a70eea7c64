// Reads a CSV file's header and decides which column fills which field, or why the file cannot be read at all.
import { type Dataset, type Encoding, type Field, fieldHeaders } from '../../core/contract.ts';
import { shown, type Violation } from '../../core/violation.ts';
import { labelViolation, listed, listedFields, twoLabels } from '../labels.ts';
import { fileViolation, type SourceFile } from '../row-source.ts';
import type { CsvReader } from './csv-reader.ts';
import { readRecords } from './csv-records.ts';
import { RepeatedHeader } from './repeated-header.ts';

export type Header = {
  /** The file's columns in its order. */
  readonly labels: readonly string[];
  /** Field name → index of its column. */
  readonly columns: ReadonlyMap<string, number>;
  /** Labels that no field takes. */
  readonly ignored: readonly string[];
  /** The labels of optional fields that nothing fills. */
  readonly missing: readonly string[];
  readonly repeated: RepeatedHeader;
  /** What ends the first line. */
  readonly lineEnd: string;
};

type Matched = Omit<Header, 'lineEnd' | 'repeated'>;
type FirstRecords = { readonly records: readonly string[][]; readonly lineEnd: string };

export async function readHeader(file: SourceFile): Promise<Header | Violation> {
  const first = await firstRecords(file, Math.max(1, file.dataset.dialect.headerRecords));
  if ('rule' in first) return first;
  const { dialect } = file.dataset;
  const hasHeader = dialect.headerRecords > 0;
  const matched = hasHeader ? withHeader(file, first.records) : withoutHeader(file, first.records[0]?.length);
  if ('rule' in matched) return matched;
  const repeated = new RepeatedHeader(dialect, hasHeader ? first.records : []);
  return { ...matched, lineEnd: first.lineEnd, repeated };
}

async function firstRecords(file: SourceFile, count: number): Promise<FirstRecords | Violation> {
  const records: string[][] = [];
  let lineEnd = '';
  for await (const reader of readRecords(file)) {
    while (records.length < count && reader.next()) {
      const problem = reader.isHeader ? reader.problem : undefined;
      if (problem) return unreadable(file.dataset, reader, problem);
      records.push(reader.cells());
      lineEnd = reader.lineEnd;
    }
    if (reader.refusal) return reader.refusal;
    if (records.length === count) break;
  }
  return { records, lineEnd };
}

function withHeader(file: SourceFile, records: readonly string[][]): Matched | Violation {
  const { headerRecords, headerJoin } = file.dataset.dialect;
  if (records.length < headerRecords)
    return fileViolation(
      'source-error',
      'the file is empty: it has not even a header line. Send it again, or delete it',
    );
  const width = Math.max(...records.map((cells) => cells.length));
  const labels = Array.from({ length: width }, (_, i) => {
    const parts = records.map((cells) => cells[i] ?? '');
    return parts.filter((part) => part !== '').join(headerJoin);
  });
  const seen = new Set<string>();
  const twice = labels.find((label) => label !== '' && seen.size === seen.add(label).size);
  return twice === undefined
    ? matchLabels(file, labels)
    : fileViolation('duplicate-label', `the header names the column ${shown(twice)} twice`, twice);
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

/** The columns are the fields in order; what the path gives may be among them or not. */
function withoutHeader(file: SourceFile, cells: number | undefined): Matched | Violation {
  const names = file.dataset.fields.map((field) => field.name);
  const given = names.filter((name) => !file.fromPath.has(name));
  const labels = cells === names.length ? names : given;
  if (cells !== undefined && cells !== labels.length) {
    const message = `the file has no header, and its first record has ${cells} cells where the fields are ${labels.join(', ')}: the delimiter (${JSON.stringify(file.dataset.dialect.delimiter)}) or the contract's fields do not fit`;
    return fileViolation('missing-label', message);
  }
  return { labels, columns: new Map(labels.map((name, i) => [name, i])), ignored: [], missing: [] };
}

function matchLabels(file: SourceFile, labels: readonly string[]): Matched | Violation {
  const { dataset } = file;
  const { columns, missing, rivals, twice } = columnsOf(dataset, labels);
  if (twice) return twoLabels(twice.field, twice.labels);
  if (rivals.length > 0) {
    const message = `the header has ${listed(rivals)}, and either may be the column that is meant: name one as the contract does`;
    return fileViolation('duplicate-label', message, rivals[0]);
  }
  const indexes = new Set(columns.values());
  const ignored = labels.filter((_, i) => !indexes.has(i));
  const open = missing.filter((field) => !file.fromPath.has(field.name));
  // Those that partition have a sentence of their own.
  const required = open.filter(
    ({ name, constraints }) => constraints.required && !dataset.partitionFields.includes(name),
  );
  const found = `${listed(labels)} (delimiter ${JSON.stringify(dataset.dialect.delimiter)})`;
  if (required[0] && dataset.fieldsMatch === undefined) {
    const message = `the header lacks ${listedFields(required)}; it has ${found}. Correct the file, or the contract's "header" of the field or its "dialect"`;
    return fileViolation('missing-label', message, required[0].header);
  }
  if (columns.size === 0)
    return fileViolation(
      'missing-label',
      `no column of the first line is one of ${dataset.name}'s; it has ${found}`,
    );
  const taken = labels.filter((_, i) => indexes.has(i));
  const wanted = [...columns.values()].map((i) => labels[i] as string);
  const match = { missing: open, ignored, taken, wanted };
  return (
    labelViolation(file, match, `its header has ${found}`) ?? {
      labels,
      columns,
      ignored,
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
  return { columns, missing, rivals, twice };
}
