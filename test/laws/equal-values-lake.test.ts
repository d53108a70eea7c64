// Zeros of both signs through a lake: what is published does not depend on which file came first, and a value that rows alone
// decide is published as it is.
import { expect, test } from 'vitest';
import { apply } from '../../lib/evolve/apply.ts';
import { deliver } from '../../lib/local/deliver.ts';
import { salesByDay } from '../support/sales-by-day.ts';
import { openLake, openPackage, put, rowsOf, syncPrune, TestClock } from '../support/shop-lake.ts';
import { useWorld } from '../support/use-world.ts';

const contract = {
  name: 'shop',
  resources: [
    salesByDay([
      { name: 'id', type: 'integer' },
      { name: 'amount', type: 'number', precision: 9, scale: 2 },
    ]),
  ],
};
const insight = (select: string) => `/* ---\npartitionBy: [day]\n--- */\n${select}\n`;
const INSIGHTS = {
  buckets: insight('SELECT day, round(amount / 10) AS bucket, count(*) AS n FROM sales GROUP BY day, bucket'),
  ratios: insight('SELECT day, id, amount / -10 AS ratio FROM sales'),
  worst: insight(
    'SELECT day, max(ratio) AS worst, min(ratio * 2) AS twice, count(DISTINCT ratio) AS n FROM ratios WHERE ratio = 0 GROUP BY day',
  ),
  means: insight('SELECT day, avg(amount) AS mean, max(amount) AS most FROM sales GROUP BY day'),
};

const world = useWorld(() => openPackage(contract, INSIGHTS));

const FILES = [
  ['sales/day=2024-01-01/a.csv', 'id,amount\n1,0.01\n2,0.00\n'],
  ['sales/day=2024-01-01/b.csv', 'id,amount\n3,-0.01\n4,-0.00\n'],
  ['sales/day=2024-01-01/c.csv', 'id,amount\n5,-25.00\n'],
] as const;

/** All that is published, as texts, where the files came in this order, each on a table of its own version. */
async function published(files: readonly (readonly [string, string])[]): Promise<Record<string, unknown>> {
  const clock = new TestClock();
  const lake = openLake(world, clock);
  await apply(lake.effects);
  for (const [key, text] of files) {
    clock.tick();
    await put(lake.effects.landing, key, text);
    await lake.queues.files.send([{ dataset: 'sales', source: key }]);
    await deliver(lake.effects, lake.queues);
  }
  await syncPrune(lake);
  expect(lake.dead).toEqual([]);
  const rows: Record<string, unknown> = {};
  for (const name of Object.keys(INSIGHTS))
    rows[name] = await rowsOf(lake, { kind: 'insights', name }, 'CAST(COLUMNS(*) AS VARCHAR)');
  return rows;
}

const DAY = { day: '2024-01-01' };

test('what is published is the same for every order of arrival', async () => {
  const first = await published(FILES);
  expect(await published(FILES.toReversed())).toEqual(first);
  expect(first.buckets).toEqual([
    { ...DAY, bucket: '-3.0', n: '1' },
    { ...DAY, bucket: '0.0', n: '4' },
  ]);
  expect(first.worst).toEqual([{ ...DAY, worst: '0.0', twice: '0.0', n: '1' }]);
});

test('a value that does not depend on the order keeps its sign', async () => {
  const { ratios } = await published(FILES);
  expect(ratios).toEqual([
    { ...DAY, id: '1', ratio: '-0.001' },
    { ...DAY, id: '2', ratio: '-0.0' },
    { ...DAY, id: '3', ratio: '0.001' },
    { ...DAY, id: '4', ratio: '-0.0' },
    { ...DAY, id: '5', ratio: '2.5' },
  ]);
});

test('only definitions that are concerned say so, and so have another hash than without', () => {
  const said = Object.fromEntries(
    world.catalog.derivations.map(({ target, canonical, varied }) => [target.name, { canonical, varied }]),
  );
  expect(said).toEqual({
    buckets: { canonical: ['bucket'], varied: undefined },
    ratios: { canonical: undefined, varied: ['ratio'] },
    worst: { canonical: ['worst', 'twice'], varied: undefined },
    means: { canonical: undefined, varied: undefined },
  });
});
