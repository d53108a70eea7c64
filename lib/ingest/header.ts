// Reads a CSV file's header and decides which column fills which field, or why the file cannot be read at all.
import type { Dataset, Field } from '../core/contract.ts';
import { shown, type Violation } from '../core/violation.ts';
import { readRecords } from './csv-records.ts';
import { labelViolation, quoted } from './labels.ts';
import { fileViolation, type SourceFile } from './row-source.ts';

export type Header = {
  /** The file's columns in its order. */
  readonly labels: readonly string[];
  /** Field name → index of its column. */
  readonly columns: ReadonlyMap<string, number>;
  /** Labels that no field takes. */
  readonly ignored: readonly string[];
  /** The labels of optional fields that nothing fills. */
  readonly missing: readonly string[];
  /** What ends the first line. */
  readonly lineEnd: string;
};

type Matched = Omit<Header, 'lineEnd'>;
type FirstRecords = { readonly records: readonly string[][]; readonly lineEnd: string };

export async function readHeader(file: SourceFile): Promise<Header | Violation> {
  const first = await firstRecords(file, Math.max(1, file.dataset.dialect.headerRecords));
  if ('rule' in first) return first;
  const matched =
    file.dataset.dialect.headerRecords === 0
      ? withoutHeader(file, first.records[0]?.length)
      : withHeader(file, first.records);
  return 'rule' in matched ? matched : { ...matched, lineEnd: first.lineEnd };
}

async function firstRecords(file: SourceFile, count: number): Promise<FirstRecords | Violation> {
  const records: string[][] = [];
  let lineEnd = '';
  for await (const reader of readRecords(file)) {
    while (records.length < count && reader.next()) {
      const problem = reader.isHeader ? reader.problem : undefined;
      if (problem) return unreadable(file.dataset, reader.line, problem);
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
    return fileViolation('source-error', 'the file is empty: it has not even a header line');
  const width = Math.max(...records.map((cells) => cells.length));
  const labels = Array.from({ length: width }, (_, i) => {
    const parts = records.map((cells) => cells[i] ?? '');
    return parts.filter((part) => part !== '').join(headerJoin);
  });
  const twice = labels.find((label, i) => label !== '' && labels.indexOf(label) !== i);
  return twice === undefined
    ? matchLabels(file, labels)
    : fileViolation('duplicate-label', `the header names the column ${shown(twice)} twice`, twice);
}

function unreadable(dataset: Dataset, line: number, { rule, message }: Violation): Violation {
  const hint =
    rule === 'encoding-error'
      ? `: ${dataset.encoding} does not know its bytes; name the file's encoding in the contract, such as "encoding": "windows-1252" or "utf-16"`
      : `: ${message}`;
  return fileViolation(rule, `the header on line ${line} cannot be read${hint}`);
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

function matchLabels({ dataset, fromPath }: SourceFile, labels: readonly string[]): Matched | Violation {
  const { columns, missing } = columnsOf(dataset, labels);
  const indexes = new Set(columns.values());
  const ignored = labels.filter((_, i) => !indexes.has(i));
  const open = missing.filter((field) => !fromPath.has(field.name));
  const required = open.filter((field) => field.constraints.required);
  const found = `${quoted(labels)} (delimiter ${JSON.stringify(dataset.dialect.delimiter)})`;
  if (required[0] && dataset.fieldsMatch === undefined) {
    const names = required.map((field) => field.header);
    const message = `the header lacks ${quoted(names)}; it has ${found}`;
    return fileViolation('missing-label', message, names[0]);
  }
  if (columns.size === 0)
    return fileViolation(
      'missing-label',
      `no column of the first line is one of ${dataset.name}'s; it has ${found}`,
    );
  const taken = labels.filter((_, i) => indexes.has(i));
  const wanted = [...columns.values()].map((i) => labels[i] as string);
  return (
    labelViolation(dataset, { missing: open, ignored, taken, wanted }) ?? {
      labels,
      columns,
      ignored,
      missing: open.map((field) => field.header),
    }
  );
}

/** A label as the contract has it goes before one that differs in case. */
function columnsOf(dataset: Dataset, labels: readonly string[]) {
  const columns = new Map<string, number>();
  const missing: Field[] = [];
  const exact = new Set(dataset.fields.map((field) => field.header));
  for (const field of dataset.fields) {
    const isMeant = (label: string) =>
      !dataset.dialect.caseSensitiveHeader &&
      !exact.has(label) &&
      label.toLowerCase() === field.header.toLowerCase();
    const same = labels.indexOf(field.header);
    const index = same >= 0 ? same : labels.findIndex(isMeant);
    if (index >= 0 && ![...columns.values()].includes(index)) columns.set(field.name, index);
    else missing.push(field);
  }
  return { columns, missing };
}
