import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { globMatcher, globProblem } from '../../lib/core/glob.ts';

describe('globMatcher', () => {
  it.each([
    ['a/*.csv', 'a/x.csv', true],
    ['a/*.csv', 'a/b/x.csv', false],
    ['a/*.csv', 'a/.csv', false],
    ['a/*.csv', 'a/.x.csv', false],
    ['a/.*.csv', 'a/.x.csv', true],
    ['a/*.csv', 'a/x.CSV', false],
    ['a/*.csv', 'b/a/x.csv', false],
    ['a/*.csv', 'a/x.csv.gz', false],
    ['a/*.csv', 'a/x.csv\n', false],
    ['a/*.csv', 'a/x y+z %20[1](2)!.csv', true],
    ['a/*.csv', 'a/two\nlines.csv', true],
    ['a/**/*.csv', 'a/x.csv', true],
    ['a/**/*.csv', 'a/b/c/x.csv', true],
    ['a/**/*.csv', 'a/.b/x.csv', false],
    ['a/**', 'a/b/c', true],
    ['a/**', 'a', false],
    ['a/**', 'a/b/', false],
    ['**', 'a/b/c.csv', true],
    ['**/x.csv', 'x.csv', true],
    ['**/x.csv', 'yx.csv', false],
    ['a/b**.csv', 'a/bc.csv', true],
    ['a/b**.csv', 'a/b/c.csv', false],
    ['year=*/month=*/*.csv', 'year=2024/month=01/x.csv', true],
    ['year=*/month=*/*.csv', 'year=/month=01/x.csv', true],
    ['a?.csv', 'ab.csv', true],
    ['a?.csv', 'a.csv', false],
    ['a?.csv', 'a/.csv', false],
    ['a.{csv,json}', 'a.json', true],
    ['a.{csv,json}', 'a.txt', false],
    ['a.csv{,.gz}', 'a.csv', true],
    ['a.csv{,.gz}', 'a.csv.gz', true],
    ['[ab]*.csv', 'bx.csv', true],
    ['[ab]*.csv', '[ab]x.csv', false],
    ['[ab].csv', '[ab].csv', false],
    ['[!ab].csv', 'c.csv', true],
    ['[!ab].csv', 'a.csv', false],
    ['[0-9].csv', '7.csv', true],
    ['a+(b).csv', 'a+(b).csv', true],
    ['a+(b).csv', 'abb.csv', false],
    ['!(a).csv', 'b.csv', false],
    ['!(a).csv', '!(a).csv', true],
    ['!a.csv', 'b.csv', false],
    ['@(a|b).csv', 'a.csv', false],
    ['a|b', 'a', false],
    ['(a|b)', 'a', false],
    ['a.csv', 'axcsv', false],
    ['a^$.csv', 'a^$.csv', true],
  ] as const)('%j on %j is %j', (glob, key, expected) => {
    expect(globMatcher(glob)(key)).toBe(expected);
  });

  const segment = fc
    .string({ unit: 'binary', minLength: 1, maxLength: 8 })
    .map((text) => text.replace(/[*?{}[\]/\\\0]/g, '+'))
    .filter((text) => text !== '.' && text !== '..');
  const plainKey = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));

  it('without magic matches exactly itself', () => {
    fc.assert(
      fc.property(plainKey, plainKey, (glob, other) => {
        const matches = globMatcher(glob);
        expect(matches(glob)).toBe(true);
        expect(matches(other)).toBe(other === glob);
        expect(matches(`${glob}x`)).toBe(false);
        expect(matches(`x/${glob}`)).toBe(false);
      }),
    );
  });

  it('takes every name without a leading dot for *', () => {
    fc.assert(
      fc.property(segment, (name) => {
        expect(globMatcher('in/*')(`in/${name}`)).toBe(!name.startsWith('.'));
        expect(globMatcher('in/**/x')(`in/${name}/x`)).toBe(!name.startsWith('.'));
      }),
    );
  });
});

describe('globProblem', () => {
  it.each([
    ['', 'empty'],
    ['/a', 'starts with "/"'],
    ['a/../b', '".."'],
    ['./a', '"."'],
    ['a\\b', '"\\"'],
    ['a//b', 'empty folder name'],
    ['a/', 'empty folder name'],
    ['s3://bucket/a', 'URL'],
    ['a[b', '[abc]'],
    ['a[b/c]', '[abc]'],
    ['a[]', '[abc]'],
    ['a[^b]', '[!a-z]'],
    ['a]', '[abc]'],
    ['a{b,c', 'neither {a,b}'],
    ['a{}', 'neither {a,b}'],
    ['a{b*}', 'neither {a,b}'],
    ['a}', 'neither {a,b}'],
    ['a{b,{c,d}}', 'one level'],
  ])('%j: %s', (glob, problem) => {
    expect(globProblem(glob)).toContain(problem);
  });

  it.each(['a/*.csv', '**/x', 'a.{csv,json}', '[!a]b', 'year=*/x y+z%.csv', 'a/{day}_{part no}.csv'])(
    'takes %j',
    (glob) => {
      expect(globProblem(glob)).toBeUndefined();
    },
  );
});
