// An upsert with orderBy, deleteWhen and history: crash after any effect, deliver again, and its tables are as after one clean run.
import { describe, expect, test } from 'vitest';
import { apply } from '../../lib/evolve/apply.ts';
import { deliver } from '../../lib/local/deliver.ts';
import { crashAfterEach } from '../support/crashes.ts';
import {
  newStore,
  openPackage,
  openProcess,
  put,
  rowsOf,
  syncPrune,
  TestClock,
  type TestLake,
  visible,
} from '../support/shop-lake.ts';
import { copyOf } from '../support/store-copy.ts';
import { strideOf } from '../support/tries.ts';
import { useWorld } from '../support/use-world.ts';

const contract = {
  name: 'crm',
  resources: [
    {
      name: 'customers',
      path: 'customers/*.csv',
      mode: 'upsert',
      orderBy: ['day'],
      deleteWhen: { op: ['D'] },
      history: true,
      schema: {
        primaryKey: 'id',
        fields: [
          { name: 'id', type: 'integer' },
          { name: 'city', type: 'string', constraints: { required: true } },
          { name: 'op', type: 'string' },
          { name: 'day', type: 'date', constraints: { required: true } },
        ],
      },
    },
  ],
};
const LIVES = `/* ---
over: customers_history
--- */
SELECT id, count(*) AS lives, max(valid_to) AS last_end FROM customers_history GROUP BY id
`;
const world = useWorld(() => openPackage(contract, { lives: LIVES }));
const clock = new TestClock();

async function startingPoint() {
  const landing = newStore(world, clock, 'landing');
  const before = newStore(world, clock, 'before');
  await put(landing, 'customers/1.csv', 'id,city,op,day\n1,Rome,,2024-01-01\n2,Oslo,,2024-01-01\n');
  await put(landing, 'customers/2.csv', 'id,city,op,day\n1,Oslo,,2024-01-03\n1,Bern,,2024-01-05\n');
  await syncPrune(openProcess(world, clock, landing, before));
  clock.tick();
  await put(landing, 'customers/2.csv', 'id,city,op,day\n1,Oslo,,2024-01-04\n1,,,2024-01-05\n');
  await put(
    landing,
    'customers/3.csv',
    'id,city,op,day\n2,,D,2024-01-02\n3,Bonn,,2024-01-09\n3,,D,2024-01-10\n',
  );
  await put(landing, 'customers/4.csv', 'id,city,op,day\n1,Wien,,2024-01-02\n');
  return { landing, before };
}

async function runEvents(lake: TestLake): Promise<void> {
  await apply(lake.effects);
  await lake.queues.files.send([2, 3, 4].map((n) => ({ source: `customers/${n}.csv` })));
  await deliver(lake.effects, lake.queues);
}

describe.each([
  { again: 'the same events are delivered again', recover: runEvents },
  { again: 'sync runs', recover: syncPrune },
])('after a crash at any effect, when $again', ({ recover }) => {
  test('the tables of versions are as after one clean run', async () => {
    const { landing, before } = await startingPoint();
    const clean = openProcess(world, clock, landing, await copyOf(world, clock, before));
    await runEvents(clean);
    expect(clean.dead).toEqual([]);
    const expected = await visible(clean);
    const history = await rowsOf(
      clean,
      { kind: 'tables', name: 'customers_history' },
      'id, city, valid_from, valid_to',
    );
    expect(history.map((row) => Object.values(row).join(' '))).toEqual([
      '1 Oslo 2024-01-04 ',
      '1 Rome 2024-01-01 2024-01-02',
      '1 Wien 2024-01-02 2024-01-04',
      '2 Oslo 2024-01-01 2024-01-02',
      '3 Bonn 2024-01-09 2024-01-10',
    ]);

    const beginning = { world, clock, landing, lake: before, stride: strideOf(3) };
    const crashes = await crashAfterEach(beginning, runEvents, async (next, when) => {
      await recover(next);
      expect(next.dead, when).toEqual([]);
      expect(await visible(next), when).toEqual(expected);
    });
    // Three sources, and the arrivals, the current rows, the history and the insight over it.
    expect(crashes).toBeGreaterThan(4);
  });
});
