// Finds where each CSV record begins and ends in a stream of bytes, and on which physical line (RFC 4180 quoting).
// It knows neither columns nor values; it counts records independently of the engine that parses them, and hands
// out the raw bytes of the few records somebody asks for.

const LF = 10;
const CR = 13;
const TAB = 9;
const SPACE = 32;

export type RecordPlace = {
  /** 0 for the first record of the file (the header, where there is one). */
  readonly ordinal: number;
  /** Physical line of the record's first byte; the first line of the file is 1. */
  readonly line: number;
  /** Byte offset of the record's first byte. */
  readonly offset: number;
  /** The record without its line end; only where it was wanted. */
  readonly raw: Uint8Array;
};

export type ScannerOptions = {
  readonly delimiter: string;
  readonly quoteChar: string;
  /** A blank line is a record of one empty cell in a file of one column, and nothing in any other. */
  readonly blankLinesAreRecords: boolean;
  /** Called at every record's start; true asks for `emit` with its bytes. Without it no bytes are kept. */
  readonly wanted?: (ordinal: number, offset: number) => boolean;
  readonly emit?: (place: RecordPlace) => void;
};

type State = 'record-start' | 'field-start' | 'blank' | 'unquoted' | 'quoted' | 'quote-in-quoted';

export class RecordScanner {
  /** Records that ended so far. */
  records = 0;
  /**
   * The first line where blanks stand between a quote and its delimiter. RFC 4180 knows no such cell, and parsers differ in
   * whether the quote quotes: then neither the cells nor the count can be trusted.
   */
  ambiguousLine: number | undefined;
  #state: State = 'record-start';
  #line = 1;
  #offset = 0;
  #recordLine = 1;
  #recordOffset = 0;
  #wanted = false;
  #onlyCr = false;
  #pieces: Uint8Array[] = [];
  readonly #options: ScannerOptions;
  readonly #delimiter: number;
  readonly #quote: number;

  constructor(options: ScannerOptions) {
    this.#options = options;
    this.#delimiter = options.delimiter.charCodeAt(0);
    this.#quote = options.quoteChar.charCodeAt(0);
  }

  push(chunk: Uint8Array): void {
    let position = 0;
    let nextQuote = this.#find(chunk, this.#quote, 0);
    while (position < chunk.length) {
      if (this.#state === 'record-start') {
        // Most records hold no quote: they end at the next line feed, which is found at memory speed.
        const end = chunk.indexOf(LF, position);
        if (nextQuote < position) nextQuote = this.#find(chunk, this.#quote, position);
        if (end !== -1 && end < nextQuote) {
          this.#plainRecord(chunk, position, end);
          position = end + 1;
          continue;
        }
      }
      position = this.#step(chunk, position);
    }
    this.#offset += chunk.length;
  }

  /** Ends a last record that has no line end. */
  end(): void {
    if (this.#state === 'record-start') return;
    if (this.#onlyCr && !this.#options.blankLinesAreRecords) return;
    this.#finish(new Uint8Array(0), 0, 0);
  }

  #find(chunk: Uint8Array, byte: number, from: number): number {
    const found = chunk.indexOf(byte, from);
    return found === -1 ? chunk.length : found;
  }

  #plainRecord(chunk: Uint8Array, start: number, end: number): void {
    const blank = end === start || (end === start + 1 && chunk[start] === CR);
    if (!blank || this.#options.blankLinesAreRecords) {
      if (this.#options.wanted) {
        this.#begin(start);
        this.#finish(chunk, start, end);
      } else this.records += 1;
    }
    this.#line += 1;
  }

  #begin(position: number): void {
    this.#recordLine = this.#line;
    this.#recordOffset = this.#offset + position;
    this.#wanted = this.#options.wanted?.(this.records, this.#recordOffset) ?? false;
    this.#onlyCr = true;
    this.#pieces = [];
  }

  #finish(chunk: Uint8Array, start: number, end: number): void {
    if (this.#wanted) {
      const raw = Buffer.concat([...this.#pieces, chunk.subarray(start, end)]);
      const length = raw.at(-1) === CR ? raw.length - 1 : raw.length;
      this.#options.emit?.({
        ordinal: this.records,
        line: this.#recordLine,
        offset: this.#recordOffset,
        raw: raw.subarray(0, length),
      });
      this.#pieces = [];
    }
    this.records += 1;
    this.#state = 'record-start';
  }

  #next(state: State, byte: number): State {
    if (state === 'quoted') return byte === this.#quote ? 'quote-in-quoted' : 'quoted';
    if (byte === this.#delimiter) return 'field-start';
    const isBlank = byte === SPACE || byte === TAB;
    if (byte === this.#quote) {
      if (state === 'blank') this.ambiguousLine ??= this.#line;
      return state === 'unquoted' || state === 'blank' ? 'unquoted' : 'quoted';
    }
    if (state === 'quote-in-quoted' && isBlank) this.ambiguousLine ??= this.#line;
    return isBlank && (state === 'field-start' || state === 'blank') ? 'blank' : 'unquoted';
  }

  /** Byte by byte, to the end of this record or of the chunk; returns the next position. */
  #step(chunk: Uint8Array, start: number): number {
    let state = this.#state;
    if (state === 'record-start') {
      this.#begin(start);
      state = 'field-start';
    }
    for (let i = start; i < chunk.length; i++) {
      const byte = chunk[i] as number;
      if (byte === LF) {
        this.#line += 1;
        if (state !== 'quoted') {
          if (this.#onlyCr && !this.#options.blankLinesAreRecords) this.#state = 'record-start';
          else this.#finish(chunk, start, i);
          return i + 1;
        }
      }
      if (byte !== CR) this.#onlyCr = false;
      state = this.#next(state, byte);
    }
    if (this.#wanted) this.#pieces.push(chunk.slice(start));
    this.#state = state;
    return chunk.length;
  }
}
