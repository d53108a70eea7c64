// A workbook with random damage in one of its parts, or in its bytes, is read or rejected by name: nothing else happens, and what was
// read is what the count of rows says.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readWorkbook } from '../support/read-workbook.ts';
import { useWorld } from '../support/use-world.ts';
import { row, sheetXml, styled, workbookBytes } from '../support/workbook.ts';

const world = useWorld();

const SHEET = [
  row(1, 'a', 'b'),
  row(2, 1, 'x'),
  '<row r="4" spans="1:2"><c r="A4" s="1"><v>45294.5</v></c><c r="B4" t="s"><v>1</v></c></row>',
  '<row r="5"><c r="A5" t="b"><v>1</v></c><c r="B5"><f>A2+1</f><v>2.0000000000000004</v></c></row>',
  '<row><c t="e"><v>#N/A</v></c><c t="str"><f>"x"</f><v>a_x000D_b</v></c></row>',
].join('');
const SHARED = '<si><t>zero</t></si><si><r><t xml:space="preserve">o </t></r><r><t>ne</t></r></si>';
const STYLES = styled(0, 'yyyy-mm-dd', 22);
const PARTS: Readonly<Record<string, string>> = {
  'xl/worksheets/sheet1.xml': sheetXml(SHEET),
  'xl/sharedStrings.xml': `<sst>${SHARED}</sst>`,
  'xl/styles.xml': `<styleSheet>${STYLES}</styleSheet>`,
  'xl/workbook.xml':
    '<workbook xmlns:r="r"><workbookPr/><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
  'xl/_rels/workbook.xml.rels':
    '<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="s" Type="x/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="t" Type="x/styles" Target="styles.xml"/></Relationships>',
  '_rels/.rels':
    '<Relationships><Relationship Id="r" Type="x/officeDocument" Target="xl/workbook.xml"/></Relationships>',
};
const TOKENS = [
  '<',
  '>',
  '/',
  '"',
  '&',
  '&amp;',
  '<v>',
  '</v>',
  '<row>',
  '</row>',
  '<c/>',
  '<!--',
  '-->',
  '<![CDATA[',
  ']]>',
  '<?x?>',
  '<t>',
  '\u0000',
  '9',
  '-',
  'é',
  ' ',
  '<sheetData>',
  '</sheetData>',
  'r="2"',
  't="s"',
  '_x0041_',
];

const damage = fc.record({
  part: fc.constantFrom(...Object.keys(PARTS)),
  at: fc.nat(),
  gone: fc.integer({ min: 0, max: 8 }),
  put: fc.array(fc.constantFrom(...TOKENS), { maxLength: 2 }).map((tokens) => tokens.join('')),
});

type Damage = typeof damage extends fc.Arbitrary<infer T> ? T : never;

function damaged(all: readonly Damage[]): Buffer {
  const parts = { ...PARTS };
  for (const { part, at, gone, put } of all) {
    const xml = parts[part] ?? '';
    const start = at % (xml.length + 1);
    parts[part] = xml.slice(0, start) + put + xml.slice(start + gone);
  }
  return workbookBytes({ sheets: { S: SHEET }, shared: SHARED, styles: STYLES, parts });
}

async function requireJudged(bytes: Buffer): Promise<void> {
  const { result, counted, rows, refused } = await readWorkbook(world, bytes);
  if (result.outcome === 'accepted') {
    expect(counted).toBe(result.rows);
    expect(rows.length + refused.length).toBe(result.rows);
  } else {
    expect(result.violation.rule).toMatch(
      /^(?:source-error|missing-label|duplicate-label|no-valid-rows|encoding-error|too-large)$/,
    );
    expect(result.violation.message).toMatch(/\S/);
  }
}

test('undamaged, it is read', async () => {
  const { rows } = await readWorkbook(world, damaged([]));
  expect(rows).toEqual([
    ['1', 'x'],
    ['2024-01-03T12:00:00', 'o ne'],
    ['true', '2.0000000000000004'],
    ['#N/A', 'a\rb'],
  ]);
});

test('with damage in its parts', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 3 }), (all) => requireJudged(damaged(all))),
    { numRuns: 200 },
  );
});

test('with damage in its bytes', async () => {
  const whole = damaged([]);
  const byte = fc.record({ at: fc.nat(whole.length - 1), value: fc.integer({ min: 0, max: 255 }) });
  await fc.assert(
    fc.asyncProperty(
      fc.array(byte, { minLength: 1, maxLength: 3 }),
      fc.option(fc.nat(whole.length)),
      async (all, cut) => {
        const bytes = Buffer.from(whole);
        for (const { at, value } of all) bytes[at] = value;
        await requireJudged(cut === null ? bytes : bytes.subarray(0, cut));
      },
    ),
    { numRuns: 100 },
  );
});
