// A shop whose one insight has audits, over sales by day and beside customers: what the tests of audits share.
import { afterEach, expect } from 'vitest';
import type { MemoryStore } from '../../lib/adapters/memory-store.ts';
import { readPending } from '../../lib/refresh/pending.ts';
import {
  newStore,
  openPackage,
  openProcess,
  put,
  rowsOf,
  syncPrune,
  TestClock,
  type TestLake,
  type World,
} from './shop-lake.ts';

const CONTRACT = {
  name: 'shop',
  resources: [
    {
      name: 'sales',
      path: 'sales/day=*/*.csv',
      format: 'csv',
      partitionBy: ['day'],
      schema: {
        fields: [
          { name: 'day', type: 'date' },
          { name: 'customer', type: 'string' },
          { name: 'amount', type: 'integer' },
        ],
      },
    },
    {
      name: 'customers',
      path: 'customers/*.csv',
      format: 'csv',
      mode: 'upsert',
      schema: {
        primaryKey: 'id',
        fields: [
          { name: 'id', type: 'string' },
          { name: 'city', type: 'string' },
        ],
      },
    },
  ],
};
export const DAILY = { kind: 'insights', name: 'daily' } as const;
export const [FIRST, SECOND] = ['sales/day=2024-01-01/a.csv', 'sales/day=2024-01-02/a.csv'] as const;

let world: World;
/** Since `openAudited`, as `lake` is. */
export let landing: MemoryStore;
export let lake: TestLake;

/** To be called where the file's tests stand: each opens a lake of its own, which is closed after it. */
export function useAuditedShop(): void {
  afterEach(() => world.close());
}

/** A lake whose one insight has these audits: lines of YAML. */
export async function openAudited(audits: string, key = ''): Promise<void> {
  const text = `/* ---\nover: sales\npartitionBy: [day]\n${key}audits:\n${audits}\n--- */\nSELECT day, customer, amount FROM sales\n`;
  world = await openPackage(CONTRACT, { daily: text });
  const clock = new TestClock();
  landing = newStore(world, clock, 'landing');
  lake = openProcess(world, clock, landing, newStore(world, clock, 'lake'));
}

export function sell(key: string, ...rows: string[]): Promise<void> {
  return put(landing, key, ['customer,amount', ...rows].join('\n'));
}

export async function synced(): Promise<void> {
  await syncPrune(lake);
  expect(lake.dead).toEqual([]);
}

export async function stale() {
  const snapshot = await lake.effects.tables.latest('insights/daily');
  return snapshot && readPending(snapshot).stale;
}

export const amounts = () => rowsOf(lake, DAILY, 'customer, amount');
