// A CSV file as rows of texts. DuckDB reads a plain file directly; any other is first rewritten as a plain one by our own
// reader, which is slower and exact.
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { TextHash } from '../../content-hash.ts';
import { RecordScanner } from '../../core/record-scanner.ts';
import type { Violation } from '../../core/violation.ts';
import { fileLiteral, identifier, literal } from '../../sql/quoting.ts';
import { type Packing, readBeginning } from '../packing.ts';
import { pour } from '../pour.ts';
import {
  fileViolation,
  type RecordCount,
  type RowSource,
  type SourceFile,
  sourceBytes,
} from '../row-source.ts';
import { Utf8Check } from '../utf8-check.ts';
import { MAX_RECORD_BYTES } from './csv-reader.ts';
import { type RecordShape, readRecords, recordProblem } from './csv-records.ts';
import { type Header, readHeader } from './header.ts';
import { headerText } from './header-text.ts';
import { locateRecords, type RejectedShape } from './locate-records.ts';
import { pastSepLine } from './sep-line.ts';

// By default DuckDB would allocate sixteen times the longest record, several times over.
const BUFFER_RECORDS = 2;
/** A longer record is seldom meant: its file goes the other way, and the engine's buffers stay in the processor's caches. */
const MAX_PLAIN_RECORD_BYTES = 2 * 1024 * 1024;
const MANY_COLUMNS = 10_000;
const PLAIN = {
  ...{ delimiter: ',', quoteChar: '"', lineEnd: '\n', longest: MAX_RECORD_BYTES },
  ...{ skip: 0, packing: 'none' as const },
};

export async function csvSource(given: SourceFile): Promise<RowSource | Violation> {
  const file = await pastSepLine(given);
  if ('rule' in file) return file;
  const header = await readHeader(file);
  if ('rule' in header) return header;
  const rewritten = () => rewrittenSource(file, header);
  const { packing } = file.beginning ?? (await readBeginning(file.path));
  const isPlainSoFar =
    packing !== 'bzip2' &&
    mayBePlain(file) &&
    !isMostlyIgnored(header) &&
    (await countCsvRecords(file, header.labels.length, () => true)).isPlain;
  if (!isPlainSoFar) return rewritten();
  const { delimiter, quoteChar, headerRecords } = file.dataset.dialect;
  const lineEnd = header.lineEnd === '\r\n' ? header.lineEnd : '\n';
  const format = {
    packing: packing ?? 'none',
    skip: file.hasSepLine ? 1 : 0,
    delimiter,
    quoteChar,
    lineEnd,
    hasHeader: headerRecords === 1,
    columns: header.labels.length,
    longest: MAX_PLAIN_RECORD_BYTES,
  };
  const columns = header.labels.length;
  const source = rowSource(file, header, readCsv(file.path, format), header.columns, {
    columns,
    inRows: header.repeated,
  });
  const repeatedHeader = header.repeated.sql([...header.columns.values()]);
  // What turns out not to be plain goes the other way, however many records are left.
  const countRecords = () => countCsvRecords(file, columns, (isPlain) => !isPlain);
  return {
    ...source,
    ...(repeatedHeader === undefined ? {} : { repeatedHeader }),
    countRecords,
    rewritten,
  };
}

/** DuckDB's planning time grows with the square of a file's columns, even if they are not read. */
function isMostlyIgnored({ labels, ignored }: Header): boolean {
  return labels.length >= MANY_COLUMNS && ignored.length > labels.length / 2;
}

/** What a plain file of the engine's cannot have. */
function mayBePlain({ dataset: { dialect, encoding }, hasSepLine }: SourceFile): boolean {
  const isUsual = dialect.doubleQuote && !dialect.skipInitialSpace && dialect.headerRecords <= 1;
  const offsets = dialect.escapeChar ?? dialect.commentChar;
  const skipped = hasSepLine ? 1 : 0;
  return encoding === 'utf-8' && isUsual && offsets === undefined && dialect.skipLines === skipped;
}

function rowSource(
  file: SourceFile,
  header: Header,
  relation: string,
  columns: ReadonlyMap<string, number>,
  shape: RejectedShape,
): RowSource {
  return {
    relation,
    texts: new Map([...columns].map(([field, index]) => [field, identifier(`c${index}`)])),
    ignored: header.ignored,
    missing: header.missing,
    countRecords: () => countCsvRecords(file, header.labels.length),
    refusedRows: (flagged) => locateRecords(file, shape, flagged),
    headerText: () => headerText(file),
  };
}

/** `columns`: of the file. `isDone`: asked after each chunk, so that what is known is not looked for to the end. */
export async function countCsvRecords(
  file: SourceFile,
  columns: number,
  isDone: (isPlain: boolean) => boolean = () => false,
): Promise<RecordCount> {
  const scanner = new RecordScanner(file.dataset.dialect, columns);
  const utf8 = new Utf8Check();
  const text = new TextHash();
  const isPlain = () => scanner.isPlain && utf8.isValid;
  const counted = () => ({ records: scanner.records, isPlain: isPlain(), offsets: scanner.offsets });
  for await (const chunk of sourceBytes(file)) {
    scanner.push(chunk);
    utf8.push(chunk);
    if (isDone(isPlain())) return counted();
    text.push(chunk);
  }
  scanner.end();
  utf8.end();
  return { ...counted(), text: text.end() };
}

type Format = {
  readonly delimiter: string;
  readonly quoteChar: string;
  readonly lineEnd: string;
  readonly hasHeader: boolean;
  /** Lines before the header. */
  readonly skip: number;
  readonly packing: Packing;
  readonly columns: number;
  /** In bytes, of a record. */
  readonly longest: number;
};

/**
 * All columns as texts: the engine's own casts round, trim and guess. Records that are no rows are left out. Left to itself
 * the engine takes the first line end for every line's, though it stand within quotes. (With store_rejects it loses valid
 * rows at the edges of its buffers, and needs a kilobyte of memory for each record that it leaves out.)
 */
function readCsv(path: string, format: Format): string {
  const columns = Array.from({ length: format.columns }, (_, i) => `'c${i}': 'VARCHAR'`).join(', ');
  const quote = literal(format.quoteChar);
  return `read_csv(${fileLiteral(path)}, auto_detect = false, hive_partitioning = false, header = ${format.hasHeader}, columns = {${columns}},
    delim = ${literal(format.delimiter)}, quote = ${quote}, escape = ${quote}, new_line = ${literal(format.lineEnd === '\n' ? '\\n' : '\\r\\n')},
    compression = ${literal(format.packing)}, skip = ${format.skip}, max_line_size = ${format.longest}, buffer_size = ${BUFFER_RECORDS * format.longest}, ignore_errors = true)`;
}

/** The well-formed records' cells that fields take, as RFC 4180 has them. */
async function rewrittenSource(file: SourceFile, header: Header): Promise<RowSource | Violation> {
  const path = join(file.scratch, 'plain.csv');
  const taken = [...header.columns];
  const shape = { columns: header.labels.length, repeated: header.repeated };
  const refusal = await writePlain(file, header, shape, path);
  if (refusal) return refusal;
  const relation = readCsv(path, { ...PLAIN, hasHeader: false, columns: taken.length });
  const source = rowSource(file, header, relation, new Map(taken.map(([field], i) => [field, i])), shape);
  return { ...source, countRecords: async () => ({ ...(await source.countRecords()), isPlain: true }) };
}

async function writePlain(
  file: SourceFile,
  header: Header,
  shape: RecordShape,
  path: string,
): Promise<Violation | undefined> {
  const indexes = [...header.columns.values()];
  let refusal: Violation | undefined;
  async function* plainText() {
    for await (const reader of readRecords(file, shape.columns)) {
      let text = '';
      while (reader.next()) {
        if (reader.isHeader || recordProblem(reader, shape)) continue;
        const record = plainRecord(indexes.map((i) => reader.cell(i)));
        if (3 * record.length > MAX_RECORD_BYTES && Buffer.byteLength(record) >= MAX_RECORD_BYTES) {
          const message = `line ${reader.line}: the record is longer than ${MAX_RECORD_BYTES} bytes`;
          refusal = fileViolation('source-error', message);
          return;
        }
        text += `${record}\n`;
      }
      refusal = reader.refusal;
      if (text !== '') yield text;
    }
  }
  await pour(plainText(), createWriteStream(path));
  return refusal;
}

function plainRecord(cells: readonly string[]): string {
  // Bare, the one empty cell of a record would be a blank line.
  if (cells.length === 1 && cells[0] === '') return '""';
  return cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',');
}
