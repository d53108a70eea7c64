import fc from 'fast-check';
import { expect, test } from 'vitest';
import { indexedNames, namesIndex, WantedNames } from '../../lib/lake/shares-index.ts';

test('an index never denies a name that it has, and says how many it has', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.string(), (names, other) => {
      const index = namesIndex(names);
      expect(indexedNames(index)).toBe(names.length);
      for (const name of names) expect(new WantedNames([other, name]).mayBeIn(index)).toBe(true);
      expect(new WantedNames([other]).mayBeIn(index)).toBe(names.includes(other));
      expect(new WantedNames([]).mayBeIn(index)).toBe(false);
    }),
  );
});
