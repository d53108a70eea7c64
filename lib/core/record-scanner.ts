// Counts the records in a stream of bytes, independently of the parser of cells, and decides whether the file is plain:
// RFC 4180 with one kind of line end, so that DuckDB's CSV reader finds exactly these records. Also collects record
// offsets. It knows neither column names nor values.
import type { Dialect } from './contract.ts';
import { RecordOffsets } from './record-offsets.ts';
import type { Border, ScanStart, ScanState } from './scan-state.ts';

const NUL = 0;
const LF = 10;
const CR = 13;
const SPACE = 32;

/** DuckDB refuses longer records. */
const MAX_PLAIN_BYTES = 16 * 1024 * 1024;

/** In these states a line end is part of a cell. */
const WITHIN: ReadonlySet<ScanState> = new Set(['quoted', 'escape', 'escape-in-quoted']);

export class RecordScanner {
  /** False from the first byte that parsers interpret differently. */
  isPlain = true;
  readonly offsets = new RecordOffsets();
  readonly #dialect: Dialect;
  readonly #columns: number;
  readonly #delimiter: number;
  readonly #quote: number;
  readonly #escape: number;
  readonly #comment: number;
  /** Lines without a quote are not scanned byte by byte, once those to skip are over. */
  readonly #hasPlainLines: boolean;
  #ended = 0;
  #state: ScanState = 'record-start';
  #cells = 1;
  #linesToSkip: number;
  #isAfterCr = false;
  #lineEnd: 'LF' | 'CRLF' | undefined;
  /** Bytes of the record in previous chunks. */
  #carriedBytes = 0;
  /** Bytes of the text in previous chunks. */
  #offset = 0;
  /** Physical lines so far: CR, LF and CRLF each end one. */
  #lines = 0;
  #lastByte = -1;
  #border: Border | undefined;

  constructor(dialect: Dialect, columns: number, from?: ScanStart) {
    const code = (character: string | undefined) => character?.charCodeAt(0) ?? -1;
    this.#dialect = dialect;
    this.#columns = columns;
    this.#delimiter = code(dialect.delimiter);
    this.#quote = code(dialect.quoteChar);
    this.#escape = code(dialect.escapeChar);
    this.#comment = code(dialect.commentChar);
    this.#linesToSkip = from === undefined ? dialect.skipLines : 0;
    this.#hasPlainLines = this.#escape === -1 && this.#comment === -1;
    if (from !== undefined) {
      this.#state = from.state;
      this.#lastByte = from.lastByte;
      this.#isAfterCr = from.state === 'record-start' && from.lastByte === CR;
      this.#ended = dialect.headerRecords;
    }
    if (this.#state === 'record-start' && !this.#isAfterCr) this.#noteBorder(0);
  }

  get state(): ScanState {
    return this.#state;
  }

  /** Physical lines so far that have ended. */
  get lines(): number {
    return this.#lines;
  }

  /** The first one behind the header; undefined if there was none so far. */
  get border(): Border | undefined {
    return this.#border;
  }

  /** Records so far, without the header. */
  get records(): number {
    return Math.max(0, this.#ended - this.#dialect.headerRecords);
  }

  push(chunk: Uint8Array): void {
    // DuckDB treats a cell of NULs as empty when it checks the number of cells.
    if (this.isPlain && chunk.includes(NUL)) this.isPlain = false;
    let nextQuote = find(chunk, this.#quote, 0);
    let nextCr = find(chunk, CR, 0);
    let position = 0;
    if (this.#state === 'quoted' && this.#escape === -1) {
      this.#passQuoted(chunk, nextQuote);
      position = nextQuote;
    }
    while (position < chunk.length) {
      const isPlainLine = this.#hasPlainLines && this.#linesToSkip === 0 && !this.#isAfterCr;
      if (isPlainLine && this.#state === 'record-start') {
        if (chunk[position] === LF && this.#passesBlankLines) {
          position = this.#passBlankLines(chunk, position);
          continue;
        }
        // Most records contain no quote: they end at the next line feed, which is found at memory speed.
        const lf = find(chunk, LF, position);
        if (nextQuote < position) nextQuote = find(chunk, this.#quote, position);
        if (nextCr < position) nextCr = find(chunk, CR, position);
        if (lf < chunk.length && lf < nextQuote && nextCr >= lf - 1) {
          this.#plainRecord(chunk, position, Math.min(lf, nextCr));
          this.#sawLineEnd(nextCr < lf ? 'CRLF' : 'LF');
          position = lf + 1;
          this.#lines += 1;
          this.#atLineStart(position);
          continue;
        }
      }
      position = this.#step(chunk, position);
    }
    this.#offset += chunk.length;
    this.#lastByte = chunk.at(-1) ?? this.#lastByte;
  }

  /** Ends the last record if it has no line end. */
  end(): void {
    if (this.#isAfterCr) this.isPlain = false;
    if (this.#state === 'quoted') this.isPlain = false;
    if (this.#state !== 'record-start') this.#endLine();
  }

  /** Blank lines are skipped, many at a time. */
  get #passesBlankLines(): boolean {
    return this.#columns !== 1 && this.#ended >= this.#dialect.headerRecords;
  }

  #passBlankLines(chunk: Uint8Array, start: number): number {
    let end = start;
    while (chunk[end] === LF) end += 1;
    this.#sawLineEnd('LF');
    this.#lines += end - start;
    return end;
  }

  /** The chunk begins within a cell: nothing counts but the quote that may end it, and the lines until there. */
  #passQuoted(chunk: Uint8Array, quote: number): void {
    for (let at = find(chunk, LF, 0); at < quote; at = find(chunk, LF, at + 1))
      if ((at > 0 ? chunk[at - 1] : this.#lastByte) !== CR) this.#lines += 1;
    for (let at = find(chunk, CR, 0); at < quote; at = find(chunk, CR, at + 1)) this.#lines += 1;
    this.#carriedBytes += quote;
  }

  /** Not within a record. */
  #atLineStart(position: number): void {
    if (this.#ended === this.offsets.due) this.offsets.add(this.#offset + position, this.#lines + 1);
    this.#noteBorder(position);
  }

  #noteBorder(position: number): void {
    if (this.#border !== undefined || this.#linesToSkip > 0 || this.#ended < this.#dialect.headerRecords)
      return;
    this.#border = { position: this.#offset + position, lines: this.#lines };
  }

  #plainRecord(chunk: Uint8Array, start: number, end: number): void {
    if (end === start) this.#blankLine();
    else {
      this.#ended += 1;
      if (chunk[end - 1] === this.#delimiter) this.#requireNoExtraCell(chunk.subarray(start, end));
    }
  }

  /** DuckDB drops surplus empty cells at the end of a record. */
  #requireNoExtraCell(record: Uint8Array): void {
    let cells = 1;
    for (const byte of record) if (byte === this.#delimiter) cells += 1;
    if (cells > this.#columns) this.isPlain = false;
  }

  /** In a file of one column, an empty line is a record of one empty cell; otherwise, and before the header, it is skipped. */
  #blankLine(): void {
    if (this.#ended < this.#dialect.headerRecords) this.isPlain = false;
    else if (this.#columns === 1) this.#ended += 1;
  }

  #sawLineEnd(kind: 'LF' | 'CRLF' | 'CR'): void {
    if (kind === 'CR' || (this.#lineEnd ?? kind) !== kind) this.isPlain = false;
    else this.#lineEnd = kind;
  }

  /** Byte by byte, to the end of this line or of the chunk; returns the next position. */
  #step(chunk: Uint8Array, start: number): number {
    const [delimiter, quote, escapeChar] = [this.#delimiter, this.#quote, this.#escape];
    let state = this.#state;
    for (let i = start; i < chunk.length; i++) {
      const byte = chunk[i] as number;
      const isText =
        byte !== delimiter && byte !== quote && byte !== escapeChar && byte !== LF && byte !== CR;
      if (isText && (state === 'bare' || state === 'quoted')) continue;
      if (this.#isAfterCr) {
        this.#isAfterCr = false;
        this.#sawLineEnd(byte === LF ? 'CRLF' : 'CR');
        this.#atLineStart(byte === LF ? i + 1 : i);
        if (byte === LF) continue;
      }
      const isLineEnd = byte === LF || byte === CR;
      if (isLineEnd && !WITHIN.has(state) && !(state === 'escaped-cr' && byte === LF)) {
        this.#state = state;
        this.#requireShort(i - start);
        this.#endLine();
        this.#lines += 1;
        if (byte === CR) this.#isAfterCr = true;
        else {
          this.#sawLineEnd('LF');
          this.#atLineStart(i + 1);
        }
        return i + 1;
      }
      if (isLineEnd && (byte === CR || (i > 0 ? chunk[i - 1] : this.#lastByte) !== CR)) this.#lines += 1;
      state = this.#next(state, byte);
    }
    this.#state = state;
    this.#requireShort(chunk.length - start);
    this.#carriedBytes += chunk.length - start;
    return chunk.length;
  }

  #requireShort(bytes: number): void {
    if (this.#carriedBytes + bytes > MAX_PLAIN_BYTES) this.isPlain = false;
  }

  #endLine(): void {
    const isSkipped = this.#linesToSkip > 0;
    if (isSkipped) this.#linesToSkip -= 1;
    else if (this.#state === 'record-start') this.#blankLine();
    else if (this.#state !== 'no-record') {
      this.#ended += 1;
      const mayBeEmpty = this.#state === 'field-start' || this.#state === 'quote-in-quoted';
      if (mayBeEmpty && this.#cells > this.#columns) this.isPlain = false;
    }
    this.#state = 'record-start';
    this.#cells = 1;
    this.#carriedBytes = 0;
  }

  #next(state: ScanState, byte: number): ScanState {
    switch (state) {
      case 'quoted':
        if (byte === this.#quote) return 'quote-in-quoted';
        return byte === this.#escape ? 'escape-in-quoted' : 'quoted';
      case 'record-start':
        if (this.#linesToSkip > 0 || byte === this.#comment) return 'no-record';
        return this.#cellStart(byte);
      case 'field-start':
        return this.#cellStart(byte);
      case 'bare':
        return this.#inBare(byte);
      case 'escape':
        return byte === CR ? 'escaped-cr' : 'bare';
      case 'escaped-cr':
        return byte === LF ? 'bare' : this.#inBare(byte);
      case 'escape-in-quoted':
        return 'quoted';
      case 'quote-in-quoted':
        return this.#afterQuote(byte);
      default:
        return state;
    }
  }

  #cellStart(byte: number): ScanState {
    if (byte === this.#quote) return 'quoted';
    if (byte === SPACE && this.#dialect.skipInitialSpace) return 'field-start';
    return this.#inBare(byte);
  }

  #inBare(byte: number): ScanState {
    if (byte === this.#delimiter) return this.#nextCell();
    if (byte === this.#escape) return 'escape';
    if (byte === this.#quote) this.isPlain = false;
    return 'bare';
  }

  #afterQuote(byte: number): ScanState {
    if (byte === this.#quote && this.#dialect.doubleQuote) return 'quoted';
    if (byte === this.#delimiter) return this.#nextCell();
    this.isPlain = false;
    return 'broken';
  }

  #nextCell(): ScanState {
    this.#cells += 1;
    return 'field-start';
  }
}

function find(chunk: Uint8Array, byte: number, from: number): number {
  const found = chunk.indexOf(byte, from);
  return found === -1 ? chunk.length : found;
}
