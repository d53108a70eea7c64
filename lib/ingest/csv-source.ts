// A CSV file as a relation of texts, and the way back from a row to its line and bytes.
import { join } from 'node:path';
import type { Dialect } from '../core/contract.ts';
import { type RecordPlace, RecordScanner } from '../core/record-scanner.ts';
import { fileLiteral, identifier, literal } from '../core/sql-text.ts';
import type { RejectedRow, Rule, Violation } from '../core/violation.ts';
import type { SqlSession } from '../ports.ts';
import { type Header, openBytes, readHeader } from './header.ts';
import { orderedRows } from './ordered-rows.ts';
import { type FlaggedRow, fileViolation, type RowSource, type SourceFile } from './row-source.ts';

const HEADER_RECORDS = 1;
const MAX_RECORD_BYTES = 16 * 1024 * 1024;
// The engine would take sixteen times the longest record, several times over.
const BUFFER_BYTES = 2 * MAX_RECORD_BYTES;

export async function csvSource(file: SourceFile): Promise<RowSource | Violation> {
  const { dataset, path } = file;
  const header = await readHeader(dataset, path, new Set(file.fromPath.keys()));
  if ('rule' in header) return header;
  const scanning = { ...dataset.dialect, blankLinesAreRecords: header.labels.length === 1 };
  return {
    relation: readCsv(path, header, dataset.dialect),
    texts: new Map([...header.columns].map(([field, index]) => [field, identifier(`c${index}`)])),
    ignored: header.ignored,
    countRecords: async () => {
      const scanner = new RecordScanner(scanning);
      for await (const chunk of openBytes(path)) scanner.push(chunk);
      scanner.end();
      return { records: scanner.records - HEADER_RECORDS, ambiguousLine: scanner.ambiguousLine };
    },
    rejectedRows: (session, flagged) =>
      locate(path, scanning, flagged, malformed(session, file, header.labels.length)),
  };
}

/** All columns as texts: the engine's own casts round, trim and guess. Records that are no rows go to `reject_errors`. */
function readCsv(path: string, header: Header, dialect: Dialect): string {
  const columns = header.labels.map((_, i) => `'c${i}': 'VARCHAR'`).join(', ');
  return `read_csv(${fileLiteral(path)}, auto_detect = false, hive_partitioning = false, header = true, columns = {${columns}},
    delim = ${literal(dialect.delimiter)}, quote = ${literal(dialect.quoteChar)}, escape = ${literal(dialect.quoteChar)},
    max_line_size = ${MAX_RECORD_BYTES}, buffer_size = ${BUFFER_BYTES}, store_rejects = true, rejects_limit = 0)`;
}

type Malformed = { readonly offset: number; readonly violation: Violation };

/** The records that the last scan of this session could make no row of, in the file's order. */
async function* malformed(session: SqlSession, file: SourceFile, columns: number): AsyncIterable<Malformed> {
  // The engine repeats a short record for each missing column: one violation says it.
  const sql = `SELECT line_byte_position - 1 AS "offset", min(error_type) AS error, min(error_message) AS message
    FROM reject_errors WHERE scan_id = (SELECT max(scan_id) FROM reject_scans)
    GROUP BY line_byte_position ORDER BY line_byte_position`;
  type Rejected = { offset: number; error: string; message: string };
  for await (const row of orderedRows<Rejected>(session, sql, join(file.scratch, 'malformed.parquet'))) {
    yield { offset: row.offset, violation: malformedRecord(row.error, row.message, columns) };
  }
}

function malformedRecord(error: string, message: string, columns: number): Violation {
  const rules: Record<string, [Rule, string]> = {
    'MISSING COLUMNS': ['missing-cell', `the record has fewer than ${columns} cells`],
    'TOO MANY COLUMNS': ['extra-cell', `the record has more than ${columns} cells`],
    'INVALID ENCODING': ['encoding-error', 'the record is not valid UTF-8'],
    'UNQUOTED VALUE': ['source-error', 'a quote is opened and not closed, or text follows a closing quote'],
    'LINE SIZE OVER MAXIMUM': ['source-error', `the record is longer than ${MAX_RECORD_BYTES} bytes`],
  };
  const [rule, text] = rules[error] ?? ['source-error', message.split('\n')[0] ?? error];
  return fileViolation(rule, text);
}

/** Pulls one item at a time, so that a synchronous scan can look at the next one. */
class Lookahead<T> {
  #queue: T[] = [];
  #next = 0;
  #done = false;
  readonly #iterator: AsyncIterator<T>;
  constructor(items: AsyncIterable<T>) {
    this.#iterator = items[Symbol.asyncIterator]();
  }
  get first(): T | undefined {
    return this.#queue[this.#next];
  }
  shift(): T | undefined {
    return this.#queue[this.#next++];
  }
  /** Makes sure that every item for which `near` holds is at hand. */
  async fill(near: (item: T) => boolean): Promise<void> {
    this.#queue = this.#queue.slice(this.#next);
    this.#next = 0;
    for (
      let last = this.#queue.at(-1);
      !this.#done && (last === undefined || near(last));
      last = this.#queue.at(-1)
    ) {
      const { value, done } = await this.#iterator.next();
      if (done) this.#done = true;
      else this.#queue.push(value);
    }
  }
}

/** Walks the file once and meets the flagged rows and the malformed records where they stand. */
async function* locate(
  path: string,
  scanning: Dialect & { blankLinesAreRecords: boolean },
  flaggedRows: AsyncIterable<FlaggedRow>,
  malformedRecords: AsyncIterable<Malformed>,
): AsyncIterable<RejectedRow> {
  const flagged = new Lookahead(flaggedRows);
  const broken = new Lookahead(malformedRecords);
  const found: RejectedRow[] = [];
  let row = 0;
  let violations: readonly Violation[] = [];
  const wanted = (ordinal: number, offset: number): boolean => {
    if (ordinal < HEADER_RECORDS) return false;
    // The engine's offset may lie before the record, at the line ends between it and the one before.
    const here: Violation[] = [];
    for (let item = broken.first; item && item.offset <= offset; item = broken.first) {
      here.push(item.violation);
      broken.shift();
    }
    if (here.length > 0) {
      violations = here;
      return true;
    }
    if (flagged.first?.row !== row++) return false;
    violations = flagged.shift()?.violations ?? [];
    return true;
  };
  const emit = (place: RecordPlace) => {
    found.push({ line: place.line, raw: Buffer.from(place.raw).toString('utf8'), violations });
  };
  const scanner = new RecordScanner({ ...scanning, wanted, emit });
  let offset = 0;
  for await (const chunk of openBytes(path)) {
    offset += chunk.length;
    await broken.fill((item) => item.offset <= offset);
    await flagged.fill((item) => item.row <= row + chunk.length);
    scanner.push(chunk);
    yield* found.splice(0);
  }
  scanner.end();
  yield* found.splice(0);
}
