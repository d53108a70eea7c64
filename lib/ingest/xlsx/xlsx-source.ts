// A sheet of an Excel workbook as rows of texts: it is copied to a plain CSV file, and read as one is. Line numbers are the sheet's rows.
import { basename, join } from 'node:path';
import type { RefusedRow, Violation } from '../../core/violation.ts';
import { csvSource } from '../csv/csv-source.ts';
import type { Beginning } from '../packing.ts';
import { fileViolation, type RowSource, type SourceFile } from '../row-source.ts';
import { TooLargeError } from '../source-bytes.ts';
import { withZip, type ZipMember } from '../zip/zip-archive.ts';
import { partText } from './part-xml.ts';
import type { RowNumbers } from './row-numbers.ts';
import { readSharedTexts } from './shared-texts.ts';
import { SheetCounter } from './sheet-count.ts';
import { writeSheet } from './sheet-csv.ts';
import { readWorkbook, type Workbook } from './workbook.ts';

/** Excel's owner file: its name is the workbook's after ~$. */
const LOCK =
  'the file is what Excel keeps beside a workbook while somebody has it open, and no workbook: close the workbook there, and it goes; if it stays, delete it';

/** Throws BrokenArchiveError, and TooLargeError where its parts, or their copy, have more than the file's limit. */
export async function xlsxSource(file: SourceFile, beginning: Beginning): Promise<RowSource | Violation> {
  const other = otherFile(file, beginning);
  if (other !== undefined) return other;
  const path = join(file.scratch, 'sheet.csv');
  const numbers = await withZip(file.path, async (members) => {
    const workbook = await readWorkbook(members, file.dataset.sheet);
    requireRoom(file, workbook);
    const { sharedTexts } = workbook;
    const shared = sharedTexts && (await readSharedTexts(sharedTexts, file.scratch));
    try {
      return await writeSheet(file, workbook, shared, path);
    } finally {
      shared?.close();
    }
  });
  // Nothing that the first cell says is a line for Excel.
  const head = Buffer.alloc(0);
  const dialect = { ...file.dataset.dialect, skipLines: 0 };
  const copy = {
    ...file,
    path,
    dataset: { ...file.dataset, dialect },
    beginning: { head, packing: 'none' as const },
  };
  const source = await csvSource(copy);
  return 'rule' in source ? source : sheetSource(source, numbers);
}

/** Counts the rows without reading cells. Throws BrokenArchiveError. */
export async function countXlsxRecords(file: SourceFile, beginning: Beginning): Promise<number | Violation> {
  const other = otherFile(file, beginning);
  if (other !== undefined) return other;
  const { headerRecords, skipLines } = file.dataset.dialect;
  return withZip(file.path, async (members) => {
    const { sheet } = await readWorkbook(members, file.dataset.sheet);
    const counter = new SheetCounter(skipLines);
    for await (const piece of partText(sheet)) counter.push(piece);
    counter.end();
    return Math.max(0, counter.rows - headerRecords);
  });
}

function sheetSource(source: RowSource, numbers: RowNumbers): RowSource {
  const { headerText: _, rewritten, ...rest } = source;
  const other =
    rewritten &&
    (async () => {
      const again = await rewritten();
      return 'rule' in again ? again : sheetSource(again, numbers);
    });
  return {
    ...rest,
    refusedRows: (flagged) => inSheet(source.refusedRows(flagged), numbers),
    ...(other ? { rewritten: other } : {}),
  };
}

async function* inSheet(rows: AsyncIterable<RefusedRow>, numbers: RowNumbers): AsyncIterable<RefusedRow> {
  for await (const row of rows) yield { ...row, line: row.line === null ? null : numbers.rowAt(row.line) };
}

function otherFile({ key, path }: SourceFile, { packing, foreign, head }: Beginning): Violation | undefined {
  if (packing === 'zip') return undefined;
  if (head.length === 0)
    return fileViolation('source-error', 'the file is empty: send it again, or delete it');
  if (basename(key ?? path).startsWith('~$')) return fileViolation('source-error', LOCK);
  const what = foreign?.replace(/save its sheet as CSV$/, 'save it as .xlsx, without a password');
  const other = packing === 'none' ? 'text' : `a ${packing} archive`;
  const next =
    packing === 'none'
      ? 'save it as .xlsx, or write the format that it has in the contract ("format": "csv")'
      : 'a workbook is packed already: send it as it is';
  return fileViolation(
    'source-error',
    `the file is ${what ?? `${other}, not an Excel workbook (.xlsx): ${next}`}`,
  );
}

function requireRoom({ limit }: SourceFile, { sheet, sharedTexts }: Workbook): void {
  const parts: readonly (ZipMember | undefined)[] = [sheet, sharedTexts];
  const bytes = parts.reduce((sum, part) => sum + (part?.bytes ?? 0), 0);
  if (limit && bytes > limit.bytes) throw new TooLargeError(bytes);
}
