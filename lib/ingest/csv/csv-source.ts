// A CSV file as rows of texts. DuckDB reads a plain file directly; any other is first rewritten as a plain one by our own
// reader, which is slower and exact.
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import type { Dataset } from '../../core/contract.ts';
import { anySkips, FOOTER, type SkippedCount } from '../../core/skip-rules.ts';
import type { Violation } from '../../core/violation.ts';
import type { SqlSession } from '../../ports.ts';
import { fileLiteral, identifier, literal } from '../../sql/quoting.ts';
import { columnRemarks } from '../column-remarks.ts';
import { type Packing, readBeginning } from '../packing.ts';
import { pour } from '../pour.ts';
import { fileViolation, type RowSource, type SourceFile, sourceBytes } from '../row-source.ts';
import { BYTE_ORDER_MARK } from '../source-bytes.ts';
import { countCsvRecords } from './count-records.ts';
import { MAX_RECORD_BYTES } from './csv-reader.ts';
import { type RecordShape, readRecords, recordProblem } from './csv-records.ts';
import { type Header, readHeader } from './header.ts';
import { headerText } from './header-text.ts';
import { locateRecords, type RejectedShape } from './locate-records.ts';
import { plainRecord } from './plain-record.ts';
import { pastSepLine } from './sep-line.ts';
import { recordConditions, SkippedRecords, SkippedTally, skipsRecords } from './skipped-records.ts';
import { withoutFooter } from './without-footer.ts';

// By default DuckDB would allocate sixteen times the longest record, several times over.
const BUFFER_RECORDS = 2;
/** A longer record is seldom meant: its file goes the other way, and the engine's buffers stay in the processor's caches. */
export const MAX_PLAIN_RECORD_BYTES = 2 * 1024 * 1024;
const MANY_COLUMNS = 10_000;
const MANY_UNNAMED = 50;
const PLAIN = {
  ...{ delimiter: ',', quoteChar: '"', lineEnd: '\n', longest: MAX_RECORD_BYTES },
  ...{ skip: 0, packing: 'none' as const },
};

export async function csvSource(given: SourceFile): Promise<RowSource | Violation> {
  const asSent = await pastSepLine(given);
  if ('rule' in asSent) return asSent;
  const header = await readHeader(asSent);
  if ('rule' in header) return header;
  const skipConditions = recordConditions(asSent.dataset, header.width);
  const mayBePlain =
    skipConditions !== undefined &&
    isPlainDialect(asSent) &&
    header.trailing === undefined &&
    !isMostlyIgnored(header) &&
    (await countCsvRecords(asSent, header.width, () => true)).isPlain;
  const { packing = 'none' } = asSent.beginning ?? (await readBeginning(asSent.path));
  const isReadable = asSent.dataset.encoding === 'utf-8' && packing !== 'bzip2';
  const file = mayBePlain && !isReadable ? await withTextCopy(asSent) : asSent;
  const rewritten = () =>
    skipsRecords(file.dataset) ? skippingSource(file, header) : rewrittenSource(file, header);
  if (!mayBePlain) return rewritten();
  const read = file.text === undefined ? { path: file.path, packing } : plainFile(file.text);
  const source = { ...plainSource(file, header, read), skipConditions, rewritten };
  return file.dataset.footerRows === undefined
    ? source
    : ((await footedSource(file, header, source)) ?? rewritten());
}

/** For a file that DuckDB cannot unpack or decode. Throws as sourceBytes. */
async function withTextCopy(file: SourceFile): Promise<SourceFile> {
  const text = join(file.scratch, 'text.csv');
  async function* marked() {
    yield BYTE_ORDER_MARK;
    yield* sourceBytes(file);
  }
  await pour(marked(), createWriteStream(text));
  return { ...file, text };
}

/** The file is counted first: where its footer begins follows from how many records it has. Undefined if it is not plain. */
async function footedSource(
  file: SourceFile,
  header: Header,
  source: RowSource,
): Promise<RowSource | undefined> {
  const counted = await countCsvRecords(file, header.width, (isPlain) => !isPlain);
  if (!counted.isPlain) return undefined;
  const { records } = counted;
  const rows = Math.max(0, records - (file.dataset.footerRows ?? 0));
  const path = await withoutFooter(file, counted, rows, header.width);
  if (path === undefined) return undefined;
  const skipped = rows === records ? [] : [{ rule: FOOTER, rows: records - rows }];
  const skipping = new SkippedRecords({ ...file.dataset, skipRows: [] }, records);
  return {
    ...source,
    ...plainSource(file, header, plainFile(path), { skipped: skipping, footerRows: records - rows }),
    skipped,
    countRecords: async () => counted,
  };
}

type ReadFile = { readonly path: string; readonly packing: Packing };

function plainFile(path: string): ReadFile {
  return { path, packing: 'none' };
}

/** `read`: the file, or a copy of its text. */
function plainSource(
  file: SourceFile,
  header: Header,
  read: ReadFile,
  footer: Pick<RejectedShape, 'skipped' | 'footerRows'> = {},
): RowSource {
  const { delimiter, quoteChar, headerRecords } = file.dataset.dialect;
  const lineEnd = header.lineEnd === '\r\n' ? header.lineEnd : '\n';
  const format = {
    packing: read.packing,
    skip: file.hasSepLine ? 1 : 0,
    delimiter,
    quoteChar,
    lineEnd,
    hasHeader: headerRecords === 1,
    columns: header.width,
    longest: MAX_PLAIN_RECORD_BYTES,
  };
  const columns = header.width;
  const relation = readCsv(read.path, format);
  const source = rowSource(file, header, relation, header.columns, {
    columns,
    inRows: header.repeated,
    ...footer,
  });
  const repeatedHeader = header.repeated.sql([...header.columns.values()]);
  // What turns out not to be plain goes the other way, however many records are left.
  const countRecords = () => countCsvRecords(file, columns, (isPlain) => !isPlain);
  return {
    ...source,
    ...(repeatedHeader === undefined ? {} : { repeatedHeader }),
    countRecords,
    columnRemarks: async (session) =>
      columnRemarks(header, await countValues(session, relation, header, file.dataset)),
  };
}

/** DuckDB's planning time grows with the square of a file's columns, even if they are not read. */
export function isMostlyIgnored({ labels, ignored, unnamed }: Header): boolean {
  if (unnamed.length > MANY_UNNAMED) return true;
  return labels.length >= MANY_COLUMNS && ignored.length + unnamed.length > labels.length / 2;
}

/** Texts in each unnamed column of the engine's rows, but for those that rules about whole records skip. */
async function countValues(
  session: SqlSession,
  relation: string,
  { unnamed, width }: Header,
  dataset: Dataset,
): Promise<number[]> {
  if (unnamed.length === 0) return [];
  const counts = unnamed.map((index) => `count(nullif(${identifier(`c${index}`)}, ''))`);
  const skipped = anySkips(recordConditions(dataset, width) ?? []);
  const [row] = await session.rows<{ found: number[] }>(
    `SELECT [${counts.join(', ')}] AS found FROM ${relation}${skipped === undefined ? '' : ` WHERE NOT ${skipped}`}`,
  );
  return row?.found ?? [];
}

/** Whether the engine's reader knows all that the dialect says. */
export function isPlainDialect({
  dataset: { dialect },
  hasSepLine,
}: Pick<SourceFile, 'dataset' | 'hasSepLine'>): boolean {
  const isUsual = dialect.doubleQuote && !dialect.skipInitialSpace && dialect.headerRecords <= 1;
  const offsets = dialect.escapeChar ?? dialect.commentChar;
  const skipped = hasSepLine ? 1 : 0;
  return isUsual && offsets === undefined && dialect.skipLines === skipped;
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
    countRecords: () => countCsvRecords(file, header.width),
    refusedRows: (flagged) => locateRecords(file, shape, flagged),
    headerText: () => headerText(file),
  };
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
export function readCsv(path: string, format: Format): string {
  const columns = Array.from({ length: format.columns }, (_, i) => `'c${i}': 'VARCHAR'`).join(', ');
  const quote = literal(format.quoteChar);
  return `read_csv(${fileLiteral(path)}, auto_detect = false, hive_partitioning = false, header = ${format.hasHeader}, columns = {${columns}},
    delim = ${literal(format.delimiter)}, quote = ${quote}, escape = ${quote}, new_line = ${literal(format.lineEnd === '\n' ? '\\n' : '\\r\\n')},
    compression = ${literal(format.packing)}, skip = ${format.skip}, max_line_size = ${format.longest}, buffer_size = ${BUFFER_RECORDS * format.longest}, ignore_errors = true)`;
}

/** The file is counted first: where its footer begins follows from how many records it has. */
async function skippingSource(file: SourceFile, header: Header): Promise<RowSource | Violation> {
  const counted = await countCsvRecords(file, header.width);
  const source = await rewrittenSource(file, header, new SkippedRecords(file.dataset, counted.records));
  return 'rule' in source ? source : { ...source, countRecords: async () => ({ ...counted, isPlain: true }) };
}

/** The well-formed records' cells that fields take, as RFC 4180 has them; `skipped`: without these records. */
async function rewrittenSource(
  file: SourceFile,
  header: Header,
  skipped?: SkippedRecords,
): Promise<RowSource | Violation> {
  const path = join(file.scratch, 'plain.csv');
  const taken = [...header.columns];
  const shape = {
    columns: header.width,
    repeated: header.repeated,
    endsEmpty: header.trailing === 'records',
    ...(skipped ? { skipped } : {}),
  };
  const written = await writePlain(file, header, shape, path);
  if ('rule' in written) return written;
  const relation = readCsv(path, { ...PLAIN, hasHeader: false, columns: taken.length });
  const source = rowSource(file, header, relation, new Map(taken.map(([field], i) => [field, i])), shape);
  const countRecords = async () => ({ ...(await source.countRecords()), isPlain: true });
  return {
    ...source,
    countRecords,
    columnRemarks: async () => columnRemarks(header, written.values),
    ...(skipped ? { skipped: written.skipped } : {}),
  };
}

/** `values`: how many records have a text in each unnamed column. */
type Written = { readonly skipped: readonly SkippedCount[]; readonly values: readonly number[] };

async function writePlain(
  file: SourceFile,
  header: Header,
  shape: RecordShape,
  path: string,
): Promise<Written | Violation> {
  const indexes = [...header.columns.values()];
  const tally = new SkippedTally(file.dataset);
  const values = header.unnamed.map(() => 0);
  let refusal: Violation | undefined;
  async function* plainText() {
    for await (const reader of readRecords(file, shape.columns)) {
      let text = '';
      while (reader.next()) {
        const rule = shape.skipped?.ruleAt(reader);
        if (rule !== undefined) tally.add(rule);
        if (reader.isHeader || rule !== undefined || recordProblem(reader, shape)) continue;
        const record = plainRecord(indexes.map((i) => reader.cell(i)));
        if (3 * record.length > MAX_RECORD_BYTES && Buffer.byteLength(record) >= MAX_RECORD_BYTES) {
          const message = `line ${reader.line}: the record is longer than ${MAX_RECORD_BYTES} bytes`;
          refusal = fileViolation('source-error', message);
          return;
        }
        header.unnamed.forEach((index, i) => {
          if (reader.cell(index) !== '') values[i] = (values[i] ?? 0) + 1;
        });
        text += `${record}\n`;
      }
      refusal = reader.refusal;
      if (text !== '') yield text;
    }
  }
  await pour(plainText(), createWriteStream(path));
  return refusal ?? { skipped: tally.counts, values };
}
