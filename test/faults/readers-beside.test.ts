// Whoever looks at a lake while others write sees no fault that is not there: the lake moves on once, before each of the
// reader's requests in turn.
import { beforeAll, expect, test } from 'vitest';
import type { MemoryStore } from '../../lib/adapters/memory-store.ts';
import { tablePrefix } from '../../lib/core/insight.ts';
import { certifyLake } from '../../lib/inspect/certify-lake.ts';
import { lakeStatus } from '../../lib/inspect/lake-status.ts';
import { downstreamFirst } from '../../lib/lake/read-order.ts';
import { maintainTables } from '../../lib/maintain/maintain-tables.ts';
import { reconcile } from '../../lib/maintain/reconcile.ts';
import { Moment } from '../support/later-store.ts';
import { writeOver } from '../support/page-lake.ts';
import { newStore, openProcess, put, syncPrune, TestClock, type TestLake } from '../support/shop-lake.ts';
import { copyOf } from '../support/store-copy.ts';
import { strideOf } from '../support/tries.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();

const DAY_MS = 24 * 3600 * 1000;
const sale = (day: number) => `sales/day=2024-01-${String(day).padStart(2, '0')}/a.csv`;
const rows = (...amounts: string[]) =>
  ['id,customer,amount', ...amounts.map((amount, id) => `${id},ann,${amount}`), ''].join('\n');

type Stores = { readonly landing: MemoryStore; readonly lake: MemoryStore };

/** A lake, and the same after files came, were corrected, deleted and refused, checkpoints were written, and it was maintained. */
async function twoMoments(clock: TestClock): Promise<{ before: Stores; after: Stores }> {
  const stores = async (of?: Stores): Promise<Stores> =>
    of === undefined
      ? { landing: newStore(world, clock, 'landing'), lake: newStore(world, clock, 'lake') }
      : { landing: await copyOf(world, clock, of.landing), lake: await copyOf(world, clock, of.lake) };
  const before = await stores();
  const opened = openProcess(world, clock, before.landing, before.lake);
  await put(before.landing, 'customers/1.csv', 'customer,city\nann,Rome\n');
  for (const day of [1, 2, 3]) await put(before.landing, sale(day), rows('1.00', 'oops'));
  await put(before.landing, sale(4), 'nothing,of,it\n1,2,3\n');
  await syncPrune(opened);
  const after = await stores(before);
  const later = openProcess(world, clock, after.landing, after.lake);
  await after.landing.remove([sale(1)]);
  await put(after.landing, sale(2), rows('2.00', '3.00'));
  await put(after.landing, sale(4), rows('4.00'));
  await put(after.landing, sale(3), 'nothing,of,it\n1,2,3\n');
  for (let day = 5; day < 8; day += 1) {
    await put(after.landing, sale(day), rows(`${day}.00`, 'oops'));
    clock.tick();
    await syncPrune(later);
  }
  await maintainTables(later.effects, { retentionMs: 7 * DAY_MS });
  expect([...opened.dead, ...later.dead]).toEqual([]);
  return { before, after };
}

/** Sentences on faults, by the name of whoever looks. What only says that work is left is not one. */
const looks: Record<string, (reader: TestLake) => Promise<readonly unknown[]>> = {
  'the status': async ({ effects }) => {
    const { failures, logs, unseen, datasets, derived } = await lakeStatus(effects);
    return [
      ...failures.map(({ message }) => message),
      ...logs,
      ...unseen,
      ...datasets.flatMap(({ vanished, rejected }) => [...vanished, ...rejected.map(({ source }) => source)]),
      ...derived.flatMap(({ problems, stale }) => [...problems, ...stale]),
    ];
  },
  'the check of every log': async ({ effects: { catalog, tables } }) => {
    const problems: string[] = [];
    for (const table of downstreamFirst(catalog))
      problems.push(...(await tables.problems(tablePrefix(table), { whole: true })));
    return problems;
  },
  'the certificate': async ({ effects }) => (await certifyLake(effects)).problems,
  'what a sync finds': async ({ effects }) => {
    const { vanished, failed, absent, unseen } = await reconcile(effects, {});
    return [...vanished.map(({ source }) => source), ...failed, ...absent, ...unseen];
  },
  'the page': async (reader) => {
    const { index } = await writeOver(reader, newStore(world, new TestClock(), 'site'));
    return index.faults.flatMap(({ state, what, cause }) => (state === 'fault' ? [`${what} ${cause}`] : []));
  },
};

let moments: { readonly before: Stores; readonly after: Stores };
const clock = new TestClock();
beforeAll(async () => {
  moments = await twoMoments(clock);
});

for (const [name, look] of Object.entries(looks))
  test(`${name} tells of no fault that is not there`, async () => {
    const { before, after } = moments;
    const seen = async (requests: number) => {
      const moment = new Moment(requests);
      const landing = moment.store(before.landing, after.landing);
      const lake = moment.store(before.lake, after.lake);
      const found = await look(openProcess(world, clock, landing, lake));
      return { found, requests: moment.requests };
    };
    const [ended, begun] = [await seen(0), await seen(Number.POSITIVE_INFINITY)];
    const isThere = new Set([...ended.found, ...begun.found].map((fault) => JSON.stringify(fault)));
    expect(begun.requests).toBeGreaterThan(20);
    const wrong = new Map<string, number>();
    for (let at = 1; at < begun.requests; at += strideOf(begun.requests > 100 ? 3 : 1))
      for (const fault of (await seen(at)).found)
        if (!isThere.has(JSON.stringify(fault))) wrong.set(JSON.stringify(fault), at);
    expect(Object.fromEntries(wrong)).toEqual({});
  });
