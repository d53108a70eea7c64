// Workbooks that are broken, that lie, or that unpack to far more than they are: one clear rejection each.
import { readdir, readlink } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { type ReadWords, readWorkbook, workbookRefusal } from '../support/read-workbook.ts';
import { useWorld } from '../support/use-world.ts';
import { row, sheetXml, type WorkbookParts, workbookBytes } from '../support/workbook.ts';

const world = useWorld();
const SHEET = 'xl/worksheets/sheet1.xml';
const header = row(1, 'a', 'b');
const good = header + row(2, 1, 2);

const refusal = (bytes: Buffer, words?: ReadWords) => workbookRefusal(world, bytes, words);

const ofSheet = (rows: string, more: Partial<WorkbookParts> = {}) =>
  workbookBytes({ sheets: { S: rows }, ...more });
const ofXml = (xml: string | Buffer) => ofSheet('', { parts: { [SHEET]: xml } });

describe('XML', () => {
  const dtd = (inside: string, text: string) =>
    ofXml(
      `<?xml version="1.0"?><!DOCTYPE worksheet ${inside}>${sheetXml(header + row(2, text, 1))
        .replace(/^<\?xml.*\n/, '')
        .replace('&amp;', '&')}`,
    );
  const laughs = `[<!ENTITY a "ha">${[...'bcdefghij'].map((name, i) => `<!ENTITY ${name} "${`&${'abcdefghij'[i]};`.repeat(10)}">`).join('')}]`;

  test.each<[string, Buffer, RegExp]>([
    ['a billion laughs', dtd(laughs, '&j;'), /document type declaration, which no workbook may have/],
    [
      'an external entity',
      dtd('[<!ENTITY x SYSTEM "file:///etc/passwd">]', '&x;'),
      /document type declaration/,
    ],
    ['an external DTD', dtd('SYSTEM "http://127.0.0.1/x.dtd"', 'x'), /document type declaration/],
    [
      'an entity that nothing declares',
      ofXml(sheetXml('<row><c t="str"><v>&nbsp;</v></c></row>')),
      /broken: undefined entity/,
    ],
    [
      'a tag that is not closed',
      ofXml('<worksheet><sheetData><row><c><v>1</v></c></row>'),
      /broken: unclosed tag: sheetData/,
    ],
    [
      'tags that cross',
      ofXml('<worksheet><sheetData><row><c></row></c></sheetData></worksheet>'),
      /broken: unexpected close tag/,
    ],
    [
      'a character that XML forbids',
      ofXml(sheetXml('<row><c t="str"><v>\u0001</v></c></row>')),
      /broken: disallowed character/,
    ],
    [
      'bytes that are no UTF-8',
      ofXml(Buffer.concat([Buffer.from('<worksheet>'), Buffer.from([0xff])])),
      /broken: its bytes are not valid UTF-8/,
    ],
    ['nothing', ofXml(''), /broken: document must contain a root element/],
    ['elements in each other without end', ofXml('<x>'.repeat(100_000)), /nested more than 256 deep/],
    [
      'a text without end',
      ofXml(`<worksheet><t>${'0'.repeat(4e6)}`),
      /a text or a tag in it has more than \d+ characters/,
    ],
    [
      'a tag without end',
      ofXml(`<worksheet a="${'0'.repeat(4e6)}`),
      /a text or a tag in it has more than \d+ characters/,
    ],
    [
      'a comment without end',
      ofXml(`<worksheet><!-- ${'0'.repeat(4e6)}`),
      /a text or a tag in it has more than \d+ characters/,
    ],
  ])('%s', async (_, bytes, message) => {
    expect(await refusal(bytes)).toMatch(/^"xl\/worksheets\/sheet1\.xml" in the workbook is broken: /);
    expect(await refusal(bytes)).toMatch(message);
  });
});

describe('a sheet', () => {
  test.each<[string, string, RegExp]>([
    ['rows out of order', row(5, 1) + row(4, 1), /row 4 comes after row 5/],
    ['a row twice', row(5, 1) + row(5, 1), /row 5 comes after row 5/],
    ['a row 0', '<row r="0"/>', /row 0 comes after row 0/],
    [
      'a row beyond the last',
      '<row r="1048577"/>',
      /it has a row "1048577", and rows are numbered from 1 to 1048576/,
    ],
    ['a row of no number', '<row r="one"/>', /it has a row "one"/],
    [
      'cells out of order',
      '<row r="1"><c r="B1"/><c r="A1"/></row>',
      /the cells of row 1 are not in their order/,
    ],
    ['a cell of another row', '<row r="1"><c r="B2"/></row>', /row 1 has a cell "B2"/],
    ['a cell without a column', '<row r="1"><c r="1"/></row>', /row 1 has a cell "1"/],
    ['a cell beyond the last column', '<row r="1"><c r="XFE1"/></row>', /row 1 has more than 16384 cells/],
    [
      'a formula that was not calculated',
      `${header}<row r="2"><c r="AB2"><f>1+1</f><v/></c></row>`,
      /the formula in cell AB2 has no stored value/,
    ],
    [
      'a shared text that is not there',
      `${header}<row r="2"><c r="B2" t="s"><v>7</v></c></row>`,
      /cell B2 has the shared text "7", and there are 0/,
    ],
    [
      'a cell of more than a million characters',
      `<row><c t="str"><v>${'0'.repeat(1_100_000)}</v></c></row>`,
      /cell A1 has more than 1048576 characters/,
    ],
  ])('%s', async (_, rows, message) => {
    expect(await refusal(ofSheet(rows))).toMatch(message);
  });

  test('of which two readers count other rows', async () => {
    const rows = `${good}<row r="3"><c r="A3"><v><!-- x -->5</v></c></row>`;
    expect(await refusal(ofSheet(rows))).toMatch(
      /^the sheet is written in a way that two readers understand differently \(3 rows with values, and 2\)/,
    );
  });

  test('of which a row has more than a record may have', async () => {
    const shared = `<si><t>${'x'.repeat(1_000_000)}</t></si>`;
    const cells = '<c t="s"><v>0</v></c>'.repeat(6);
    expect(await refusal(ofSheet(`${header}<row r="7">${cells}</row>`, { shared }))).toMatch(
      /^row 7: its texts have more than 4,194,304 characters together/,
    );
  });
});

describe('shared texts', () => {
  test.each(['-1', '1.5', '1e9', 'x', '99999999999999999999', ' ', '0x0', '0e0', '0.0', '0b0'])(
    'no number of one: %s',
    async (value) => {
      const rows = `${header}<row r="2"><c r="A2" t="s"><v>${value}</v></c></row>`;
      expect(await refusal(ofSheet(rows, { shared: '<si><t>x</t></si>' }))).toMatch(
        /cell A2 has the shared text ".*", and there are 1\./,
      );
    },
  );

  test('one of more than a million characters', async () => {
    const shared = `<si>${`<r><t>${'x'.repeat(1000)}</t></r>`.repeat(1100)}</si>`;
    expect(await refusal(ofSheet(good, { shared }))).toMatch(
      /^"xl\/sharedStrings\.xml" in the workbook is broken: a text in it has more than 1048576 characters/,
    );
  });
});

describe('more than may be read', () => {
  const tooLarge = async (bytes: Buffer, maxBytes: number) => {
    const found = await readWorkbook(world, bytes, { maxBytes });
    expect(found.result).toMatchObject({ outcome: 'rejected', violation: { rule: 'too-large' } });
  };
  const zeros = row(2, 0).repeat(1).replace('r="2"', '').replace('r="A2"', '');

  test('a sheet or texts that say how much they are', async () => {
    await tooLarge(ofSheet(header + zeros.repeat(100_000)), 1e6);
    await tooLarge(ofSheet(good, { shared: '<si><t>x</t></si>'.repeat(100_000) }), 1e6);
  });

  test('a sheet that lies', async () => {
    const bytes = ofSheet(header + zeros.repeat(100_000), { zip: { [SHEET]: { lies: { size: 1000 } } } });
    expect(await refusal(bytes, { maxBytes: 1e6 })).toMatch(
      /^"xl\/worksheets\/sheet1\.xml" is broken: .*Send the file again$/,
    );
  });

  test('one text in very many cells', async () => {
    const cells = row(2, 'y').replace(/<row.*<\/row>/, '<row><c t="s"><v>0</v></c></row>');
    await tooLarge(
      ofSheet(header + cells.repeat(20_000), { shared: `<si><t>${'x'.repeat(30_000)}</t></si>` }),
      5e6,
    );
  });

  test('very many columns that nothing fills', async () => {
    const wide = '<row r="1"><c r="XFD1"><v>1</v></c></row>';
    await tooLarge(ofSheet(wide + zeros.repeat(20_000)), 5e6);
  });

  test('styles without end', async () => {
    const styles = `<cellXfs>${'<xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0"/>'.repeat(1_100_000)}</cellXfs>`;
    expect(await refusal(ofSheet(good, { styles }))).toMatch(
      /^"xl\/styles\.xml" in the workbook is broken: it has \d+ bytes, and at most 67108864 are read/,
    );
  });
});

describe('parts', () => {
  test('two of one name', async () => {
    expect(await refusal(ofSheet(good, { parts: { 'XL/worksheets/Sheet1.xml': sheetXml(good) } }))).toBe(
      'the workbook has two parts named "xl/worksheets/sheet1.xml": send it again',
    );
  });

  test.each(['../../../../etc/passwd', '/etc/passwd', 'worksheets/none.xml'])(
    'a sheet at %s is not there',
    async (target) => {
      const rels = `<Relationships><Relationship Id="rId1" Type="http://x/worksheet" Target="${target}"/></Relationships>`;
      expect(await refusal(ofSheet(good, { parts: { 'xl/_rels/workbook.xml.rels': rels } }))).toMatch(
        /^"xl\/workbook\.xml" in the workbook is broken: it names the sheet "S", and the workbook does not hold it/,
      );
    },
  );

  test.each(['http://127.0.0.1/x', 'worksheets/sheet1.xml'])(
    'a link to %s is not followed',
    async (target) => {
      const rels = `<Relationships><Relationship Id="rId1" Type="http://x/worksheet" TargetMode="External" Target="${target}"/></Relationships>`;
      const linked = ofSheet(good, { parts: { 'xl/_rels/workbook.xml.rels': rels } });
      expect(await refusal(linked)).toMatch(/does not hold it/);
    },
  );

  test('macros and links are not looked at', async () => {
    const parts = {
      'xl/vbaProject.bin': Buffer.from([0, 1, 2]),
      'xl/externalLinks/externalLink1.xml': 'no XML <<<',
    };
    expect((await readWorkbook(world, ofSheet(good, { parts }))).rows).toEqual([['1', '2']]);
  });

  test('a password, another packing, a wrong checksum', async () => {
    const lying = (lies: object) => ofSheet(good, { zip: { [SHEET]: { lies } } });
    expect(await refusal(lying({ flags: 1 }))).toMatch(/has a password: pack it without one$/);
    expect(await refusal(lying({ method: 14 }))).toMatch(/is packed by method 14 \(LZMA\)/);
    expect(await refusal(lying({ crc: 7 }))).toMatch(/is broken: its bytes do not have the checksum/);
  });
});

test('what a workbook says is shown, never obeyed', async () => {
  const named = workbookBytes({ sheets: { 'a\u202e"b': good } });
  const words = { words: { dialect: { sheetName: 'x' } } };
  expect(await refusal(named, words)).toContain('it has "a\\u202e\\"b"');
  const cells = (reference: string) => ofSheet(`<row r="1"><c r="${reference}"/></row>`);
  expect(await refusal(cells('A\u202e1'))).toContain('row 1 has a cell "A\\u202e1"');
  expect(await refusal(cells('A'.repeat(5000)))).toContain('… (more than 1000 characters)"');
  const shared = ofSheet(`${header}<row r="2"><c r="A2" t="s"><v>\u2028</v></c></row>`);
  expect(await refusal(shared)).toContain('the shared text "\\u2028"');
  const rels = `<Relationships><Relationship Id="rId1" Type="http://x/a\u200bb" Target="/xl/workbook.xml"/></Relationships>`;
  const typed = ofSheet('', { parts: { 'xl/_rels/workbook.xml.rels': rels } });
  expect(await refusal(typed)).toContain('"S" is not a worksheet ("a\\u200bb")');
  const tags = await refusal(ofXml(`<worksheet><${'t'.repeat(5000)}></worksheet>`));
  expect(tags).toMatch(/broken: unexpected close tag/);
  expect(tags.length).toBeLessThan(500);
});

test.runIf(process.platform === 'linux')('no file stays open', async () => {
  const open = await readdir('/proc/self/fd');
  const names = await Promise.all(open.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
  expect(names.filter((name) => /shared-(?:texts|ends)|book\.xlsx/.test(name))).toEqual([]);
});
