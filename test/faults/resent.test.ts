// Files that are sent again under the same name: what they hold decides what is computed anew, not that they came.
import { expect, test } from 'vitest';
import { apply } from '../../lib/evolve/apply.ts';
import { ingest } from '../../lib/ingest/ingest.ts';
import { refresh } from '../../lib/refresh/refresh.ts';
import { notedCalls } from '../support/noted-calls.ts';
import {
  newStore,
  openProcess,
  put,
  syncPrune,
  TestClock,
  type TestLake,
  visible,
} from '../support/shop-lake.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();

const KEY = 'sales/day=2024-01-01/a.csv';
const TEXT = 'id,customer,amount\n1,ann,1.50\n2,bob,oops\n';
const DAILY = { kind: 'insights', name: 'sales_daily' } as const;

async function shop(): Promise<{
  lake: TestLake;
  clock: TestClock;
  send(key: string, text: string): Promise<unknown>;
}> {
  const clock = new TestClock();
  const lake = openProcess(world, clock, newStore(world, clock, 'landing'), newStore(world, clock, 'lake'));
  await apply(lake.effects);
  const send = async (key: string, text: string) => {
    clock.tick();
    await put(lake.effects.landing, key, text);
    const { outcomes, failures } = await ingest(lake.effects, [{ source: key }]);
    expect(failures).toEqual([]);
    return outcomes.map(({ result, partitions }) => [result, ...partitions.map(({ day }) => day)]);
  };
  return { lake, clock, send };
}

test('identical bytes in append mode: the new version is noted, and nothing is computed anew', async () => {
  const { lake, clock, send } = await shop();
  expect(await send(KEY, TEXT)).toEqual([['accepted', '2024-01-01']]);
  expect((await refresh(lake.effects, DAILY)).published).toHaveLength(1);
  expect(await send(KEY, TEXT)).toEqual([['accepted']]);
  expect((await refresh(lake.effects, DAILY)).published).toEqual([]);
  await syncPrune(lake);
  const clean = openProcess(world, clock, lake.effects.landing, newStore(world, clock, 'clean'));
  await syncPrune(clean);
  expect(await visible(lake)).toEqual(await visible(clean));

  expect(await send(KEY, TEXT.replace('1.50', '1.51'))).toEqual([['accepted', '2024-01-01', '2024-01-01']]);
  expect((await refresh(lake.effects, DAILY)).published).toHaveLength(1);
});

test('bytes that differ in refused rows alone change no accepted row', async () => {
  const { lake, send } = await shop();
  await send(KEY, TEXT);
  await refresh(lake.effects, DAILY);
  expect(await send(KEY, TEXT.replace('oops', 'ouch'))).toEqual([['accepted']]);
  expect((await refresh(lake.effects, DAILY)).published).toEqual([]);
});

test('in upsert and replace mode a file that is sent again is newer than the others', async () => {
  const { lake, send } = await shop();
  await send('customers/1.csv', 'customer,city\nann,Rome\n');
  await send('customers/2.csv', 'customer,city\nann,Oslo\n');
  await send('targets/1.csv', 'city,target\nRome,5\n');
  await send('targets/2.csv', 'city,target\nRome,6\n');
  for (const name of ['customers', 'targets']) await refresh(lake.effects, { kind: 'tables', name });
  expect(await send('customers/1.csv', 'customer,city\nann,Rome\n')).toEqual([
    ['accepted', undefined, undefined],
  ]);
  await send('targets/1.csv', 'city,target\nRome,5\n');
  for (const name of ['customers', 'targets'])
    expect((await refresh(lake.effects, { kind: 'tables', name })).published).toHaveLength(1);
});

test('an event that comes twice converts nothing again of files that were refused, or had no rows', async () => {
  const { lake, clock } = await shop();
  const [refused, empty] = ['sales/day=2024-01-01/refused.csv', 'sales/day=2024-01-01/empty.csv'];
  await put(lake.effects.landing, refused, 'id,client\n1,ann\n');
  await put(lake.effects.landing, empty, 'id,customer,amount\n');
  const { store: landing, calls } = notedCalls(lake.effects.landing);
  const told = async (...keys: readonly string[]) => {
    clock.tick();
    calls.length = 0;
    const { outcomes, failures } = await ingest(
      { ...lake.effects, landing },
      keys.map((source) => ({ source })),
    );
    expect(failures).toEqual([]);
    const downloads = calls.flatMap(({ method, key }) => (method === 'download' ? [key] : []));
    return [outcomes.map(({ result }) => result), downloads.sort()];
  };
  // Once for the bundle, out of which they drop, and once for their own conversion.
  expect(await told(refused, empty)).toEqual([
    ['rejected', 'accepted'],
    [empty, empty, refused, refused],
  ]);
  expect(await told(refused, empty)).toEqual([
    ['rejected', 'unchanged'],
    [empty, refused],
  ]);
  expect(await told(refused)).toEqual([['rejected'], []]);
});
