// Which sheet of a workbook is read, and the same rows written in other ways.
import { describe, expect, test } from 'vitest';
import { type ReadWords, readParts } from '../support/read-workbook.ts';
import { useWorld } from '../support/use-world.ts';
import { row, styled, type WorkbookParts } from '../support/workbook.ts';

const world = useWorld();

const read = (workbook: WorkbookParts, words?: ReadWords) => readParts(world, workbook, words);

describe('which sheet', () => {
  const sheets = { First: row(1, 'a', 'b') + row(2, 1, 1), Zweites: row(1, 'a', 'b') + row(2, 2, 2) };
  const reading = async (dialect: object) => {
    const { rows, violation } = await read({ sheets }, { words: { dialect } });
    return violation ?? rows[0]?.[0];
  };

  test('by name, by number, or the first', async () => {
    expect(await reading({})).toBe('1');
    expect(await reading({ sheetNumber: 1 })).toBe('1');
    expect(await reading({ sheetNumber: 2 })).toBe('2');
    expect(await reading({ sheetName: 'Zweites' })).toBe('2');
  });

  test('one that is missing is refused with those that are there', async () => {
    const has = `it has "First", "Zweites". Correct the workbook, or the contract's dialect (sheetName, sheetNumber)`;
    expect(await reading({ sheetName: 'zweites' })).toBe(`the workbook has no sheet "zweites"; ${has}`);
    expect(await reading({ sheetNumber: 3 })).toBe(`the workbook has no sheet number 3; ${has}`);
  });

  test('a chart is none', async () => {
    const rels = `<Relationships><Relationship Id="rId1" Type="http://x/chartsheet" Target="chartsheets/s.xml"/></Relationships>`;
    const parts = { 'xl/_rels/workbook.xml.rels': rels, 'xl/chartsheets/s.xml': '<chartsheet/>' };
    expect((await read({ sheets: { First: '' }, parts })).violation).toMatch(
      /^"First" is not a worksheet \("chartsheet"\): name another/,
    );
  });
});

describe('the same rows written in another way:', () => {
  const expected = [['1', 'x']];
  const rows = row(1, 'a', 'b') + row(2, 1, 'x');
  const sheet = 'xl/worksheets/sheet1.xml';

  test('names with a prefix, in UTF-16', async () => {
    const prefixed = `<x:worksheet xmlns:x="m"><x:sheetData>${rows.replace(/<(\/?)/g, '<$1x:')}</x:sheetData></x:worksheet>`;
    const utf16 = Buffer.from(`\ufeff${prefixed}`, 'utf16le');
    expect((await read({ sheets: { S: '' }, parts: { [sheet]: prefixed } })).rows).toEqual(expected);
    expect((await read({ sheets: { S: '' }, parts: { [sheet]: utf16 } })).rows).toEqual(expected);
    expect((await read({ sheets: { S: '' }, parts: { [sheet]: Buffer.from(utf16).swap16() } })).rows).toEqual(
      expected,
    );
  });

  test('with comments, other elements of the same names, and a sheet in another folder', async () => {
    const around = `<worksheet xmlns="m"><!-- <sheetData><row><c><v>9</v></c></row> --><t>no</t><sheetData>${rows.replace('</row>', '</row><!-- <v>5</v> -->')}</sheetData><extLst><row><c><v>1</v></c></row></extLst></worksheet>`;
    expect((await read({ sheets: { S: '' }, parts: { [sheet]: around } })).rows).toEqual(expected);
    const rels = `<Relationships><Relationship Id="rId1" Type="http://purl.oclc.org/ooxml/officeDocument/relationships/worksheet" Target="/Other/Sheet.XML"/></Relationships>`;
    const parts = { 'xl/_rels/workbook.xml.rels': rels, 'other/sheet.xml': around };
    expect((await read({ sheets: { S: '' }, parts })).rows).toEqual(expected);
  });

  test('gives the same hash of its content, and another value another', async () => {
    const text = async (sheetRows: string, more: Partial<WorkbookParts> = {}) => {
      const { result } = await read({ sheets: { S: sheetRows }, ...more });
      return result.text;
    };
    const first = await text(rows);
    expect(first).toMatch(/\w{16}/);
    expect(await text(rows.replaceAll('2"', '7"'), { styles: styled(0) })).toBe(first);
    expect(await text(rows.replace('>1<', '>2<'))).not.toBe(first);
  });
});
