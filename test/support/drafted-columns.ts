// Columns for the law of `sluice draft`: texts as people and programs write them, each with what it means, from a generator that
// knows nothing of the product. The value is written as the table's reader prints it: see `printed` in test/laws/draft.test.ts.
import fc from 'fast-check';

/** `value`: what the text means to whoever wrote it; null if nothing. */
export type Cell = { readonly text: string; readonly value: string | null };
export type ColumnKind = { readonly kind: string; readonly cells: fc.Arbitrary<Cell> };

const same = (text: string): Cell => ({ text, value: text === '' ? null : text });
const digits = (least: number, most: number) =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: least, maxLength: most }).map((all) => all.join(''));
const two = (n: number) => String(n).padStart(2, '0');

/** Three digits at a time from the right. */
function grouped(whole: string, mark: string): string {
  const parts: string[] = [];
  for (let end = whole.length; end > 0; end -= 3) parts.unshift(whole.slice(Math.max(0, end - 3), end));
  return parts.join(mark);
}

type Written = { readonly point: string; readonly group: string };

/** Whole and fraction as written; `value` without zeros that say nothing. */
function decimal({ point, group }: Written, places: number): fc.Arbitrary<Cell> {
  const parts = fc.record({
    whole: fc.integer({ min: 0, max: 99_999_999 }).map(String),
    part: digits(places, places),
    isNegative: fc.boolean(),
  });
  return parts.map(({ whole, part, isNegative }) => {
    const sign = isNegative ? '-' : '';
    const text = `${sign}${group === '' ? whole : grouped(whole, group)}${places === 0 ? '' : point + part}`;
    const fraction = part.replace(/0+$/, '');
    const plain = `${whole}${fraction === '' ? '' : `.${fraction}`}`;
    return { text, value: plain === '0' ? '0' : sign + plain };
  });
}

type Day = { readonly y: number; readonly m: number; readonly d: number };
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAYS: Readonly<Record<string, (day: Day) => string>> = {
  'd/m/y': ({ y, m, d }) => `${two(d)}/${two(m)}/${y}`,
  'm/d/y': ({ y, m, d }) => `${two(m)}/${two(d)}/${y}`,
  'd.m.y': ({ y, m, d }) => `${d}.${m}.${y}`,
  'd-m-y': ({ y, m, d }) => `${two(d)}-${two(m)}-${y}`,
  'd/m/yy': ({ y, m, d }) => `${two(d)}/${two(m)}/${two(y % 100)}`,
  'm/d/yy': ({ y, m, d }) => `${two(m)}/${two(d)}/${two(y % 100)}`,
  'yy-m-d': ({ y, m, d }) => `${two(y % 100)}-${two(m)}-${two(d)}`,
  'y/m/d': ({ y, m, d }) => `${y}/${two(m)}/${two(d)}`,
  iso: ({ y, m, d }) => `${y}-${two(m)}-${two(d)}`,
  'd mon y': ({ y, m, d }) => `${two(d)} ${MONTHS[m - 1]} ${y}`,
  'mon d, y': ({ y, m, d }) => `${MONTHS[m - 1]} ${two(d)}, ${y}`,
};

/** Up to the 28th of each month, or the 12th: then nothing tells the day from the month. */
const day = (lastDay: number): fc.Arbitrary<Day> =>
  fc.record({
    y: fc.integer({ min: 1970, max: 2068 }),
    m: fc.integer({ min: 1, max: 12 }),
    d: fc.integer({ min: 1, max: lastDay }),
  });
const isoDay = ({ y, m, d }: Day) => `${y}-${two(m)}-${two(d)}`;

function days(format: string, lastDay: number): fc.Arbitrary<Cell> {
  return day(lastDay).map((one) => ({ text: DAYS[format]?.(one) ?? '', value: isoDay(one) }));
}

function instants(format: string, gap: string, lastDay: number): fc.Arbitrary<Cell> {
  const clock = fc.record({
    h: fc.integer({ min: 0, max: 23 }),
    min: fc.integer({ min: 0, max: 59 }),
    s: fc.integer({ min: 0, max: 59 }),
  });
  return fc.tuple(day(lastDay), clock).map(([one, { h, min, s }]) => {
    const time = `${two(h)}:${two(min)}:${two(s)}`;
    return { text: `${DAYS[format]?.(one)}${gap}${time}`, value: `${isoDay(one)} ${time}` };
  });
}

const word = fc
  .array(fc.constantFrom(...'abcxyzÄéß 0123456789,;|"\'\n.-/'), { minLength: 0, maxLength: 12 })
  .map((letters) => letters.join('').trim());

const PLAIN: readonly ColumnKind[] = [
  {
    kind: 'integers',
    cells: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((n) => same(String(n))),
  },
  { kind: 'small integers', cells: fc.integer({ min: 0, max: 30 }).map((n) => same(String(n))) },
  { kind: 'integers beyond 64 bits', cells: digits(17, 24).map((text) => same(`1${text}`)) },
  { kind: 'identifiers with zeros', cells: digits(4, 6).map(same) },
  { kind: 'hexadecimal', cells: fc.stringMatching(/^[0-9]e[0-9]{1,2}$/).map(same) },
  { kind: 'phones', cells: digits(6, 9).map((text) => same(`+49${text}`)) },
  { kind: 'words', cells: word.map(same) },
  { kind: 'codes', cells: fc.constantFrom('A', 'B', 'NA', 'NULL', '-').map(same) },
  { kind: 'true and false', cells: fc.constantFrom('true', 'false').map(same) },
  {
    kind: 'versions',
    cells: fc.tuple(fc.nat(9), fc.nat(20), fc.nat(20)).map((parts) => same(parts.join('.'))),
  },
  {
    kind: 'odd numbers',
    cells: fc
      .oneof(
        { weight: 20, arbitrary: fc.nat(1000).map(String) },
        fc.constantFrom('x', '1.5', '007', '1e3', '0x1F', '1_000', '∞'),
      )
      .map(same),
  },
];

const marks: readonly Written[] = [
  { point: '.', group: '' },
  { point: ',', group: '' },
  { point: '.', group: ',' },
  { point: ',', group: '.' },
  { point: ',', group: ' ' },
  { point: '.', group: "'" },
];
const DECIMALS = marks.flatMap((written) =>
  [0, 1, 2, 3, 7].map((places) => ({
    kind: `decimals ${JSON.stringify(written)} ${places}`,
    cells: decimal(written, places),
  })),
);
const DATES = Object.keys(DAYS).flatMap((format) =>
  [12, 28].flatMap((lastDay) => [
    { kind: `days ${format} to ${lastDay}`, cells: days(format, lastDay) },
    {
      kind: `instants ${format} to ${lastDay}`,
      cells: instants(format, format === 'iso' ? 'T' : ' ', lastDay),
    },
  ]),
);

/** One kind for the whole column; some of its cells empty, blank around, or a word for nothing. */
export const columnCells = (rows: number): fc.Arbitrary<{ kind: string; cells: Cell[] }> =>
  fc
    .record({
      of: fc.oneof(fc.constantFrom(...PLAIN), fc.constantFrom(...DECIMALS), fc.constantFrom(...DATES)),
      holes: fc.constantFrom('', '', 'empty', 'NULL', 'n/a', '-'),
      isPadded: fc.constantFrom(false, false, false, true),
    })
    .chain(({ of, holes, isPadded }) =>
      fc.array(fc.tuple(of.cells, fc.nat(5)), { minLength: rows, maxLength: rows }).map((all) => ({
        kind: `${of.kind} ${holes} ${isPadded}`,
        cells: all.map(([cell, dice]): Cell => {
          if (holes !== '' && dice === 0) return { text: holes === 'empty' ? '' : holes, value: null };
          return isPadded && dice === 1 && cell.text !== ''
            ? { text: ` ${cell.text} `, value: cell.value }
            : cell;
        }),
      })),
    );
