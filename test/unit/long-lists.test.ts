import fc from 'fast-check';
import { expect, it } from 'vitest';
import { differences, findBySource, withChanged } from '../../lib/core/long-lists.ts';

type One = { readonly source: string; readonly size: number };

const isSame = (a: One, b: One) => a.source === b.source && a.size === b.size;
const listed = ([source, size]: [string, number]): One => ({ source, size });
const names = fc.dictionary(fc.constantFrom(...'abcdefgh'), fc.nat({ max: 1 }));
const sorted = (all: Readonly<Record<string, number>>) => Object.entries(all).sort().map(listed);

it('differences are what one list has and the other has not', () => {
  fc.assert(
    fc.property(names, names, fc.boolean(), (before, now, isTurned) => {
      const [old, present] = [sorted(before), isTurned ? sorted(now).reverse() : sorted(now)];
      const { gone, come } = differences(old, present, ({ source }) => source, isSame);
      expect(gone).toEqual(old.filter(({ source, size }) => now[source] !== size));
      expect(come).toEqual(present.filter(({ source, size }) => before[source] !== size));
    }),
    { numRuns: 500 },
  );
});

it('a list with the differences put in is the other list', () => {
  fc.assert(
    fc.property(names, names, (before, now) => {
      const all = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
      const changed = all
        .filter((source) => before[source] !== now[source])
        .map((source) => [source, source in now ? { source, size: now[source] ?? 0 } : undefined] as const);
      const result = withChanged(sorted(before), changed);
      expect(result).toEqual(sorted(now));
      for (const source of all) expect(findBySource(result, source)?.size).toBe(now[source]);
    }),
    { numRuns: 500 },
  );
});
