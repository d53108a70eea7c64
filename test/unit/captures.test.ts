// Captures of a path: every way in which a key can be read is found, beside a judge that divides texts by hand.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { captureReader } from '../../lib/core/captures.ts';

const texts = (glob: string, key: string) => {
  const { all, isWhole } = captureReader(glob)(key);
  return { all: all.map((one) => [...one.values()]).sort(), isWhole };
};

/** All ways to divide a text at `_` into so many parts, none empty. */
function divided(text: string, parts: number): string[][] {
  if (parts === 1) return text === '' ? [] : [[text]];
  return [...text].flatMap((character, i) =>
    character === '_' && i > 0
      ? divided(text.slice(i + 1), parts - 1).map((rest) => [text.slice(0, i), ...rest])
      : [],
  );
}

describe('captures', () => {
  it.each<[string, string, string[][]]>([
    ['a/{run}/part_*.csv', 'a/7/part_1.csv', [['7']]],
    ['a/{run}/part_*.csv', 'a/7/8/part_1.csv', []],
    ['a/{run}.{csv,json}', 'a/x.json', [['x']]],
    [
      '{a}-*-{b}',
      '1-2-3-4',
      [
        ['1', '3-4'],
        ['1', '4'],
        ['1-2', '4'],
      ],
    ],
    ['**/{a}/x', 'p/q/x', [['q']]],
    ['{a}/**', 'p/q/x', [['p']]],
    ['a$/{a}(1).csv', 'a$/$&(1).csv', [['$&']]],
  ])('%s reads %s', (glob, key, expected) => {
    expect(texts(glob, key)).toEqual({ all: expected, isWhole: true });
  });

  it('are read in every way', () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'b', '_', '1'), minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(name, fc.integer({ min: 1, max: 3 }), (text, parts) => {
        const glob = `${['{x}', '{y}', '{z}'].slice(0, parts).join('_')}.csv`;
        const all = divided(text, parts).sort();
        fc.pre(all.length < 20);
        expect(texts(glob, `${text}.csv`)).toEqual({ all, isWhole: true });
      }),
    );
  });

  it('that have a name of their own are read in the one way that there is', () => {
    const text = (minLength: number) =>
      fc.string({ unit: fc.constantFrom('a', '_', '1', '.', '$', '(', ' '), minLength, maxLength: 4 });
    const segment = fc.record({
      before: text(0).map((one) => `x${one}`),
      captured: fc.option(text(1), { nil: undefined }),
      after: text(0),
    });
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 4 }), text(1), (segments, last) => {
        const glob = segments.map(({ before, captured, after }, i) =>
          captured === undefined ? `${before}*` : `${before}{c${i}}${after}`,
        );
        const key = segments.map(({ before, captured, after }) => `${before}${captured ?? ''}${after}`);
        const all = segments.flatMap(({ captured = [] }) => captured);
        const expected = all.length === 0 ? [] : [all];
        expect(texts([...glob, 'f?*'].join('/'), [...key, `f${last}`].join('/'))).toEqual({
          all: expected,
          isWhole: true,
        });
      }),
    );
  });

  it('are not looked for without end, and a key with the characters that set readings apart is read once', () => {
    expect(texts('{x}_{y}_{z}', 'a_'.repeat(60))).toMatchObject({ isWhole: false });
    expect(texts('{x}_{y}', 'a\u0001_b')).toEqual({ all: [['a\u0001', 'b']], isWhole: false });
  });
});
