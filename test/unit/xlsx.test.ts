// A sheet of a workbook as rows: every kind of cell, which rows are records, which sheet is read, and the row that a refusal names.
import { describe, expect, test } from 'vitest';
import { type ReadWords, readParts } from '../support/read-workbook.ts';
import { useWorld } from '../support/use-world.ts';
import { row, styled, type WorkbookParts } from '../support/workbook.ts';

const world = useWorld();

const read = (workbook: WorkbookParts, words?: ReadWords) => readParts(world, workbook, words);

/** The one cell of a row below the header. */
async function cellOf(
  cell: string,
  more: Omit<WorkbookParts, 'sheets'> = {},
): Promise<string | null | undefined> {
  const sheet = `${row(1, 'a', 'b')}<row r="2"><c r="A2" t="inlineStr"><is><t>x</t></is></c>${cell}</row>`;
  const { rows } = await read({ sheets: { One: sheet }, ...more });
  return rows[0]?.[1];
}

describe('a cell is', () => {
  test.each([
    ['a number as the XML has it', '<c r="B2"><v>0.1</v></c>', '0.1'],
    ['a number with a zero at its end', '<c r="B2"><v>1.10</v></c>', '1.10'],
    ['a number with an exponent', '<c r="B2"><v>1E21</v></c>', '1E21'],
    [
      'more digits than a double has',
      '<c r="B2" t="n"><v>12345678901234567890</v></c>',
      '12345678901234567890',
    ],
    ['the noise of a sum', '<c r="B2"><v>0.30000000000000004</v></c>', '0.30000000000000004'],
    ['a decimal that Excel writes with 17 digits', '<c r="B2"><v>19.989999999999998</v></c>', '19.99'],
    ['true', '<c r="B2" t="b"><v>1</v></c>', 'true'],
    ['false', '<c r="B2" t="b"><v>0</v></c>', 'false'],
    ['an error', '<c r="B2" t="e"><v>#N/A</v></c>', '#N/A'],
    ['a date in ISO 8601', '<c r="B2" t="d"><v>2024-01-03T10:00:00</v></c>', '2024-01-03T10:00:00'],
    ['the stored value of a formula', '<c r="B2"><f>A2&gt;1</f><v>7</v></c>', '7'],
    ['the stored text of a formula', '<c r="B2" t="str"><f>"x"&amp;A2</f><v>x &lt;1&gt;</v></c>', 'x <1>'],
    ['nothing where a formula gives an empty text', '<c r="B2" t="str"><f>""</f><v></v></c>', null],
    ['nothing where it has a format alone', '<c r="B2" s="0"/>', null],
    ['an inline text', '<c r="B2" t="inlineStr"><is><t xml:space="preserve"> a </t></is></c>', ' a '],
    [
      'the text of all runs',
      '<c r="B2" t="inlineStr"><is><r><rPr><b/></rPr><t>a</t></r><r><t>b</t></r></is></c>',
      'ab',
    ],
    [
      'a text without its reading aloud',
      '<c r="B2" t="inlineStr"><is><t>課</t><rPh sb="0" eb="1"><t>カ</t></rPh></is></c>',
      '課',
    ],
    ['a text with a line end', '<c r="B2" t="inlineStr"><is><t>a\r\nb</t></is></c>', 'a\nb'],
    ['a carriage return that XML would change', '<c r="B2" t="str"><v>a_x000D_\nb</v></c>', 'a\r\nb'],
    ['an escaped escape', '<c r="B2" t="str"><v>_x005F_x000D_</v></c>', '_x000D_'],
    ['half a character as it is written', '<c r="B2" t="str"><v>_xD83D_</v></c>', '_xD83D_'],
    ['CDATA', '<c r="B2" t="str"><v><![CDATA[a<b]]></v></c>', 'a<b'],
    ['in the next column where it says none', '<c><v>5</v></c>', '5'],
  ])('%s', async (_, cell, expected) => {
    expect(await cellOf(cell)).toBe(expected);
  });

  test('a text that many share', async () => {
    const shared =
      '<si><t>zero</t></si><si><r><t>o</t></r><r><t xml:space="preserve">ne </t></r></si><si><t/></si>';
    expect(await cellOf('<c r="B2" t="s"><v>0</v></c>', { shared })).toBe('zero');
    expect(await cellOf('<c r="B2" t="s"><v>1</v></c>', { shared })).toBe('one ');
    expect(await cellOf('<c r="B2" t="s"><v>2</v></c>', { shared })).toBe(null);
  });

  test('a date, a time or both by its number format', async () => {
    const styles = styled(0, 14, 22, 21, 'yyyy\\-mm\\-dd;@', '[h]:mm:ss', '#,##0.00\\ "days"');
    const found = await Promise.all(
      [0, 1, 2, 3, 4, 5, 6].map((style) => cellOf(`<c r="B2" s="${style}"><v>45294.5</v></c>`, { styles })),
    );
    const noon = '2024-01-03T12:00:00';
    expect(found).toEqual(['45294.5', noon, noon, noon, noon, '45294.5', '45294.5']);
    expect(await cellOf('<c r="B2" s="1"><v>45294</v></c>', { styles })).toBe('2024-01-03');
    expect(await cellOf('<c r="B2" s="2"><v>45294</v></c>', { styles })).toBe('2024-01-03T00:00:00');
    expect(await cellOf('<c r="B2" s="3"><v>0.4375</v></c>', { styles })).toBe('10:30:00');
    const mac = { styles, properties: 'date1904="1"' };
    expect(await cellOf('<c r="B2" s="1"><v>43832</v></c>', mac)).toBe('2024-01-03');
  });
});

describe('typed fields', () => {
  const fields = [
    { name: 'a', type: 'integer' },
    { name: 'b', type: 'number', precision: 38, scale: 20 },
    { name: 'c', type: 'date' },
    { name: 'd', type: 'datetime' },
    { name: 'e', type: 'boolean' },
  ];
  const header = row(1, 'a', 'b', 'c', 'd', 'e');

  test('take what is exact', async () => {
    const cells =
      '<c><v>1</v></c><c><v>3.0000000000000004E-2</v></c><c s="1"><v>45294</v></c><c s="2"><v>45294.4166666667</v></c><c t="b"><v>1</v></c>';
    const styles = styled(0, 14, 22);
    const { rows, refused } = await read(
      { sheets: { S: `${header}<row>${cells}</row>` }, styles },
      { fields },
    );
    expect(refused).toEqual([]);
    expect(rows).toEqual([['1', '0.03000000000000000400', '2024-01-03', '2024-01-03 10:00:00+00', 'true']]);
  });

  test('refuse what is not, by name', async () => {
    const cells =
      '<c><v>1.5</v></c><c t="e"><v>#DIV/0!</v></c><c><v>45294</v></c><c s="1"><v>60</v></c><c><v>2</v></c>';
    const { refused } = await read(
      { sheets: { S: `${header}<row>${cells}</row>${row(3, 1)}` }, styles: styled(0, 14) },
      { fields },
    );
    expect(refused[0]?.line).toBe(2);
    expect(refused[0]?.messages).toEqual([
      'a: "1.5" is not an integer (whole, within 64 bits)',
      expect.stringContaining('b: "#DIV/0!" is not a number'),
      'c: "45294" is not a date (YYYY-MM-DD, a day that exists)',
      expect.stringContaining('d: "1900-02-29" is not a date and time'),
      'e: "2" is not a boolean (one of "true", "True", "TRUE", "1", "false", "False", "FALSE", "0")',
    ]);
  });
});

describe('rows', () => {
  const integer = [{ name: 'a', type: 'integer' }, 'b'];

  test('a refused one is named by its row in the sheet, whatever stands above it', async () => {
    const sheet = [
      row(3, 'a', 'b'),
      row(5, 1, 'x\ny\r\nz'),
      row(9, 'no', 'w'),
      row(10, 2),
      '<row r="11"/>',
      row(20, 'nor', 'x\ry'),
    ];
    const { rows, refused, counted, result } = await read(
      { sheets: { S: sheet.join('') } },
      { fields: integer },
    );
    expect(rows).toEqual([
      ['1', 'x\ny\r\nz'],
      ['2', null],
    ]);
    expect(refused).toMatchObject([
      { line: 9, raw: 'no,w' },
      { line: 20, raw: 'nor,"x\ry"' },
    ]);
    expect(result).toMatchObject({ rows: 4, acceptedRows: 2 });
    expect(counted).toBe(4);
  });

  test('without a value they are none', async () => {
    const sheet = `${row(1, 'a', 'b')}<row r="2"><c r="A2" s="0"/></row><row r="3"><c r="A3" t="str"><f>""</f><v></v></c></row>${row(4, 7)}`;
    const { rows, counted } = await read({ sheets: { S: sheet } });
    expect(rows).toEqual([['7', null]]);
    expect(counted).toBe(1);
  });

  test('wider than the header are refused, and shorter ones are not', async () => {
    const sheet = row(1, 'a', 'b') + row(2, 'x', 'y', 'z') + row(3, 'x') + row(4, 'x', 'y', '');
    const { rows, refused } = await read({ sheets: { S: sheet } });
    expect(rows).toEqual([
      ['x', null],
      ['x', 'y'],
    ]);
    expect(refused).toMatchObject([
      { line: 2, messages: ['the record has 3 cells, and the file has 2 columns'] },
    ]);
  });

  test('with an empty text beyond the header have no value there', async () => {
    const sheet = `${row(1, 'a', 'b')}<row r="2"><c r="A2"><v>1</v></c><c r="D2" t="s"><v>0</v></c></row>`;
    const { rows, refused } = await read({ sheets: { S: sheet }, shared: '<si><t/></si>' });
    expect(refused).toEqual([]);
    expect(rows).toEqual([['1', null]]);
  });

  test('below a title, with column names of two rows, above a footer', async () => {
    const sheet = [
      row(1, 'Orders of 2024'),
      row(3, 'a', 'x', 'x'),
      row(4, undefined, 'one', 'two'),
      row(5, 1, 2, 3),
      row(6, 'Total', 2),
    ];
    const words = { dialect: { headerRows: [3, 4] }, footerRows: 1 };
    const fields = ['a', { name: 'b', header: 'x one' }, { name: 'c', header: 'x two' }];
    const { rows, result, counted } = await read({ sheets: { S: sheet.join('') } }, { words, fields });
    expect(rows).toEqual([['1', '2', '3']]);
    expect(result).toMatchObject({ rows: 2, skipped: [{ rule: 'footerRows', rows: 1 }] });
    expect(counted).toBe(2);
  });

  test('that the contract skips', async () => {
    const sheet = row(1, 'a', 'b') + row(2, 'Total', 5) + row(3, 1, 2) + row(4, 2, 3);
    const { rows, result } = await read(
      { sheets: { S: sheet } },
      { words: { skipRows: { startsWith: 'Total' } } },
    );
    expect(rows).toEqual([
      ['1', '2'],
      ['2', '3'],
    ]);
    expect(result).toMatchObject({ rows: 3, skipped: [{ rule: 'startsWith "Total"', rows: 1 }] });
  });

  test('of a sheet without a header', async () => {
    const sheet = row(1, 1) + row(2, 2, 'x');
    const { rows } = await read({ sheets: { S: sheet } }, { words: { dialect: { header: false } } });
    expect(rows).toEqual([
      ['1', null],
      ['2', 'x'],
    ]);
  });

  test('a header alone is a file without rows; nothing at all is refused', async () => {
    expect((await read({ sheets: { S: row(1, 'a', 'b') } })).result).toMatchObject({
      outcome: 'accepted',
      rows: 0,
    });
    expect((await read({ sheets: { S: '' } })).violation).toBe(
      'the sheet is empty: it has not even a header row. Send it again, or delete it',
    );
  });

  test('a label like "sep=;" is a label', async () => {
    const { rows } = await read(
      { sheets: { S: row(1, 'sep=;') + row(2, 'x') } },
      { fields: [{ name: 'a', header: 'sep=;' }] },
    );
    expect(rows).toEqual([['x']]);
  });

  test('a first row "sep=," is no line for Excel', async () => {
    const { violation } = await read({ sheets: { S: row(1, 'sep=,') + row(2, 'a', 'b') + row(3, 1, 2) } });
    expect(violation).toBe(`no column of the header row is one of rows's; it has "sep=,"`);
  });

  test('other columns than the contract has', async () => {
    const { violation } = await read({ sheets: { S: row(1, 'c', 'd') + row(2, 1, 2) } });
    expect(violation).toBe(`no column of the header row is one of rows's; it has "c", "d"`);
  });
});
