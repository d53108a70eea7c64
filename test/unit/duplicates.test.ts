// Which live sources bring the same, against a comparison of each with each.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Add } from '../../lib/delta/actions.ts';
import { copiesOf, Repeats, sameSources } from '../../lib/ingest/duplicates.ts';
import { allShares, type LiveShares, type Share } from '../../lib/lake/shares.ts';

type Source = {
  readonly text: string | undefined;
  readonly contract: string;
  readonly rows: number;
  readonly at: number;
  /** Partition and content of each data file. */
  readonly files: readonly (readonly [partition: string, content: string | undefined])[];
};

const source: fc.Arbitrary<Source> = fc.record({
  text: fc.constantFrom('t1', 't2', 't3', undefined),
  contract: fc.constantFrom('c1', 'c1', 'c2'),
  rows: fc.constantFrom(0, 2, 2, 3),
  at: fc.nat(2),
  files: fc.uniqueArray(fc.tuple(fc.constantFrom('x', 'y'), fc.constantFrom('h1', 'h2', undefined)), {
    minLength: 1,
    maxLength: 2,
    selector: ([partition]) => partition,
  }),
});

function sharesOfSource(key: string, { text, contract, rows, at, files }: Source): Share[] {
  const adds = files.map(
    ([day, content], i): Add => ({
      path: `${key}-${i}`,
      partitionValues: { day },
      size: 1,
      modificationTime: 0,
      dataChange: true,
      tags: {
        'sluice.source': key,
        'sluice.lastModified': new Date(at * 1000).toISOString(),
        'sluice.contract': contract,
        'sluice.acceptedRows': String(rows),
        ...(text === undefined ? {} : { 'sluice.text': text }),
        ...(content === undefined ? {} : { 'sluice.content': content }),
      },
    }),
  );
  return allShares(adds);
}

function isSame(a: Source, b: Source): boolean {
  if (a.rows === 0 || b.rows === 0) return false;
  if (a.text !== undefined && a.text === b.text) return true;
  const known = [...a.files, ...b.files].every(([, content]) => content !== undefined);
  const files = ({ files }: Source) => JSON.stringify(files.toSorted(([p], [q]) => (p < q ? -1 : 1)));
  return known && a.contract === b.contract && files(a) === files(b);
}

function repeatsIn(live: LiveShares): Repeats {
  const repeats = new Repeats();
  for (const adds of live.values()) repeats.replace([], adds);
  return repeats;
}

it('groups the sources that bring the same, and names the others of each', () => {
  let groups = 0;
  fc.assert(
    fc.property(fc.array(source, { maxLength: 8 }), (sources) => {
      const keyed = sources.map((one, i): [string, Source] => [`s${i}`, one]);
      const live = new Map(keyed.map(([key, one]) => [key, sharesOfSource(key, one)]));
      const inOrder = keyed.toSorted(([p, a], [q, b]) => a.at - b.at || (p < q ? -1 : 1));
      const others = new Map(
        inOrder.map(([key, one]) => [
          key,
          inOrder.flatMap(([other, two]) => (other !== key && isSame(one, two) ? [other] : [])),
        ]),
      );
      const keys = keyed.map(([key]) => key);
      expect(copiesOf(live, keys)).toEqual(new Map([...others].filter(([, same]) => same.length > 0)));
      const reach = (key: string, seen: Set<string>): Set<string> => {
        if (!seen.has(key)) {
          seen.add(key);
          for (const other of others.get(key) ?? []) reach(other, seen);
        }
        return seen;
      };
      const expected = new Set(
        keys.map((key) => {
          const group = reach(key, new Set());
          return inOrder.flatMap(([other]) => (group.has(other) ? [other] : [])).join();
        }),
      );
      const wanted = [...expected].filter((group) => group.includes(',')).sort();
      expect(
        sameSources(live, repeatsIn(live))
          .map((group) => group.join())
          .sort(),
      ).toEqual(wanted);
      groups += wanted.length;
    }),
    { seed: 1, numRuns: 600 },
  );
  expect(groups).toBeGreaterThan(200);
});

it('what is counted on from replacement to replacement is what is counted afresh', () => {
  const steps = fc.array(fc.tuple(fc.nat(4), fc.option(source, { nil: undefined })), { maxLength: 12 });
  let groups = 0;
  fc.assert(
    fc.property(steps, (replaced) => {
      const [live, repeats] = [new Map<string, Share[]>(), new Repeats()];
      for (const [i, one] of replaced) {
        const [key, gone] = [`s${i}`, live.get(`s${i}`) ?? []];
        const come = one === undefined ? [] : sharesOfSource(key, one);
        repeats.replace(gone, come);
        if (one === undefined) live.delete(key);
        else live.set(key, come);
        expect(repeats.sharing(live)).toEqual(repeatsIn(live).sharing(live));
        const found = sameSources(live, repeats);
        expect(found).toEqual(sameSources(live, repeatsIn(live)));
        groups += found.length;
      }
    }),
    { seed: 1, numRuns: 300 },
  );
  expect(groups).toBeGreaterThan(100);
});
