// Writes a sheet as plain CSV: a record for each row that has a value, as wide as the header or the values that go beyond it. It counts
// the rows twice, as they are read and in the text of the XML.
import { createWriteStream } from 'node:fs';
import { MAX_RECORD_BYTES } from '../csv/csv-reader.ts';
import { plainRecord } from '../csv/plain-record.ts';
import { pour } from '../pour.ts';
import type { SourceFile } from '../row-source.ts';
import { BrokenArchiveError, TooLargeError } from '../source-bytes.ts';
import { cellText } from './cell-text.ts';
import { RowNumbers } from './row-numbers.ts';
import type { SharedTexts } from './shared-texts.ts';
import { SheetCounter } from './sheet-count.ts';
import { type SheetRow, sheetRows } from './sheet-rows.ts';
import type { Workbook } from './workbook.ts';

const BATCH_CHARACTERS = 64 * 1024;
/** Of a row, so that it fits into a record when it is quoted and in UTF-8. */
const MAX_CHARACTERS = MAX_RECORD_BYTES / 4;

/**
 * The rows by the lines of the copy. Throws BrokenArchiveError, also where a row is too long or the two counts differ, and TooLargeError
 * beyond the file's limit.
 */
export async function writeSheet(
  file: SourceFile,
  workbook: Workbook,
  shared: SharedTexts | undefined,
  path: string,
): Promise<RowNumbers> {
  const { skipLines } = file.dataset.dialect;
  const most = file.limit?.bytes ?? Infinity;
  const counter = new SheetCounter(skipLines);
  const lines = new SheetLines(file);
  async function* text() {
    let [batch, written] = ['', 0];
    for await (const rows of sheetRows(workbook.sheet, (piece) => counter.push(piece)))
      for (const row of rows) {
        if (row.number <= skipLines) continue;
        batch += lines.push(row.number, textCells(workbook, shared, row));
        if (batch.length < BATCH_CHARACTERS) continue;
        written += Buffer.byteLength(batch);
        if (written > most) throw new TooLargeError(written);
        yield batch;
        batch = '';
      }
    yield batch + lines.end();
  }
  await pour(text(), createWriteStream(path));
  counter.end();
  requireSame(lines.rows, counter.rows);
  return lines.numbers;
}

/** Up to the last one that is not empty. */
function textCells(workbook: Workbook, shared: SharedTexts | undefined, row: SheetRow): string[] {
  const cells: string[] = [];
  let characters = 0;
  for (const cell of row.cells) {
    const text = cellText(workbook, shared, row.number, cell);
    if (text === '') continue;
    characters += text.length;
    if (characters > MAX_CHARACTERS)
      throw new BrokenArchiveError(
        `row ${row.number}: its texts have more than ${MAX_CHARACTERS.toLocaleString('en-US')} characters together: shorten or split them`,
      );
    while (cells.length < cell.column) cells.push('');
    cells.push(text);
  }
  return cells;
}

/** The records, all as wide as the header; without a header, as the first record, which may lack its last cells. */
class SheetLines {
  readonly numbers = new RowNumbers();
  rows = 0;
  #line = 1;
  #width: number | undefined;
  #header: { readonly row: number; readonly cells: string[] }[] = [];
  readonly #headerRows: number;
  readonly #widths: readonly number[];

  constructor({ dataset, fromPath }: SourceFile) {
    this.#headerRows = dataset.dialect.headerRecords;
    const given = dataset.fields.filter(({ name }) => !fromPath.has(name)).length;
    this.#widths = [given, dataset.fields.length];
  }

  /** Returns the lines that are ready. */
  push(row: number, cells: string[]): string {
    this.rows += 1;
    if (this.#width === undefined) {
      if (this.#headerRows === 0)
        this.#width = this.#widths.find((width) => width >= cells.length) ?? cells.length;
      else {
        this.#header.push({ row, cells });
        return this.#header.length < this.#headerRows ? '' : this.end();
      }
    }
    return this.#record(row, cells, this.#width);
  }

  /** The header, where it has not been given. */
  end(): string {
    const header = this.#header;
    this.#header = [];
    if (header.length === 0) return '';
    const width = Math.max(...header.map(({ cells }) => cells.length));
    this.#width = width;
    return header.map(({ row, cells }) => this.#record(row, cells, width)).join('');
  }

  #record(row: number, cells: string[], width: number): string {
    while (cells.length < width) cells.push('');
    const record = `${plainRecord(cells)}\n`;
    this.numbers.add(this.#line, row);
    this.#line += lineEnds(record);
    return record;
  }
}

/** CR, LF and CRLF each are one. */
function lineEnds(text: string): number {
  let ends = 0;
  for (let at = text.search(LINE_END); at >= 0 && at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 10 || (unit === 13 && text.charCodeAt(at + 1) !== 10)) ends += 1;
  }
  return ends;
}

const LINE_END = /[\r\n]/;

function requireSame(rows: number, counted: number): void {
  if (rows === counted) return;
  throw new BrokenArchiveError(
    `the sheet is written in a way that two readers understand differently (${rows} rows with values, and ${counted}): open the workbook in a spreadsheet program, save it, and send it again`,
  );
}
