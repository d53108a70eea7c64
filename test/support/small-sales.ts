// A lake with five small files of sales, which the tests of merging begin from.
import { isMerged, sourceCount } from '../../lib/lake/shares.ts';
import { pausingStore } from './mortal-store.ts';
import {
  newStore,
  ONE_BY_ONE,
  openProcess,
  put,
  rowsOf,
  syncPrune,
  type TestClock,
  type TestLake,
  type World,
} from './shop-lake.ts';

export const DAY_MS = 24 * 3600 * 1000;
export const saleKey = (name: string, day = 1) => `sales/day=2024-01-0${day}/${name}.csv`;
export const sale = (id: number, amount: string) => `id,customer,amount\n${id},ann,${amount}\n`;

/** Four files of one day and one of another, in the lake. `slow`: stops before each commit to their table. */
export async function fiveFiles(world: World, clock: TestClock) {
  const landing = newStore(world, clock, 'landing');
  const store = newStore(world, clock, 'lake');
  for (const [id, name] of ['a', 'b', 'c', 'd'].entries())
    await put(landing, saleKey(name), sale(id, `${id}.00`));
  await put(landing, saleKey('a', 2), sale(9, '9.00'));
  await syncPrune(openProcess(world, clock, landing, store, ONE_BY_ONE));
  const quick = openProcess(world, clock, landing, store);
  const pausing = pausingStore(store, /^tables\/sales\/_delta_log\//);
  return { landing, store, quick, slow: openProcess(world, clock, landing, pausing.store), pausing };
}

/** The live data files of the sales, those of most sources first. */
export async function filesOf({
  effects,
}: TestLake): Promise<(readonly [merged: boolean, sources: number])[]> {
  const files = [...((await effects.tables.latest('tables/sales'))?.files.values() ?? [])];
  return files.map((file) => [isMerged(file), sourceCount(file)] as const).sort((a, b) => b[1] - a[1]);
}

export async function idsOf(lake: TestLake): Promise<string[]> {
  const rows = await rowsOf(lake, { kind: 'tables', name: 'sales' }, 'id, amount');
  return rows.map(({ id, amount }) => `${id} ${amount}`);
}
