// Formats of one field: where the proof names a text, the engine reads it as two values; where it finds none, the engine reads no
// text of one format as another value under the other.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Field } from '../../lib/core/contract.ts';
import { dateFormatProblem, type FormattedType } from '../../lib/core/date-format.ts';
import { valueSql } from '../../lib/core/field-sql.ts';
import { formatOverlap } from '../../lib/core/format-overlap.ts';
import { literal } from '../../lib/sql/quoting.ts';
import { tries } from '../support/tries.ts';
import { useWorld } from '../support/use-world.ts';
import { parsedField } from '../unit/contract-case.ts';

const world = useWorld();

async function readings(field: Field, formats: readonly string[], texts: readonly string[]) {
  const columns = formats.map(
    (format, i) => `CAST(${valueSql({ ...field, format }, 't')} AS VARCHAR) AS v${i}`,
  );
  const rows = texts.map((text, i) => `(${i}, ${literal(text)})`).join(', ');
  const sql = `SELECT t, ${columns.join(', ')} FROM (VALUES ${rows}) AS texts(i, t) ORDER BY i`;
  return world.sql.session((session) => session.rows<Record<string, string | null>>(sql));
}

const BETWEEN = ['', '', '.', '/', '-', ' ', ':', 'T', '20', '1', ' um '];
const PARTS: Record<FormattedType, readonly (readonly string[])[]> = {
  date: [['%Y', '%y'], ['%m', '%b', '%B'], ['%d']],
  time: [
    ['%H', '%I %p', '%I%p'],
    ['%M', ''],
    ['%S', ''],
    ['%f', '', ''],
  ],
  datetime: [['%Y', '%y'], ['%m', '%b'], ['%d'], ['%H', '%I%p'], ['%M', ''], ['%S', '', ''], ['%z', 'Z', '']],
};

/** Two formats that often read the same texts: the second has some of the first's parts and characters, in another order. */
function pairs(type: FormattedType): fc.Arbitrary<readonly [string, string]> {
  const parts = fc.tuple(...PARTS[type].map((choices) => fc.constantFrom(...choices)));
  const order = fc.constantFrom<readonly [number, number]>([0, 0], [0, 2], [1, 2], [0, 1]);
  const gaps = fc.oneof(
    fc.constantFrom('.', '/', '-', ' ', '').map((one) => Array.from({ length: 6 }, () => one)),
    fc.array(fc.constantFrom(...BETWEEN), { minLength: 6, maxLength: 6 }),
  );
  const named =
    type === 'datetime' ? ['default', 'any', 'epoch', 'epoch-ms', 'epoch-us'] : ['default', 'any'];
  return fc
    .record({
      parts: fc.tuple(parts, parts, fc.nat(3)),
      orders: fc.tuple(order, order),
      gaps: fc.tuple(gaps, gaps, fc.nat(4)),
      name: fc.option(fc.constantFrom(...named), { freq: 4 }),
    })
    .map((drawn) => {
      const [[p, otherP, isSameP], [g, otherG, isSameG]] = [drawn.parts, drawn.gaps];
      const first = patternOf(p, drawn.orders[0], g);
      const second = patternOf(isSameP > 0 ? p : otherP, drawn.orders[1], isSameG > 0 ? g : otherG);
      return [first, drawn.name ?? second] as const;
    })
    .filter((pair) => pair.every((format) => dateFormatProblem(type, format) === undefined));
}

function patternOf(parts: readonly string[], [a, b]: readonly [number, number], gaps: readonly string[]) {
  return swapped(parts, a, b)
    .flatMap((part, i) => (i === 0 ? [part] : [gaps[i - 1] ?? '', part]))
    .join('');
}

function swapped(parts: readonly string[], a: number, b: number): string[] {
  const [one, other] = [parts[a] ?? '', parts[b] ?? ''];
  return parts.map((part, i) => (i === a ? other : i === b ? one : part)).filter((part) => part !== '');
}

const two = (most: number) => fc.nat(most).map((n) => String(n).padStart(2, '0'));
const short = (most: number) => fc.nat(most).map(String);
const VALUES: Record<string, fc.Arbitrary<string>> = {
  Y: fc.constantFrom('2024', '1970', '2001', '2069', '1012'),
  y: two(99),
  m: fc.oneof(two(12), short(12)),
  d: fc.oneof(two(31), short(31)),
  H: fc.oneof(two(24), short(23)),
  I: fc.oneof(two(12), short(12)),
  M: fc.oneof(two(59), short(59)),
  S: fc.oneof(two(59), short(59)),
  f: fc.constantFrom('0', '5', '12', '120', '000001', '123456'),
  b: fc.constantFrom('Jan', 'may', 'DEC'),
  B: fc.constantFrom('January', 'may', 'DECEMBER'),
  p: fc.constantFrom('AM', 'pm'),
  z: fc.constantFrom('Z', '+02', '-0330', '+05:45'),
};

/** Texts that the format reads, mostly. */
function textOf(format: string): fc.Arbitrary<string> {
  if (format.startsWith('epoch'))
    return fc.oneof(fc.integer({ min: -99, max: 20_241_231 }).map(String), fc.stringMatching(/^2\d{9}$/));
  const written =
    format === 'default' || format === 'any'
      ? ['%Y-%m-%d', '%H:%M:%S', '%H:%M', '%Y-%m-%dT%H:%M:%S', '%Y-%m-%d %H:%M%z', '%Y-%m-%dT24:00']
      : [format];
  return fc.constantFrom(...written).chain((one) => {
    const pieces = [...one.matchAll(/%(.)|[^%]/gsu)].map(
      ([text, directive]) => VALUES[directive ?? ''] ?? fc.constant(text),
    );
    return fc.tuple(...pieces).map((texts) => texts.join(''));
  });
}

test.each<[FormattedType, string | undefined]>([
  ['date', undefined],
  ['time', undefined],
  ['datetime', undefined],
  ['datetime', 'Europe/Berlin'],
])('of type %s (zone %s)', async (type, timezone) => {
  let [apart, overlapping] = [0, 0];
  await fc.assert(
    fc.asyncProperty(
      pairs(type).chain(([a, b]) =>
        fc.record({
          pair: fc.constant([a, b] as const),
          texts: fc.array(fc.oneof(textOf(a), textOf(b)), { minLength: 80, maxLength: 80 }),
        }),
      ),
      async ({ pair, texts }) => {
        const field = parsedField({ type, ...(timezone === undefined ? {} : { timezone }) });
        const found = formatOverlap(type, field.timezone, pair);
        expect(found).not.toBe('unknown');
        if (found === undefined || found === 'unknown') {
          apart += 1;
          for (const { t, v0, v1 } of await readings(field, pair, texts))
            if (v0 !== null && v1 !== null) expect([pair, t, v0]).toEqual([pair, t, v1]);
          return;
        }
        overlapping += 1;
        const [row] = await readings(field, pair, [found.text]);
        expect([pair, found.text, row?.v0 ?? null]).not.toEqual([pair, found.text, null]);
        expect([pair, found.text, row?.v1 ?? null]).not.toEqual([pair, found.text, null]);
        expect([pair, found.text, row?.v0]).not.toEqual([pair, found.text, row?.v1]);
        if (timezone === undefined && type !== 'time') {
          const shownByEngine = [row?.v0, row?.v1].map((value) =>
            value?.replace(' ', 'T').replace(/\+00$/, 'Z'),
          );
          expect([pair, ...shownByEngine]).toEqual([pair, ...found.values]);
        }
      },
    ),
    tries(60),
  );
  expect(apart).toBeGreaterThan(0);
  expect(overlapping).toBeGreaterThan(0);
});
