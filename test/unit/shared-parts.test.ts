import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Add } from '../../lib/delta/actions.ts';
import { sharingParts } from '../../lib/delta/shared-parts.ts';

const texts = fc.dictionary(fc.constantFrom('year', 'day'), fc.constantFrom('1', '2'));
const add: fc.Arbitrary<Add> = fc.record(
  {
    path: fc.constantFrom('a.parquet', 'b.parquet'),
    partitionValues: texts,
    size: fc.nat({ max: 1 }),
    modificationTime: fc.nat({ max: 1 }),
    dataChange: fc.boolean(),
    stats: fc.constantFrom('{}', '{"numRecords":1}'),
    tags: texts,
  },
  { requiredKeys: ['path', 'partitionValues', 'size', 'modificationTime', 'dataChange'] },
);

it('entries say what they said, with the texts of a snapshot where all of them are equal', () => {
  let shared = 0;
  fc.assert(
    fc.property(fc.array(add, { maxLength: 3 }), add, (adds, live) => {
      const files = new Map([[live.path, live]]);
      const entry = {
        version: 0,
        actions: [{ txn: { appId: 'x', version: 1 } }, ...adds.map((add) => ({ add }))],
      };
      const [found] = sharingParts([entry], { files });
      expect(found).toStrictEqual(entry);
      for (const action of found?.actions ?? [])
        if ('add' in action && action.add.partitionValues === live.partitionValues) {
          expect(action.add.tags).toBe(live.tags);
          shared += 1;
        }
    }),
    { seed: 1, numRuns: 500 },
  );
  expect(shared).toBeGreaterThan(20);
});
