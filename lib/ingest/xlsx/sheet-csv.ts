// Writes a sheet as plain CSV: a record for each row that has a value, as wide as the header or the values that go beyond it. It counts
// the rows twice, as they are read and in the text of the XML.
import { createWriteStream } from 'node:fs';
import type { Violation } from '../../core/violation.ts';
import { MAX_RECORD_BYTES } from '../csv/csv-reader.ts';
import { plainRecord } from '../csv/plain-record.ts';
import { pour } from '../pour.ts';
import { fileViolation, type SourceFile } from '../row-source.ts';
import { TooLargeError } from '../source-bytes.ts';
import { cellText } from './cell-text.ts';
import { RowNumbers } from './row-numbers.ts';
import type { SharedTexts } from './shared-texts.ts';
import { SheetCounter } from './sheet-count.ts';
import { type SheetRow, sheetRows } from './sheet-rows.ts';
import type { Workbook } from './workbook.ts';

const BATCH_CHARACTERS = 64 * 1024;

export type SheetCsv = {
  readonly numbers: RowNumbers;
};

/** A violation if a row is too long, or if the two counts differ. Throws BrokenArchiveError, and TooLargeError beyond the file's limit. */
export async function writeSheet(
  file: SourceFile,
  workbook: Workbook,
  shared: SharedTexts | undefined,
  path: string,
): Promise<SheetCsv | Violation> {
  const { skipLines } = file.dataset.dialect;
  const counter = new SheetCounter(skipLines);
  const lines = new SheetLines(file);
  let refusal: Violation | undefined;
  async function* text() {
    let [batch, written] = ['', 0];
    for await (const row of sheetRows(workbook.sheet, (piece) => counter.push(piece))) {
      if (row.number <= skipLines) continue;
      const cells = textCells(workbook, shared, row);
      if (!Array.isArray(cells)) {
        refusal = cells;
        return;
      }
      batch += lines.push(row.number, cells);
      if (batch.length < BATCH_CHARACTERS) continue;
      written += Buffer.byteLength(batch);
      if (file.limit && written > file.limit.bytes) throw new TooLargeError(written);
      yield batch;
      batch = '';
    }
    yield batch + lines.end();
  }
  await pour(text(), createWriteStream(path));
  if (refusal) return refusal;
  counter.end();
  return counter.rows === lines.rows ? { numbers: lines.numbers } : otherCount(lines.rows, counter.rows);
}

/** Up to the last one that is not empty. */
function textCells(workbook: Workbook, shared: SharedTexts | undefined, row: SheetRow): string[] | Violation {
  const cells: string[] = [];
  let characters = 0;
  for (const cell of row.cells) {
    const text = cellText(workbook, shared, row.number, cell);
    if (text === '') continue;
    characters += text.length;
    if (3 * characters > MAX_RECORD_BYTES)
      return fileViolation(
        'source-error',
        `row ${row.number}: its texts have more than ${Math.floor(MAX_RECORD_BYTES / 3)} characters together: shorten or split them`,
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

function otherCount(rows: number, counted: number): Violation {
  return fileViolation(
    'source-error',
    `the sheet is written in a way that two readers understand differently (${rows} rows with values, and ${counted}): open the workbook in a spreadsheet program, save it, and send it again`,
  );
}
