// Files that a contract takes for workbooks, and that are something else: one clear rejection each.
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type ReadWords, readWorkbook, workbookRefusal } from '../support/read-workbook.ts';
import { useWorld } from '../support/use-world.ts';
import { row, type WorkbookParts, workbookBytes } from '../support/workbook.ts';
import { zipBytes } from '../support/zip-writer.ts';

const world = useWorld();
const refusal = (bytes: Buffer, words?: ReadWords) => workbookRefusal(world, bytes, words);
const good = row(1, 'a', 'b') + row(2, 1, 2);
const ofSheet = (rows: string, more: Partial<WorkbookParts> = {}) =>
  workbookBytes({ sheets: { S: rows }, ...more });
const zipOf = (...names: string[]) => zipBytes(names.map((name) => ({ name, bytes: Buffer.from('<x/>') })));

describe('a file of another kind', () => {
  test.each<[string, Buffer, RegExp]>([
    [
      'CSV',
      Buffer.from('a,b\n1,2\n'),
      /^the file is text, not an Excel workbook \(\.xlsx\): save it as \.xlsx, or write the format that it has in the contract \("format": "csv"\)$/,
    ],
    ['an empty file', Buffer.alloc(0), /^the file is empty: send it again, or delete it$/],
    [
      'an old workbook, or one with a password',
      Buffer.from('d0cf11e0a1b11ae1', 'hex'),
      /^the file is an old Excel workbook \(\.xls\), or an Office file with a password: save it as \.xlsx, without a password$/,
    ],
    [
      'a packed workbook',
      gzipSync(ofSheet(good)),
      /^the file is a gzip archive, not an Excel workbook \(\.xlsx\): a workbook is packed already: send it as it is$/,
    ],
    [
      'a zip archive of other files',
      zipOf('a.csv'),
      /^the file is a zip archive, not an Excel workbook \(\.xlsx\): save it as one, and send it again$/,
    ],
    [
      'a binary workbook',
      zipOf('[Content_Types].xml', 'xl/workbook.bin'),
      /^the file is a binary Excel workbook \(\.xlsb\), not an Excel workbook/,
    ],
    [
      'an OpenDocument file',
      zipOf('mimetype', 'content.xml'),
      /^the file is an OpenDocument file, not an Excel workbook/,
    ],
    [
      'a text document',
      ofSheet('', { parts: { 'xl/workbook.xml': '<document xmlns="w"/>' } }),
      /^the workbook is broken: it does not say which of its parts is the main one/,
    ],
    [
      'without relationships',
      ofSheet(good, { parts: { '_rels/.rels': null } }),
      /^the workbook is broken: it does not say/,
    ],
    ['a Parquet file', Buffer.from('PAR1\x15xxxx'), /^the file is a Parquet file/],
  ])('%s', async (_, bytes, message) => {
    const found = await readWorkbook(world, bytes);
    expect(found.result).toMatchObject({
      outcome: 'rejected',
      violation: { rule: 'source-error', message: expect.stringMatching(message) },
    });
    // The count that certify repeats says the same.
    expect(found.counted).toMatch(message);
  });

  test('the lock of an open workbook', async () => {
    const lock = Buffer.concat([Buffer.from('\x03Ann'), Buffer.alloc(161, ' ')]);
    expect(await refusal(lock, { key: 'books/~$may.xlsx' })).toBe(
      'the file is what Excel keeps beside a workbook while somebody has it open, and no workbook: close the workbook there, and it goes; if it stays, delete it',
    );
    expect(await refusal(lock, { key: 'books~$/may.xlsx' })).toMatch(/^the file is text/);
  });
});
