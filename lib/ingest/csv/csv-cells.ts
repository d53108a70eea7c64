// Splits one CSV record in a buffer into cells and finds broken quotes. Quotes follow RFC 4180, everything else the dialect.
// It knows neither the file's lines nor other records; csv-reader.ts moves from record to record.
import type { Dialect } from '../../core/contract.ts';
import { type CellBounds, mayHaveLostDelimiter } from './stray-quote.ts';

const LF = 10;
const CR = 13;
const TAB = 9;
const SPACE = 32;

/** The state of the record that `split` was last called for. */
export class CsvCells {
  /** Line ends within quotes, or escaped. */
  linesWithin = 0;
  quoteProblem: string | undefined;
  /** A quote stands in the middle of a bare cell. As text it is what it says, unless other quotes are broken. */
  hasStrayQuote = false;
  readonly #dialect: Dialect;
  readonly #delimiter: number;
  readonly #quote: number;
  readonly #escape: number;
  #data: Buffer = Buffer.alloc(0);
  #isWhole = false;
  #start = 0;
  #end = 0;
  /** Counted once somebody has asked; -1 before. */
  #count = -1;
  /** Of a line without quotes and escapes, once somebody has asked for one. */
  #plainTexts: string[] | undefined;
  /** Of any other: start and end of each cell, and 1 where it holds quotes or escapes to be taken out. */
  readonly #bounds: number[] = [];
  /** Where the next quote and the next carriage return stand, for what has been looked at. */
  #nextQuote = -1;
  #nextCr = -1;

  constructor(dialect: Dialect) {
    const code = (character: string | undefined) => character?.charCodeAt(0) ?? -1;
    this.#dialect = dialect;
    this.#delimiter = code(dialect.delimiter);
    this.#quote = code(dialect.quoteChar);
    this.#escape = code(dialect.escapeChar);
  }

  /** `isWhole`: nothing comes after `data`. */
  use(data: Buffer, isWhole: boolean): void {
    this.#data = data;
    this.#isWhole = isWhole;
    this.#nextQuote = -1;
    this.#nextCr = -1;
  }

  /** The end of the record that starts at `start`: the position of its line end, or the data's length where there is none. */
  split(start: number): number {
    this.#start = start;
    this.#count = -1;
    if (this.#bounds.length > 0) this.#bounds.length = 0;
    this.#plainTexts = undefined;
    this.linesWithin = 0;
    this.quoteProblem = undefined;
    this.hasStrayQuote = false;
    this.#end = this.#plainEnd(start) ?? this.#splitCells(start);
    return this.#end;
  }

  /** The quotes within bare cells may as well quote one cell: see stray-quote.ts. */
  get hasAmbiguousQuotes(): boolean {
    return this.hasStrayQuote && mayHaveLostDelimiter(this.#data, this.#cellBounds(), this.#dialect);
  }

  *#cellBounds(): Iterable<CellBounds> {
    for (let i = 0; i < this.#bounds.length; i += 3) {
      const [start = 0, end = 0] = this.#bounds.slice(i, i + 2);
      yield { start, end, isQuoted: start > this.#start && this.#data[start - 1] === this.#quote };
    }
  }

  get count(): number {
    if (this.#count === -1)
      this.#count = this.#bounds.length > 0 ? this.#bounds.length / 3 : this.#countPlain();
    return this.#count;
  }

  text(index: number): string {
    if (this.#bounds.length === 0) {
      if (index === 0 && this.#plainTexts === undefined) return this.#firstPlain();
      this.#plainTexts ??= this.#splitPlain();
      return this.#plainTexts[index] ?? '';
    }
    const from = this.#bounds[3 * index] ?? 0;
    const text = this.#data.toString('utf8', from, this.#bounds[3 * index + 1] ?? 0);
    return this.#bounds[3 * index + 2] === 1 ? this.#meant(text) : text;
  }

  /** The position after the line end at `end`; undefined where more data must tell. */
  afterLineEnd(end: number): number | undefined {
    const byte = this.#data[end];
    if (byte === LF) return end + 1;
    if (byte === undefined) return this.#isWhole ? end : undefined;
    const next = this.#data[end + 1];
    if (next === undefined && !this.#isWhole) return undefined;
    return next === LF ? end + 2 : end + 1;
  }

  lineEnd(from: number): number {
    let i = from;
    let byte = this.#data[i];
    while (byte !== undefined && byte !== LF && byte !== CR) byte = this.#data[++i];
    return i;
  }

  /**
   * The end of a line without quotes and escapes: its cells are counted or split when somebody asks.
   * Undefined for any other line.
   */
  #plainEnd(start: number): number | undefined {
    if (this.#escape !== -1) return undefined;
    const lf = this.#find(LF, start);
    if (this.#nextQuote < start) this.#nextQuote = this.#find(this.#quote, start);
    if (this.#nextCr < start) this.#nextCr = this.#find(CR, start);
    if (lf === this.#data.length || this.#nextQuote < lf || this.#nextCr < lf - 1) return undefined;
    return Math.min(lf, this.#nextCr);
  }

  #countPlain(): number {
    const [data, end, delimiter] = [this.#data, this.#end, this.#delimiter];
    let count = 1;
    for (let i = this.#start; i < end; i++) if (data[i] === delimiter) count += 1;
    return count;
  }

  /** Many a record is judged by its first cell. */
  #firstPlain(): string {
    const end = Math.min(this.#end, this.#find(this.#delimiter, this.#start));
    const text = this.#data.toString('utf8', this.#start, end);
    return this.#dialect.skipInitialSpace ? text.replace(/^ +/, '') : text;
  }

  #splitPlain(): string[] {
    const texts = this.#data.toString('utf8', this.#start, this.#end).split(this.#dialect.delimiter);
    return this.#dialect.skipInitialSpace ? texts.map((text) => text.replace(/^ +/, '')) : texts;
  }

  #find(byte: number, from: number): number {
    const found = this.#data.indexOf(byte, from);
    return found === -1 ? this.#data.length : found;
  }

  #splitCells(start: number): number {
    let i = start;
    for (;;) {
      if (this.#dialect.skipInitialSpace) while (this.#data[i] === SPACE) i += 1;
      i = this.#data[i] === this.#quote ? this.#quotedCell(i + 1) : this.#bareCell(i);
      if (this.#data[i] !== this.#delimiter) break;
      i += 1;
    }
    return i;
  }

  #bareCell(start: number): number {
    const data = this.#data;
    const quote = this.#quote;
    const escapeChar = this.#escape;
    let hasQuote = false;
    let hasEscape = false;
    let i = start;
    for (let byte = data[i]; byte !== undefined && !this.#endsCell(byte); byte = data[++i]) {
      if (byte === quote && !hasQuote) {
        hasQuote = true;
        this.#quoteInBareCell(start, i);
      } else if (byte === escapeChar) {
        hasEscape = true;
        i = this.#escaped(i);
      }
    }
    const isNull = hasEscape && this.#data.toString('utf8', start, i) === this.#dialect.nullSequence;
    this.#bounds.push(start, i, hasEscape && !isNull ? 1 : 0);
    return i;
  }

  #endsCell(byte: number): boolean {
    return byte === this.#delimiter || byte === LF || byte === CR;
  }

  /** The first one of its cell: behind blanks it was meant to quote. */
  #quoteInBareCell(start: number, position: number): void {
    const isBlank = (byte: number) => byte === SPACE || byte === TAB;
    if (position === start || !this.#data.subarray(start, position).every(isBlank)) this.hasStrayQuote = true;
    else
      this.quoteProblem ??=
        'blanks stand between a delimiter and a quote: take them out, or say "skipInitialSpace": true in the dialect';
  }

  /** The position of the last byte that the escape character at `i` makes literal. */
  #escaped(i: number): number {
    const byte = this.#data[i + 1];
    if (byte === undefined) {
      this.quoteProblem ??= 'the file ends with an escape character';
      return i;
    }
    if (byte === LF || byte === CR) this.linesWithin += 1;
    return byte === CR && this.#data[i + 2] === LF ? i + 2 : i + 1;
  }

  /** `start` is after the opening quote. */
  #quotedCell(start: number): number {
    const data = this.#data;
    const quote = this.#quote;
    const escapeChar = this.#escape;
    const linesBefore = this.linesWithin;
    let special = 0;
    let i = start;
    for (; i < data.length; i++) {
      const byte = data[i];
      if (byte === quote) {
        if (!this.#dialect.doubleQuote || data[i + 1] !== quote) break;
        special = 1;
        i += 1;
      } else if (byte === escapeChar) {
        special = 1;
        i = this.#escaped(i);
      } else if (byte === LF || (byte === CR && data[i + 1] !== LF)) this.linesWithin += 1;
    }
    this.#bounds.push(start, i, special);
    return i >= data.length ? this.#openToTheEnd(start, linesBefore) : this.#afterQuote(i + 1);
  }

  /** What follows a closing quote and is neither delimiter nor line end breaks the record, to the end of its line. */
  #afterQuote(i: number): number {
    const byte = this.#data[i];
    if (byte === undefined || this.#endsCell(byte)) return i;
    const what = byte === SPACE || byte === TAB ? 'blanks follow' : 'text follows';
    this.quoteProblem ??= `${what} a closing quote (a quote within quotes is written twice)`;
    return this.lineEnd(i);
  }

  /** On the last line of the file an open quote can take nothing that is not its own. */
  #openToTheEnd(start: number, linesBefore: number): number {
    this.quoteProblem ??= 'a quote is opened and never closed';
    const end = this.lineEnd(start);
    const isLastLine = this.#isWhole && this.afterLineEnd(end) === this.#data.length;
    if (!isLastLine) return this.#data.length;
    this.linesWithin = linesBefore;
    return end;
  }

  /** A cell's text without what only quotes or escapes it. */
  #meant(text: string): string {
    const { quoteChar, escapeChar, doubleQuote } = this.#dialect;
    let out = '';
    for (let i = 0; i < text.length; i++) {
      const isEscape = text[i] === escapeChar;
      const isDoubled = doubleQuote && text[i] === quoteChar && text[i + 1] === quoteChar;
      if (isEscape || isDoubled) i += 1;
      out += text[i] ?? '';
    }
    return out;
  }
}
