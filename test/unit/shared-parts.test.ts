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

/** A live data file, and what an entry says of it and of others: mostly the same. */
const told = add.chain((live) =>
  fc.tuple(
    fc.constant(live),
    fc.array(
      fc.oneof(
        add,
        fc
          .record({ size: fc.nat({ max: 1 }), dataChange: fc.boolean() })
          .map((own) => ({ ...copyOf(live), ...own })),
      ),
      { maxLength: 3 },
    ),
  ),
);

function copyOf<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}

it('entries say what they said, with the texts of a snapshot where all of them are equal', () => {
  let shared = 0;
  fc.assert(
    fc.property(told, ([live, adds]) => {
      const files = new Map([[live.path, live]]);
      const actions = [{ txn: { appId: 'x', version: 1 } }, ...adds.map((add) => ({ add }))];
      const [found] = sharingParts([{ version: 0, actions }], { files });
      expect(found).toEqual({ version: 0, actions });
      for (const action of found?.actions ?? [])
        if ('add' in action && action.add.partitionValues === live.partitionValues) {
          expect(action.add.tags).toBe(live.tags);
          shared += 1;
        }
    }),
    { seed: 1, numRuns: 500 },
  );
  expect(shared).toBeGreaterThan(200);
});

it("another writer's add without tags is what it was", () => {
  const line =
    '{"path":"a","partitionValues":{},"size":1,"modificationTime":1,"dataChange":true,"tags":null}';
  const [add, live]: [Add, Add] = [JSON.parse(line), JSON.parse(line)];
  const entry = { version: 0, actions: [{ add }] };
  expect(sharingParts([entry], { files: new Map([['a', live]]) })).toEqual([entry]);
});
