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
    negative: fc.constantFrom(undefined, undefined, ['(1)'], ['1-', '−', '<1']),
    positive: fc.constantFrom(undefined, undefined, ['1 DR'], ['K1K']),
  })
  .filter(({ decimalChar, groupChar }) => (decimalChar ?? '.') !== groupChar)
  .map(({ type, double, ...others }) => {
    const { bareNumber, decimalChar, groupChar, negative, positive } = others;
    return {
      type,
      double: type === 'number' && double,
      ...(bareNumber === undefined ? {} : { bareNumber }),
      ...(type === 'integer' || decimalChar === undefined ? {} : { decimalChar }),
      ...(groupChar === undefined ? {} : { groupChar }),
      ...(negative === undefined ? {} : { negative }),
      ...(positive === undefined ? {} : { positive }),
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
      // An exponent of three digits is refused.
      const isPlain = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,2})?$/;
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

/** What may stand in place of a blank in a form, and all kinds of the groupChar " ". */
const SPACES = ['', ' ', '\u00a0', '\u202f', '\u2009'];
/** Forms as people write them, with the text that stands before and after the digits. */
const FORMS = [
  ['(1.00)', '(', ')'],
  ['1.00-', '', '-'],
  ['1.00 CR', '', ' CR'],
  ['−', '−', ''],
  ['Cr 1', 'Cr ', ''],
  ['[ 1 ]', '[ ', ' ]'],
] as const;

describe('signs that are written in other ways', () => {
  const digits = fc
    .tuple(fc.nat(9_999_999), fc.option(fc.nat(999)))
    .map(([whole, part]) => ({ whole: String(whole), part: part === null ? '' : `.${part}` }));
  const drawn = fc.record({
    listed: fc.uniqueArray(fc.nat(FORMS.length - 1), { minLength: 1, maxLength: 4 }),
    used: fc.nat(FORMS.length - 1),
    space: fc.constantFrom(...SPACES),
    gap: fc.constantFrom(...SPACES.slice(1)),
    digits,
    sign: fc.constantFrom('', '', '', '-', '+'),
    isPositive: fc.boolean(),
  });

  test('mean the number with that sign where they are listed, and nothing elsewhere', async () => {
    await fc.assert(
      fc.asyncProperty(
        drawn,
        async ({ listed, used, space, gap, digits: { whole, part }, sign, isPositive }) => {
          const word = isPositive ? 'positive' : 'negative';
          const forms = listed.map((i) => FORMS[i]?.[0] ?? '');
          const field: NumberWords = { type: 'number', double: false, groupChar: ' ', [word]: forms };
          // Groups of three from the end, counted here.
          const grouped = [...whole]
            .map((one, i) => ((whole.length - i) % 3 === 0 && i > 0 ? gap + one : one))
            .join('');
          const [, before = '', after = ''] = FORMS[used] ?? [];
          const written = `${before.replace(' ', space)}${sign}${grouped}${part}${after.replace(' ', space)}`;
          // "−" with a further sign, or in a form, is two signs.
          const isRead = listed.includes(used) && sign === '';
          const expected = isRead ? `${isPositive ? '' : '-'}${whole}${part}` : undefined;
          expect([written, plainNumber(field, written)]).toEqual([written, expected]);
          const [bySql] = await readBySql(field, [written]);
          expect([written, bySql ?? undefined]).toEqual([written, expected]);
        },
      ),
      tries(200),
    );
  });

  test('take the same digits as numbers without them, and no sign of their own', async () => {
    const texts = [
      '(1.)',
      '(.5)',
      '(1e3)',
      '(1e-2)',
      '(1 234)',
      '(1 23)',
      '(1234 567)',
      '(+1)',
      '()',
      '(1',
      '1)',
      '((1))',
      '(1)(2)',
      '(1) ',
    ];
    const field: NumberWords = { type: 'number', double: true, groupChar: ' ', negative: ['(1)'] };
    const expected = ['-1', '-.5', '-1e3', '-1e-2', '-1234', ...Array.from({ length: 9 }, () => null)];
    expect(await readBySql(field, texts)).toEqual(expected);
    expect(texts.map((one) => plainNumber(field, one) ?? null)).toEqual(expected);
  });

  test('have around them, and within them but at a sign, what bareNumber false strips', async () => {
    const field: NumberWords = { ...BARE, negative: ['(1)', '1-', '−', '1 CR'] };
    const right = [
      '(5)',
      'EUR (5)',
      '(€ 5)',
      '(5 EUR) ',
      '$ ( 5%)',
      '5-',
      '5- EUR',
      '€5-',
      '−5',
      '€ −5',
      '−5 €',
      '5 EUR CR',
      'EUR 5 CR %',
    ];
    const wrong = [
      '−$5',
      '− 5',
      '5 €-',
      '5 -',
      '-(5)',
      '(-5)',
      '($.5)',
      '5 cr',
      '(5',
      '(5) x',
      '(5)(5)',
      '5 CR CR',
      // A code on each side, whatever is the form's own.
      '−5 EUR EUR',
      'EUR USD 5 CR',
      'EUR $ EUR 5-',
    ];
    const expected = [...right.map(() => '-5'), ...wrong.map(() => null)];
    expect(await readBySql(field, [...right, ...wrong])).toEqual(expected);
    expect([...right, ...wrong].map((one) => plainNumber(field, one) ?? null)).toEqual(expected);
  });

  test('leave the plain digits of a field without other words as they are', async () => {
    const field: NumberWords = { type: 'integer', double: false, negative: ['(1)'], positive: ['1 DR'] };
    const texts = ['5', '-5', '(5)', '5\u00a0DR', 'x', '5 CR'];
    const expected = ['5', '-5', '-5', '5', 'x', '5 CR'];
    expect(await readBySql(field, texts)).toEqual(expected);
    expect(texts.map((one) => plainNumber(field, one))).toEqual(expected);
  });
});

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
