// A shop whose one insight has audits, over sales by day and beside customers: what the tests of audits share.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import type { MemoryStore } from '../../lib/adapters/memory-store.ts';
import { readPending } from '../../lib/refresh/plan.ts';
import {
  newStore,
  openProcess,
  openWorld,
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

let root: string;
let world: World;
/** Since `openAudited`, as `lake` is. */
export let landing: MemoryStore;
export let lake: TestLake;

/** To be called where the file's tests stand: each has a folder of definitions of its own. */
export function useAuditedShop(): void {
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'sluice-audits-'));
  });
  afterEach(async () => {
    await world.close();
    await rm(root, { recursive: true, force: true });
  });
}

/** A lake whose one insight has these audits: lines of YAML. */
export async function openAudited(audits: string, key = ''): Promise<void> {
  await mkdir(join(root, 'shop/insights'), { recursive: true });
  await writeFile(join(root, 'shop/datapackage.json'), JSON.stringify(CONTRACT));
  const text = `/* ---\nover: sales\npartitionBy: [day]\n${key}audits:\n${audits}\n--- */\nSELECT day, customer, amount FROM sales\n`;
  await writeFile(join(root, 'shop/insights/daily.sql'), text);
  world = await openWorld(root);
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
