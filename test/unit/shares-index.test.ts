import fc from 'fast-check';
import { expect, test } from 'vitest';
import { indexedNames, mayHave, nameHash, namesIndex } from '../../lib/lake/shares-index.ts';

test('an index never denies a name that it has, and says how many it has', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.string(), (names, other) => {
      const index = namesIndex(names);
      expect(indexedNames(index)).toBe(names.length);
      for (const name of names) expect(mayHave(index, new Set([nameHash(name)]))).toBe(true);
      expect(mayHave(index, new Set([nameHash(other)]))).toBe(names.includes(other));
      expect(mayHave(index, new Set())).toBe(false);
    }),
  );
});
