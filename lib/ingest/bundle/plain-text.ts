// Whether a small file's text is so plain that its lines are its records, by the checks that every file goes through. Whatever is odd
// about a file is for its own conversion to say.
import { isUtf8 } from 'node:buffer';
import { TextHash } from '../../content-hash.ts';
import type { Dialect } from '../../core/contract.ts';
import { RecordScanner } from '../../core/record-scanner.ts';
import { CsvReader } from '../csv/csv-reader.ts';
import { mayBeSepLine } from '../csv/sep-line.ts';
import { beginningOf } from '../packing.ts';
import { MOST_HASHED_ROWS } from '../rows-hash.ts';
import { BYTE_ORDER_MARK } from '../source-bytes.ts';

export type PlainText = {
  /** The header's line, with its end. */
  readonly header: string;
  readonly lineEnd: '\n' | '\r\n';
  /** Without their ends. */
  readonly lines: readonly string[];
  /** See TextHash. */
  readonly hash: string;
};

const LF = '\n';
const CRLF = '\r\n';

/** `bytes`: the whole file. Undefined for one that is odd in any way, or has no records. */
export function plainText(dialect: Dialect, bytes: Buffer): PlainText | undefined {
  if (beginningOf(bytes).packing !== 'none' || mayBeSepLine(bytes.subarray(0, LONGEST_SEP_LINE)))
    return undefined;
  const text = bytes.indexOf(BYTE_ORDER_MARK) === 0 ? bytes.subarray(BYTE_ORDER_MARK.length) : bytes;
  const records = plainRecords(dialect, text);
  if (records === 0 || records > MOST_HASHED_ROWS || !isUtf8(text)) return undefined;
  const all = text.toString('utf8');
  const lineEnd = all[all.indexOf(LF) - 1] === '\r' ? CRLF : LF;
  const [label = '', ...lines] = all.split(lineEnd);
  if (lines.at(-1) === '') lines.pop();
  if (lines.length !== records || lines.includes('')) return undefined;
  const hash = new TextHash();
  hash.push(text);
  return { header: `${label}${lineEnd}`, lineEnd, lines, hash: hash.end() };
}

/** As many bytes as tell the line. */
const LONGEST_SEP_LINE = 16;

/** How many there are; 0 where the engine may find others, or the first one has not as many cells as the header. */
function plainRecords(dialect: Dialect, text: Buffer): number {
  const reader = new CsvReader(dialect);
  reader.push(text);
  reader.end();
  if (!reader.next() || reader.problem !== undefined) return 0;
  const columns = reader.cellCount;
  if (!reader.next() || reader.problem !== undefined || reader.cellCount !== columns) return 0;
  const scanner = new RecordScanner(dialect, columns);
  scanner.push(text);
  scanner.end();
  return scanner.isPlain ? scanner.records : 0;
}
