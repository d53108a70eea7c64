// A glob is told from any key at once, and means what picomatch says.
import fc from 'fast-check';
import picomatch from 'picomatch';
import { expect, it } from 'vitest';
import { globMatcher, globProblem } from '../../lib/core/glob.ts';
import { tries } from '../support/tries.ts';

const part = fc.constantFrom(
  '*',
  '*',
  '*',
  '?',
  'a',
  'b',
  '_',
  '.',
  '-',
  'é',
  '[ab]',
  '[!a]',
  '{a,b}',
  '{ab,a}',
  'ab',
);
const segment = fc.oneof(
  { weight: 5, arbitrary: fc.array(part, { minLength: 1, maxLength: 9 }).map((parts) => parts.join('')) },
  { weight: 1, arbitrary: fc.constant('**') },
);
const glob = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/'));
const letter = fc.constantFrom('a', 'a', 'a', 'b', '_', '.', '-', 'é', '\u{1F600}');
const name = fc.array(letter, { minLength: 1, maxLength: 12 }).map((letters) => letters.join(''));
const key = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/'));

it('a glob matches the keys that picomatch matches', () => {
  let matched = 0;
  fc.assert(
    fc.property(glob, fc.array(key, { minLength: 20, maxLength: 20 }), (pattern, keys) => {
      if (globProblem(pattern) !== undefined) return;
      const matches = globMatcher(pattern);
      const files = pattern
        .replaceAll('[!', '[^')
        .replaceAll('-', '\\-')
        .replace(/(^|\/)\*\*$/, '$1**/*');
      const expected = picomatch.makeRe(files, {
        noextglob: true,
        nonegate: true,
        literalBrackets: false,
        flags: 's',
      });
      for (const candidate of keys) {
        expect(matches(candidate), `${pattern} ${candidate}`).toBe(expected.test(candidate));
        if (matches(candidate)) matched += 1;
      }
    }),
    { ...tries(3000), ignoreEqualValues: true },
  );
  expect(matched).toBeGreaterThan(500);
});

const long = 'a'.repeat(1000);
it.each([
  [`${'*a'.repeat(400)}*.csv`, `${long}.txt`],
  [`${'*_?[ab]'.repeat(20)}*.csv`, `${'_aa'.repeat(300)}.txt`],
  [`${'*/'.repeat(30)}*a*a*a*a*a*a*.csv`, `${'a/'.repeat(30)}${'a'.repeat(900)}.txt`],
  ['**/a/**/*a*a*a*a*.csv', `${'a/'.repeat(400)}${'a'.repeat(200)}.txt`],
  [`{a,b}*{a,b}*{a,b}*a*a*a*.csv`, `${'a'.repeat(250)}.txt`],
])('%s is told from a long key at once', (pattern, candidate) => {
  expect(globProblem(pattern)).toBeUndefined();
  const matches = globMatcher(pattern);
  const started = performance.now();
  expect(matches(candidate)).toBe(false);
  expect(performance.now() - started).toBeLessThan(10_000);
});

it.each([
  ['**/a/**/b/**/c/**/*.csv', 'it has more than 3 "**"'],
  ['*{a,b}*{a,b}*{a,b}*{a,b}*.csv', '"*" and "{…}" alternate more than 3 times'],
])('%s is refused', (pattern, problem) => {
  expect(globProblem(pattern)).toContain(problem);
});
