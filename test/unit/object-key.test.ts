import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareKeys } from '../../lib/core/object-key.ts';
import { tries } from '../support/tries.ts';

const CHARACTERS = [
  '/',
  '-',
  'a',
  'b',
  'é',
  '\u07ff',
  '\u0800',
  '\ud7ff',
  '\ue000',
  '\uffff',
  '🚤',
  '\u{10ffff}',
];
const key = fc.array(fc.constantFrom(...CHARACTERS), { maxLength: 5 }).map((parts) => parts.join(''));

test('keys are in the order of their UTF-8 bytes', () => {
  fc.assert(
    fc.property(key, key, (a, b) => {
      expect(Math.sign(compareKeys(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
    tries(5000),
  );
});
