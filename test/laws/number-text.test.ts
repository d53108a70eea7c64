// Law 4 for numbers that are written with more than digits: what the engine reads in a column of texts is what the contract's own
// values are read as, for any words of a field; and a number is stripped of nothing but what cannot change it.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CURRENCY_CODES, CURRENCY_SIGNS } from '../../lib/core/currency.ts';
import { type NumberWords, numberSql, plainNumber, withoutExponent } from '../../lib/core/number-text.ts';
import { literal } from '../../lib/sql/quoting.ts';
import { tries } from '../support/tries.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();

async function readBySql(field: NumberWords, texts: readonly string[]): Promise<(string | null)[]> {
  const rows = texts.map((text, i) => `(${i}, ${literal(text)})`).join(', ');
  const sql = `SELECT ${numberSql(field, 't') ?? 't'} AS plain FROM (VALUES ${rows}) AS texts(i, t) ORDER BY i`;
  return world.sql.session(async (session) =>
    (await session.rows<{ plain: string | null }>(sql)).map(({ plain }) => plain),
  );
}

const PIECES = [
  ...['5', '12', '123', '1', '.', ',', '.5', '+', '-', 'e3', 'E-2', ' ', '\u00a0', '\u202f', '\t', '\n'],
  ...[
    '%',
    '€',
    '$',
    '\u20c1',
    'EUR',
    'USD',
    'EUROS',
    'eur',
    'K',
    'DR',
    'MB',
    'of',
    '<',
    '~',
    '±',
    '(',
    ')',
    '²',
    '٣',
    '−',
  ],
  ...['NaN', 'INF', '_', "'", '\u200e', 'ALL', 'XXX'],
];
const text = fc
  .array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 6 })
  .map((pieces) => pieces.join(''));
const words: fc.Arbitrary<NumberWords> = fc
  .record({
    type: fc.constantFrom('integer' as const, 'number' as const),
    double: fc.boolean(),
    bareNumber: fc.constantFrom(false as const, undefined),
    decimalChar: fc.constantFrom(undefined, ',', '$', ' ', '%', '\\'),
    groupChar: fc.constantFrom(undefined, '.', ' ', '\u00a0', "'", '€', '^', ']'),
  })
  .filter(({ decimalChar, groupChar }) => (decimalChar ?? '.') !== groupChar)
  .map(({ type, double, ...others }) => {
    const { bareNumber, decimalChar, groupChar } = others;
    return {
      type,
      double: type === 'number' && double,
      ...(bareNumber === undefined ? {} : { bareNumber }),
      ...(type === 'integer' || decimalChar === undefined ? {} : { decimalChar }),
      ...(groupChar === undefined ? {} : { groupChar }),
    };
  });

/** Zeros that change nothing, taken away: the engine moves a point with as many as it likes. */
function plainest(digits: string): string {
  const [, sign = '', whole = '', part = ''] = /^([+-]?)(\d*)\.?(\d*)$/.exec(digits) ?? [
    undefined,
    '',
    digits,
  ];
  return `${sign}${whole.replace(/^0+/, '')}.${part.replace(/0+$/, '')}`;
}

test('the engine reads a text as the contract’s own value of that text is read', async () => {
  await fc.assert(
    fc.asyncProperty(words, fc.array(text, { minLength: 60, maxLength: 60 }), async (field, texts) => {
      const isPlain = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
      const hasDecimals = field.type === 'number' && !field.double;
      const bySql = await readBySql(field, texts);
      texts.forEach((one, i) => {
        const plain = plainNumber(field, one) ?? null;
        const found = bySql[i] ?? null;
        if (!hasDecimals) expect([one, found]).toEqual([one, plain]);
        // A decimal's exponent is taken out as well.
        else if (plain !== null && isPlain.test(plain)) {
          expect([one, plainest(found ?? 'none')]).toEqual([one, plainest(withoutExponent(plain))]);
        }
      });
    }),
    tries(60),
  );
});

const BARE = { type: 'number', double: true, bareNumber: false } as const;

describe('around a number', () => {
  test('each code and each sign, before it and after it, and blanks and a per cent sign beside them', async () => {
    const decorations = [...CURRENCY_CODES, ...CURRENCY_SIGNS, '%'];
    const texts = decorations.flatMap((word) => [`${word}5`, `5${word}`, ` ${word}\u00a0 -5.5\t${word}% `]);
    expect(await readBySql(BARE, texts)).toEqual(decorations.flatMap(() => ['5', '5', '-5.5']));
    expect(texts.map((one) => plainNumber(BARE, one))).toEqual(decorations.flatMap(() => ['5', '5', '-5.5']));
  });

  test.each([
    '5.00 DR',
    '1.2K',
    'minus 5',
    '<5',
    '3 MB',
    '~5',
    '5 ± 1',
    '5 eur',
    'EUREUR 5',
    '(5)',
    '5-',
    '-€5',
    '$.5',
    '5 °',
    '\u200e5',
    'Rs.50',
  ])('%s is no number', async (one) => {
    expect(await readBySql(BARE, [one])).toEqual([null]);
    expect(plainNumber(BARE, one)).toBeUndefined();
  });
});

test('Unicode’s signs are listed', () => {
  const all = Array.from({ length: 0x11_0000 }, (_, code) => String.fromCodePoint(code));
  const listed = new Set(CURRENCY_SIGNS);
  // The newest sign is not yet known to every version of Node.
  expect(all.filter((character) => /\p{Sc}/u.test(character) && !listed.has(character))).toEqual([]);
  expect(CURRENCY_SIGNS.filter((sign) => !/\p{Sc}/u.test(sign) && sign !== '\u20c1')).toEqual([]);
});
