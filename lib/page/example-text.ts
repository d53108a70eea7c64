// The text of a small file in a dataset's dialect, from cells that are given. Pure.
import type { Dataset, Dialect, Field } from '../core/contract.ts';

/** A cell for each field that stands in the file; null for none. */
export type ExampleRow = readonly (string | null)[];

/** Undefined for formats other than text, and without columns. */
export function exampleText(
  dataset: Dataset,
  fields: readonly Field[],
  rows: readonly ExampleRow[],
): string | undefined {
  if (dataset.format === 'csv') return csvText(dataset, fields, rows);
  return dataset.format === 'xlsx' ? undefined : jsonText(dataset, fields, rows);
}

function csvText(
  { dialect, footerRows = 0 }: Dataset,
  fields: readonly Field[],
  rows: readonly ExampleRow[],
): string {
  const record = (cells: ExampleRow) =>
    cells.map((cell, i) => csvCell(dialect, cell, cells.length, i)).join(dialect.delimiter);
  const above = Array.from({ length: dialect.skipLines }, () => 'This line is not read');
  const headers = Array.from({ length: dialect.headerRecords }, (_, i) =>
    record(fields.map(({ header }) => (i === 0 ? header : null))),
  );
  const footer = Array.from({ length: footerRows }, () => dialect.quoteChar.repeat(2));
  return [...above, ...headers, ...rows.map(record), ...footer].map((line) => `${line}\n`).join('');
}

function csvCell(dialect: Dialect, cell: string | null, columns: number, at: number): string {
  const { quoteChar, doubleQuote, escapeChar, delimiter, commentChar, nullSequence } = dialect;
  // An empty line would not be read as a record.
  if (cell === null) return nullSequence ?? (columns === 1 ? quoteChar.repeat(2) : '');
  const special = [delimiter, quoteChar, escapeChar].filter((one) => one !== undefined && one !== '');
  const isComment = at === 0 && commentChar !== undefined && cell.startsWith(commentChar);
  const isPlain =
    !special.some((one) => one !== undefined && cell.includes(one)) && cell.trim() === cell && !isComment;
  if ((isPlain && cell !== nullSequence) || quoteChar === '') return cell;
  const escaped =
    escapeChar === undefined ? cell : cell.replaceAll(escapeChar, () => `${escapeChar}${escapeChar}`);
  const quote = doubleQuote ? quoteChar.repeat(2) : `${escapeChar ?? ''}${quoteChar}`;
  return `${quoteChar}${escaped.replaceAll(quoteChar, () => quote)}${quoteChar}`;
}

function jsonText(
  dataset: Dataset,
  fields: readonly Field[],
  rows: readonly ExampleRow[],
): string | undefined {
  const { format, levels, json } = dataset;
  const records = rows.map((row) => recordText(dataset, fields, row));
  if (format === 'ndjson') return records.map((record) => `${record}\n`).join('');
  const labels = JSON.stringify(fields.map(({ header }) => header));
  const all = json?.columns === 'header' ? [labels, ...records] : records;
  const document =
    levels.length > 0 ? nested(dataset, fields, rows[0] ?? []) : `[\n  ${all.join(',\n  ')}\n]`;
  const names = json?.property ?? [];
  return `${names.reduceRight((inner, name) => `{${JSON.stringify(name)}: ${inner}}`, document)}\n`;
}

function recordText({ json }: Dataset, fields: readonly Field[], row: ExampleRow): string {
  if (json?.columns === undefined) return objectText(fields, row);
  const order = json.columns === 'header' ? fields.map(({ header }) => header) : json.columns;
  const cells = order.map((label) => {
    const at = fields.findIndex(({ header }) => header === label);
    const field = fields[at];
    return field ? jsonValue(field, row[at] ?? null) : 'null';
  });
  return `[${cells.join(', ')}]`;
}

function objectText(fields: readonly Field[], row: ExampleRow): string {
  const members = fields.map(
    (field, i) => `${JSON.stringify(field.header)}: ${jsonValue(field, row[i] ?? null)}`,
  );
  return `{${members.join(', ')}}`;
}

/** One record below the keys of its levels. */
function nested({ levels }: Dataset, fields: readonly Field[], row: ExampleRow): string | undefined {
  const cellOf = (name: string) => row[fields.findIndex((field) => field.name === name)] ?? '';
  const own = fields.flatMap((field, i) =>
    levels.includes(field.name) ? [] : [{ field, cell: row[i] ?? null }],
  );
  const record = objectText(
    own.map(({ field }) => field),
    own.map(({ cell }) => cell),
  );
  return levels.reduceRight((inner, name) => `{${JSON.stringify(cellOf(name))}: ${inner}}`, record);
}

/** Numbers, booleans, objects and arrays as such: the text is what JSON writes. */
function jsonValue({ type }: Field, cell: string | null): string {
  if (cell === null) return 'null';
  const isNumber = (type === 'integer' || type === 'number') && /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(cell);
  const isBoolean = type === 'boolean' && (cell === 'true' || cell === 'false');
  return isNumber || isBoolean || type === 'object' || type === 'array' ? cell : JSON.stringify(cell);
}
