// Two workers at once, in fixed interleavings: nothing is lost, and an older version never overwrites a newer one.
import { expect, test } from 'vitest';
import type { MemoryStore } from '../../lib/adapters/memory-store.ts';
import { apply } from '../../lib/evolve/apply.ts';
import { ingest } from '../../lib/ingest/ingest.ts';
import type { ObjectStore } from '../../lib/ports.ts';
import { refresh } from '../../lib/refresh/refresh.ts';
import { withContentEtags } from '../support/copied-files.ts';
import { interruptedStore, pausingStore } from '../support/mortal-store.ts';
import { newStore, openProcess, put, rowsOf, TestClock } from '../support/shop-lake.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
const clock = new TestClock();

const SALES = { kind: 'tables', name: 'sales' } as const;
const DAILY = { kind: 'insights', name: 'sales_daily' } as const;
const KEY = 'sales/day=2024-01-01/a.csv';
const sale = (id: number, amount: string) => `id,customer,amount\n${id},ann,${amount}\n`;

/** A slow worker that stops before its first commit of `table`, and a quick one, on the same stores. `seen`: landing as they see it. */
async function twoWorkers(table: string, seen = (store: MemoryStore): ObjectStore => store) {
  const landing = newStore(world, clock, 'landing');
  const lake = newStore(world, clock, 'lake');
  const quick = openProcess(world, clock, seen(landing), lake);
  await apply(quick.effects);
  const pausing = pausingStore(lake, new RegExp(`^${table}/_delta_log/`));
  return { landing, quick, slow: openProcess(world, clock, seen(landing), pausing.store), pausing };
}

test('two sources into one table: the slower commit is planned again, and both files are in', async () => {
  const { landing, quick, slow, pausing } = await twoWorkers('tables/sales');
  await put(landing, KEY, sale(1, '1.00'));
  await put(landing, 'sales/day=2024-01-02/b.csv', sale(2, '2.00'));
  const first = ingest(slow.effects, [{ source: KEY }]);
  await pausing.reached;
  const second = await ingest(quick.effects, [{ source: 'sales/day=2024-01-02/b.csv' }]);
  pausing.go();
  expect([(await first).conflicts, second.conflicts]).toEqual([1, 0]);
  expect(await rowsOf(quick, SALES, 'day, id, amount')).toEqual([
    { day: '2024-01-01', id: 1, amount: '1.00' },
    { day: '2024-01-02', id: 2, amount: '2.00' },
  ]);
});

test('two versions of one source: the worker that holds the older one gives way', async () => {
  const { landing, quick, slow, pausing } = await twoWorkers('tables/sales');
  await put(landing, KEY, sale(1, '1.00'));
  const older = ingest(slow.effects, [{ source: KEY }]);
  await pausing.reached;
  await put(landing, KEY, sale(1, '9.00'));
  const newer = await ingest(quick.effects, [{ source: KEY }]);
  pausing.go();
  expect(newer.outcomes.map((o) => o.result)).toEqual(['accepted']);
  expect((await older).outcomes.map((o) => o.result)).toEqual(['unchanged']);
  expect(await rowsOf(quick, SALES, 'id, amount')).toEqual([{ id: 1, amount: '9.00' }]);
});

test('a source deleted while an older worker is about to commit it: it stays withdrawn', async () => {
  const { landing, quick, slow, pausing } = await twoWorkers('tables/sales');
  await put(landing, KEY, sale(1, '1.00'));
  await ingest(quick.effects, [{ source: KEY }]);
  await put(landing, KEY, sale(1, '2.00'));
  const older = ingest(slow.effects, [{ source: KEY }]);
  await pausing.reached;
  await landing.remove([KEY]);
  const removal = await ingest(quick.effects, [{ source: KEY }]);
  pausing.go();
  expect(removal.outcomes.map((o) => o.result)).toEqual(['withdrawn']);
  expect((await older).failures).toEqual([]);
  expect(await rowsOf(quick, SALES)).toEqual([]);
});

test('the same source by two workers at once counts once', async () => {
  const { landing, quick, slow, pausing } = await twoWorkers('tables/sales');
  await put(landing, KEY, sale(1, '1.00'));
  const first = ingest(slow.effects, [{ source: KEY }]);
  await pausing.reached;
  await ingest(quick.effects, [{ source: KEY }]);
  pausing.go();
  await first;
  expect(await rowsOf(quick, SALES, 'id, amount')).toEqual([{ id: 1, amount: '1.00' }]);
});

test('a source that was withdrawn and put back while another one was about to be committed is read again', async () => {
  const { landing, quick, slow, pausing } = await twoWorkers('tables/sales', withContentEtags);
  await put(landing, KEY, sale(1, '1.00'));
  await ingest(quick.effects, [{ source: KEY }]);
  await put(landing, 'sales/day=2024-01-02/b.csv', sale(2, '2.00'));
  const both = ingest(slow.effects, [{ source: KEY }, { source: 'sales/day=2024-01-02/b.csv' }]);
  await pausing.reached;
  await landing.remove([KEY]);
  await ingest(quick.effects, [{ source: KEY }]);
  await put(landing, KEY, sale(1, '1.00'));
  pausing.go();
  expect((await both).outcomes.map((o) => o.result)).toEqual(['accepted', 'accepted']);
  expect(await rowsOf(quick, SALES, 'id, amount')).toEqual([
    { id: 1, amount: '1.00' },
    { id: 2, amount: '2.00' },
  ]);
});

test('a source that is replaced at any moment before the commit is committed as it is then', async () => {
  let replacements = 0;
  for (let effects = 1; ; effects++) {
    const landing = newStore(world, clock, 'landing');
    const lake = newStore(world, clock, 'lake');
    const quiet = openProcess(world, clock, landing, lake);
    await apply(quiet.effects);
    await put(landing, KEY, sale(1, '1.00'));
    let committed = 0;
    const replaced = interruptedStore(lake, effects, async () => {
      await put(landing, KEY, sale(1, '9.00'));
      committed = (await quiet.effects.tables.latest('tables/sales'))?.version ?? 0;
    });
    await ingest(openProcess(world, clock, landing, replaced.store).effects, [{ source: KEY }]);
    if (!replaced.done() || committed > 0) break;
    expect(await rowsOf(quiet, SALES, 'id, amount')).toEqual([{ id: 1, amount: '9.00' }]);
    replacements += 1;
  }
  expect(replacements).toBeGreaterThan(1);
});

test('a source that never rests is given back after five conversions, and the others are committed', async () => {
  const landing = newStore(world, clock, 'landing');
  const lake = openProcess(world, clock, landing, newStore(world, clock, 'lake'));
  await apply(lake.effects);
  await put(landing, KEY, sale(1, '1.00'));
  await put(landing, 'sales/day=2024-01-02/b.csv', sale(2, '2.00'));
  let downloads = 0;
  const restless: ObjectStore = Object.assign(Object.create(landing), {
    async download(key: string, etag?: string) {
      const file = await landing.download(key, etag);
      if (key === KEY) await put(landing, KEY, sale(1, `${++downloads}.50`));
      return file;
    },
  });
  const { outcomes, failures } = await ingest({ ...lake.effects, landing: restless }, [
    { source: KEY },
    { source: 'sales/day=2024-01-02/b.csv' },
  ]);
  expect(outcomes.map((o) => [o.source, o.result])).toEqual([['sales/day=2024-01-02/b.csv', 'accepted']]);
  expect(failures.map(({ request, error }) => [request.source, String(error)])).toEqual([
    [KEY, expect.stringContaining('changes while it is read')],
  ]);
  expect(downloads).toBe(5);
  expect(await rowsOf(lake, SALES, 'id')).toEqual([{ id: 2 }]);
});

test('two refreshes of one insight: the one that was planned on older inputs is computed anew', async () => {
  const { landing, quick, slow, pausing } = await twoWorkers('insights/sales_daily');
  await put(landing, KEY, sale(1, '1.00'));
  await ingest(quick.effects, [{ source: KEY }]);
  const older = refresh(slow.effects, DAILY);
  await pausing.reached;
  await put(landing, KEY, sale(1, '5.00'));
  await ingest(quick.effects, [{ source: KEY }]);
  await refresh(quick.effects, DAILY);
  pausing.go();
  await older;
  expect(await rowsOf(quick, DAILY, 'customer, sales, amount')).toEqual([
    { customer: 'ann', sales: 1, amount: '5.00' },
  ]);
});
