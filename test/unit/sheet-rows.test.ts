// Random sheets in random pieces: the parser and the count that uses none find the same rows; a line of the copy knows its row; shared
// texts come back from the disk as they were.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RowNumbers } from '../../lib/ingest/xlsx/row-numbers.ts';
import { readSharedTexts } from '../../lib/ingest/xlsx/shared-texts.ts';
import { SheetCounter } from '../../lib/ingest/xlsx/sheet-count.ts';
import { cellReference, type SheetRow, sheetRows } from '../../lib/ingest/xlsx/sheet-rows.ts';
import { useTemp } from '../support/temp.ts';
import { escaped, sheetXml } from '../support/workbook.ts';

const temp = useTemp();

/** In pieces that end at these places. */
function partOf(xml: string, cuts: readonly number[]) {
  const bytes = Buffer.from(xml);
  const ends = [...new Set(cuts.map((cut) => cut % bytes.length))].sort((a, b) => a - b);
  return {
    name: 'sheet.xml',
    bytes: bytes.length,
    async *read() {
      let start = 0;
      for (const end of [...ends, bytes.length]) {
        yield bytes.subarray(start, end);
        start = end;
      }
    },
  };
}

const noise = fc.constantFrom('', ' ', '\n', '<!-- <row><c><v>1</v></c></row> < > -->', '<?x <v>?>');
const value = fc.string({
  minLength: 1,
  maxLength: 5,
  unit: fc.constantFrom('a', '<', '&', '>', '"', 'é', '🦊', ' ', '-', '!', ']'),
});
const cell = fc.oneof(
  fc.record({
    xml: fc.constantFrom(
      '<c/>',
      '<c s="1"></c>',
      '<c t="str"><f>A1&gt;1</f><v></v></c>',
      '<c><v/></c>',
      '<c><is><t></t></is></c>',
    ),
    text: fc.constant(''),
  }),
  value.map((text) => ({ xml: `<c t="str"><v>${escaped(text)}</v></c>`, text })),
  value.map((text) => ({
    xml: `<c  t='inlineStr' ><is ><t xml:space="preserve" >${escaped(text)}</t ></is></c>`,
    text,
  })),
  value.map((text) => ({
    xml: `<c t="str"><f>"&lt;v>5"</f><v><![CDATA[${text.replaceAll(']', ')')}]]></v></c>`,
    text: text.replaceAll(']', ')'),
  })),
);
const sheetRow = fc.record({
  cells: fc.array(cell, { maxLength: 4 }),
  gap: fc.constantFrom(0, 0, 0, 1, 7),
  isNumbered: fc.boolean(),
  noise,
});

test('the parser and the count find the same rows', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(sheetRow, { maxLength: 12 }),
      fc.array(fc.nat(), { maxLength: 30 }),
      fc.nat(10),
      async (rows, cuts, skip) => {
        let number = 0;
        const expected: { number: number; values: string[] }[] = [];
        const xml = rows.map(({ cells, gap, isNumbered, noise: between }) => {
          number += 1 + (isNumbered ? gap : 0);
          const values = cells.map(({ text }) => text).filter((text) => text !== '');
          if (values.length > 0) expected.push({ number, values });
          return `<row ${isNumbered ? `r="${number}"` : ''}>${cells.map((one) => one.xml).join(between)}</row>${between}`;
        });
        const counter = new SheetCounter(skip);
        const found: SheetRow[] = [];
        for await (const one of sheetRows(partOf(sheetXml(xml.join('')), cuts), (piece) =>
          counter.push(piece),
        ))
          found.push(...one);
        counter.end();
        expect(found.map((one) => ({ number: one.number, values: one.cells.map((c) => c.value) }))).toEqual(
          expected,
        );
        expect(counter.rows).toBe(expected.filter((one) => one.number > skip).length);
      },
    ),
    { numRuns: 500 },
  );
});

test('a sheet without rows', async () => {
  const xml = '<worksheet><sheetData/><x><row><c><v>1</v></c></row></x></worksheet>';
  const counter = new SheetCounter(0);
  for await (const one of sheetRows(partOf(xml, [3, 14, 20]), (piece) => counter.push(piece)))
    expect(one).toEqual([]);
  counter.end();
  expect(counter.rows).toBe(0);
});

test('a line knows its row', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ gap: fc.nat(3), lines: fc.integer({ min: 1, max: 3 }) }), {
        minLength: 1,
        maxLength: 50,
      }),
      (rows) => {
        const numbers = new RowNumbers();
        let [line, number] = [1, 0];
        const added = rows.map(({ gap, lines }) => {
          number += 1 + gap;
          numbers.add(line, number);
          line += lines;
          return { line: line - lines, number };
        });
        for (const one of added) expect(numbers.rowAt(one.line)).toBe(one.number);
      },
    ),
  );
});

test('shared texts come back, in any order, where they are longer than a page and where many are', async () => {
  const folder = join(temp, 'shared');
  await mkdir(folder);
  const texts = Array.from({ length: 20_000 }, (_, i) =>
    i % 4000 === 7 ? `${i} ${'é🦊'.repeat(50_000)}` : i % 5 === 0 ? '' : `text ${i}`,
  );
  const xml = `<sst>${texts.map((text) => `<si><t>${text}</t></si>`).join('')}</sst>`;
  const shared = await readSharedTexts(
    partOf(
      xml,
      Array.from({ length: 100 }, (_, i) => i * 9973),
    ),
    folder,
  );
  try {
    expect(shared.count).toBe(20_000);
    for (let i = 0; i < 40_000; i++) {
      const number = (i * 7919) % 20_000;
      if (shared.at(number) !== texts[number]) expect(shared.at(number)).toBe(texts[number]);
    }
    expect([-1, 20_000, 0.5, Number.NaN].map((number) => shared.at(number))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  } finally {
    shared.close();
  }
});

test.each([
  [1, 0, 'A1'],
  [2, 25, 'Z2'],
  [3, 26, 'AA3'],
  [1_048_576, 16_383, 'XFD1048576'],
])('row %d, column %d is %s', (row, column, name) => {
  expect(cellReference(row, column)).toBe(name);
});
