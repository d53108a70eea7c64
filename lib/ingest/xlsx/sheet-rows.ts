// The rows of a sheet that have a value, one after the other, as the XML has their cells. What a value means is for cell-text.ts.
// ECMA-376 Part 1, sections 18.3.1.73 (row) and 18.3.1.4 (c).
import { shown } from '../../core/violation.ts';
import type { BrokenArchiveError } from '../source-bytes.ts';
import type { ZipMember } from '../zip/zip-archive.ts';
import { type Attributes, brokenPart, MAX_TEXT, parsedXml } from './part-xml.ts';
import { isTextOf } from './shared-texts.ts';

const MAX_ROWS = 1_048_576;
const MAX_COLUMNS = 16_384;

/** `column` counts from 0. `type`: the attribute `t`, "n" if there is none. `value` is never ''. */
export type SheetCell = {
  readonly column: number;
  readonly type: string;
  readonly style: number;
  readonly value: string;
};

/** `number` counts from 1, as spreadsheets show it. */
export type SheetRow = { readonly number: number; readonly cells: readonly SheetCell[] };

/** As many as a piece of the file brings, in the sheet's order. `seen` gets each piece's text. Throws BrokenArchiveError. */
export async function* sheetRows(
  part: ZipMember,
  seen: (piece: string) => void,
): AsyncIterable<readonly SheetRow[]> {
  const reader = new RowReader(part);
  for await (const piece of parsedXml(part, reader)) {
    seen(piece);
    yield reader.take();
  }
}

/** Depths of elements below worksheet/sheetData. */
const [ROW, CELL, VALUE] = [3, 4, 5];
const LETTER_BEFORE_A = 64;

class RowReader {
  readonly #part: ZipMember;
  #rows: SheetRow[] = [];
  #row = 0;
  #rowText = '';
  #column = -1;
  #cells: SheetCell[] = [];
  #type = 'n';
  #style = 0;
  #value = '';
  #hasFormula = false;

  constructor(part: ZipMember) {
    this.#part = part;
  }

  take(): SheetRow[] {
    const rows = this.#rows;
    if (rows.length > 0) this.#rows = [];
    return rows;
  }

  open(path: readonly string[], attributes: Attributes): void {
    if (path[1] !== 'sheetData') return;
    const name = path[path.length - 1];
    if (path.length === ROW && name === 'row') this.#openRow(attributes);
    else if (path.length === CELL && name === 'c') this.#openCell(attributes);
    else if (path.length === VALUE && name === 'f') this.#hasFormula = true;
  }

  text(path: readonly string[], piece: string): void {
    if (path.length < VALUE || path[1] !== 'sheetData' || path[3] !== 'c') return;
    const isValue = path[4] === 'v' ? path.length === VALUE : path[4] === 'is' && isTextOf(path, VALUE);
    if (!isValue) return;
    this.#value += piece;
    if (this.#value.length > MAX_TEXT)
      throw this.#broken(`cell ${this.#reference()} has more than ${MAX_TEXT} characters`);
  }

  close(path: readonly string[]): void {
    if (path.length > CELL || path[1] !== 'sheetData') return;
    if (path.length === CELL && path[3] === 'c') this.#closeCell();
    else if (path.length === ROW && path[2] === 'row' && this.#cells.length > 0) {
      this.#rows.push({ number: this.#row, cells: this.#cells });
      this.#cells = [];
    }
  }

  #openRow({ r }: Attributes): void {
    const number = r === undefined ? this.#row + 1 : Number(r);
    if (!Number.isInteger(number) || number > MAX_ROWS)
      throw this.#broken(
        `it has a row ${shown(r ?? String(number))}, and rows are numbered from 1 to ${MAX_ROWS}`,
      );
    if (number <= this.#row) throw this.#broken(`row ${number} comes after row ${this.#row}`);
    this.#row = number;
    this.#rowText = String(number);
    this.#column = -1;
  }

  #openCell({ r, t, s }: Attributes): void {
    const column = r === undefined ? this.#column + 1 : this.#columnOf(r);
    if (column >= MAX_COLUMNS) throw this.#broken(`row ${this.#row} has more than ${MAX_COLUMNS} cells`);
    if (column <= this.#column) throw this.#broken(`the cells of row ${this.#row} are not in their order`);
    this.#column = column;
    this.#type = t ?? 'n';
    this.#style = s === undefined ? 0 : Number(s);
    this.#value = '';
    this.#hasFormula = false;
  }

  #closeCell(): void {
    if (this.#value !== '') {
      const cell = { column: this.#column, type: this.#type, style: this.#style, value: this.#value };
      this.#cells.push(cell);
    } else if (this.#hasFormula && this.#type !== 'str')
      throw this.#broken(
        `the formula in cell ${this.#reference()} has no stored value, as the program that wrote the workbook did not calculate it`,
      );
  }

  #columnOf(reference: string): number {
    let [column, letters] = [0, 0];
    for (; letters < 3; letters++) {
      const letter = reference.charCodeAt(letters) - LETTER_BEFORE_A;
      if (!(letter >= 1 && letter <= 26)) break;
      column = column * 26 + letter;
    }
    if (letters === 0 || reference.slice(letters) !== this.#rowText)
      throw this.#broken(`row ${this.#row} has a cell ${shown(reference)}`);
    return column - 1;
  }

  #reference(): string {
    return cellReference(this.#row, this.#column);
  }

  #broken(problem: string): BrokenArchiveError {
    return brokenPart(this.#part, problem);
  }
}

/** `B2` for row 2, column 1. */
export function cellReference(row: number, column: number): string {
  let letters = '';
  for (let rest = column + 1; rest > 0; rest = Math.floor((rest - 1) / 26))
    letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters;
  return `${letters}${row}`;
}
