// Reads a stream of UTF-8 bytes record by record, with physical lines and each record's problem; it does not know the fields.
// A record with broken quotes on one line is refused alone; if it is unclear which lines belong to it, the file is.
import { isAscii, isUtf8 } from 'node:buffer';
import type { Dialect } from '../../core/contract.ts';
import type { RecordOffset } from '../../core/record-offsets.ts';
import type { Violation } from '../../core/violation.ts';
import { type FilePart, fileViolation } from '../row-source.ts';
import { CsvCells } from './csv-cells.ts';

const LF = 10;

export const MAX_RECORD_BYTES = 16 * 1024 * 1024;

const STRAY_QUOTE =
  'a quote stands within a bare cell and another one ends a later cell: a delimiter before the quoted text was probably lost, which shifts the values after it. Put it in; or, where the quotes are text, quote these cells and write each quote in them twice';

/** A cursor: push bytes, call `next` until it says false, push more; after `end` the last records come. */
export class CsvReader {
  /** The first physical line of the current record; the first line of the file is 1. CR, LF and CRLF end a line. */
  line = 0;
  /** What is wrong with the current record by itself. */
  problem: Violation | undefined;
  /** What is wrong with the file: no further record comes. */
  refusal: Violation | undefined;
  /** Of the current record; the header's records come first. */
  ordinal = -1;
  readonly #dialect: Dialect;
  readonly #comment: number;
  /** A blank line is a record of one empty cell in a file of one column, and nothing in any other. */
  readonly #blankLinesAreRecords: boolean;
  readonly #cells: CsvCells;
  #data: Buffer = Buffer.alloc(0);
  #isAscii = true;
  /** Bytes of text before the data. */
  #offset = 0;
  /** In the data, or beyond it. */
  #position = 0;
  #nextLine = 1;
  #start = 0;
  #end = 0;
  #brokenLine: number | undefined;
  readonly #part: FilePart | undefined;

  /** `columns`: of the file, where they are known. */
  constructor(dialect: Dialect, columns?: number, part?: FilePart) {
    this.#dialect = dialect;
    this.#part = part;
    this.#brokenLine = part?.brokenLine;
    this.#comment = dialect.commentChar?.charCodeAt(0) ?? -1;
    this.#blankLinesAreRecords = columns === 1;
    this.#cells = new CsvCells(dialect);
  }

  push(chunk: Buffer): void {
    const rest = this.#data.subarray(this.#position);
    const dropped = this.#data.length - rest.length;
    this.#offset += dropped;
    this.#position -= dropped;
    this.#data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    this.#isAscii = isAscii(this.#data);
    this.#cells.use(this.#data, false);
  }

  end(): void {
    this.#cells.use(this.#data, true);
  }

  /** `next` goes on there, once that has been pushed; what lies between is left out. Never goes back. */
  skipTo({ record, position, line }: RecordOffset): void {
    if (record <= this.ordinal + 1) return;
    this.ordinal = record - 1;
    this.#position = position - this.#offset;
    this.#nextLine = line;
  }

  /** Moves to the next record; false where there is none yet. */
  next(): boolean {
    while (this.refusal === undefined && this.#position < this.#data.length) {
      if (!this.#isBlankRecord()) this.#passBlankLines();
      if (this.#position === this.#data.length) return false;
      const start = this.#position;
      const isSkipped = this.#nextLine <= this.#dialect.skipLines || this.#data[start] === this.#comment;
      const end = isSkipped ? this.#cells.lineEnd(start) : this.#cells.split(start);
      const following = this.#cells.afterLineEnd(end);
      this.#requireShort((following === undefined ? this.#data.length : end) - start);
      if (following === undefined) return false;
      this.#position = following;
      this.line = this.#toldLine();
      this.#nextLine += (isSkipped ? 0 : this.#cells.linesWithin) + (following > end ? 1 : 0);
      if (isSkipped || (end === start && !this.#isBlankRecord())) continue;
      this.ordinal += 1;
      this.#start = start;
      this.#end = end;
      this.#judge();
      return this.refusal === undefined;
    }
    return false;
  }

  get isHeader(): boolean {
    return this.ordinal < this.#dialect.headerRecords;
  }

  get cellCount(): number {
    return this.#cells.count;
  }

  cell(index: number): string {
    return this.#cells.text(index);
  }

  cells(): string[] {
    return Array.from({ length: this.cellCount }, (_, i) => this.cell(i));
  }

  /** The record's text without its line end. */
  raw(encoding: 'utf8' | 'latin1' = 'utf8'): string {
    return this.#data.toString(encoding, this.#start, this.#end);
  }

  /** Bytes of text before the current record. */
  get start(): number {
    return this.#offset + this.#start;
  }

  /** What ended the record: CR, LF, CRLF, or nothing at the file's end. */
  get lineEnd(): string {
    return this.#data.toString('latin1', this.#end, this.#position);
  }

  #isBlankRecord(): boolean {
    return this.#blankLinesAreRecords && this.ordinal + 1 >= this.#dialect.headerRecords;
  }

  /** A flood of them goes by at once. */
  #passBlankLines(): void {
    const start = this.#position;
    while (this.#data[this.#position] === LF) this.#position += 1;
    this.#nextLine += this.#position - start;
  }

  #judge(): void {
    const { quoteProblem, hasStrayQuote, linesWithin } = this.#cells;
    this.problem = undefined;
    this.#noteQuotes(hasStrayQuote, quoteProblem !== undefined);
    if (hasStrayQuote && this.#brokenLine !== undefined && !(this.#part && this.isHeader))
      this.#refuseQuotes(this.#brokenLine, `line ${this.line} has a quote without its partner`);
    if (quoteProblem !== undefined) {
      this.problem = fileViolation('source-error', quoteProblem);
      if (linesWithin > 0) this.#refuseQuotes(this.line, quoteProblem);
      this.#brokenLine ??= this.line;
    } else if (this.#cells.hasAmbiguousQuotes) this.problem = fileViolation('stray-quote', STRAY_QUOTE);
    if (this.#isAscii || isUtf8(this.#data.subarray(this.#start, this.#end))) return;
    this.problem = fileViolation('encoding-error', 'the record holds bytes that the encoding does not know');
  }

  /** The next line's number in the file that a part is of. */
  #toldLine(): number {
    const { headerLines = 0, linesBefore = 0 } = this.#part ?? {};
    return this.#nextLine > headerLines ? this.#nextLine + linesBefore : this.#nextLine;
  }

  #noteQuotes(isStray: boolean, isBroken: boolean): void {
    if (this.#part === undefined || this.isHeader) return;
    const { quotes } = this.#part;
    if (isStray) quotes.hasStray = true;
    if (isBroken) quotes.brokenLine ??= this.line;
  }

  /** The line's quotes may reach into other lines: then no record after it can be trusted. */
  #refuseQuotes(line: number, reason: string): void {
    const message = `line ${line}: the quotes are not balanced (${reason}), so that the records from there on cannot be told apart: correct that line and send the file again`;
    this.refusal ??= fileViolation('source-error', message);
  }

  #requireShort(bytes: number): void {
    if (bytes <= MAX_RECORD_BYTES) return;
    const message = `line ${this.#toldLine()}: the record is longer than ${MAX_RECORD_BYTES} bytes; a quote is probably opened there and not closed: correct that line and send the file again`;
    this.refusal ??= fileViolation('source-error', message);
  }
}
