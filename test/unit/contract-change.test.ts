// What a new contract asks of a table, type by type; and what maintain does on AWS with one that the table cannot take.
import { afterAll, expect, test } from 'vitest';
import { applyDefinitions, reconcileByMessages } from '../../lib/aws/maintain-lake.ts';
import type { ColumnType } from '../../lib/core/schema.ts';
import { schemaString } from '../../lib/delta/schema.ts';
import { contractChange } from '../../lib/evolve/contract-change.ts';
import { PLAIN, ShopWorlds } from '../support/changing-shop.ts';
import { quietQueues } from '../support/fake-letters.ts';
import { newStore, openProcess, put, syncPrune, TestClock } from '../support/shop-lake.ts';

function table(
  columns: readonly { name: string; type: ColumnType }[],
  partitionColumns: readonly string[] = [],
) {
  return {
    id: 't',
    name: 't',
    format: { provider: 'parquet' as const, options: {} },
    schemaString: schemaString(columns),
    partitionColumns,
    configuration: {},
    createdTime: 0,
  };
}

test.each<[ColumnType, ColumnType, string]>([
  ['long', 'long', 'compatible'],
  ['integer', 'long', 'widening'],
  ['long', 'integer', 'breaking'],
  ['long', 'decimal(38,9)', 'widening'],
  ['long', 'decimal(19,0)', 'widening'],
  ['long', 'decimal(18,0)', 'breaking'],
  ['long', 'decimal(20,2)', 'breaking'],
  ['integer', 'decimal(10,0)', 'widening'],
  ['decimal(10,2)', 'decimal(12,4)', 'widening'],
  ['decimal(10,2)', 'decimal(11,4)', 'breaking'],
  ['decimal(10,2)', 'decimal(12,1)', 'breaking'],
  ['decimal(5,0)', 'long', 'breaking'],
  ['long', 'double', 'breaking'],
  ['decimal(10,2)', 'double', 'breaking'],
  ['long', 'string', 'breaking'],
  ['date', 'timestamp', 'breaking'],
])('%s to %s is %s', (from, to, kind) => {
  expect(contractChange(table([{ name: 'x', type: from }]), [{ name: 'x', type: to }], []).kind).toBe(kind);
});

test('columns that come, go, change their order, or name partitions', () => {
  const [a, b] = [{ name: 'a', type: 'long' } as const, { name: 'b', type: 'string' } as const];
  expect(contractChange(table([a]), [b, a], [])).toEqual({ kind: 'compatible' });
  expect(contractChange(table([a, b]), [a], [])).toEqual({
    kind: 'breaking',
    problems: ['the column b would be dropped'],
  });
  const wide = { name: 'a', type: 'decimal(25,0)' } as const;
  expect(contractChange(table([a, b], ['a']), [wide, b], ['a'])).toEqual({
    kind: 'breaking',
    problems: ['the column a would change from long to decimal(25,0)'],
  });
  expect(contractChange(table([a, b], ['a']), [a, b], ['b'])).toEqual({
    kind: 'breaking',
    problems: ['the partitioning would change from (a) to (b)'],
  });
});

const worlds = new ShopWorlds();
afterAll(() => worlds.close());

test('a deploy with a contract that its table cannot take fails before anything changes, and says what to run', async () => {
  const clock = new TestClock();
  const [before, after] = [await worlds.of(PLAIN), await worlds.of({ ...PLAIN, idType: { type: 'string' } })];
  const [landing, store] = [newStore(before, clock, 'landing'), newStore(before, clock, 'lake')];
  await put(landing, 'sales/day=2024-01-01/a.csv', 'id,amount,colour\n1,1.25,red\n');
  await syncPrune(openProcess(before, clock, landing, store));
  await put(landing, 'sales/day=2024-01-01/b.csv', 'id,amount,colour\n2,1.25,red\n');
  const { effects } = openProcess(after, clock, landing, store);
  const versions = async () =>
    Promise.all(
      ['tables/sales', 'insights/colours'].map(async (name) => (await effects.tables.latest(name))?.version),
    );
  const now = await versions();
  const sent: unknown[] = [];
  const events: [string, unknown][] = [];
  const maintain = {
    effects: {
      ...effects,
      log: (_: string, event: string, fields: object) => void events.push([event, fields]),
    },
    files: { send: async (messages: readonly unknown[]) => void sent.push(...messages) },
    measure: () => undefined,
    ...quietQueues(),
  };
  await expect(applyDefinitions(maintain)).rejects.toThrow(
    /the column id would change from long to string\. .*"npx sluice rebuild sales"/,
  );
  expect(await versions()).toEqual(now);
  // What a scheduled run finds while tables and functions hold different contracts.
  await reconcileByMessages(maintain, () => false);
  expect(sent).toEqual([]);
  expect(events).toContainEqual(['reconcile.held', expect.objectContaining({ datasets: ['sales'] })]);
});

test('a table that cannot be read fails a deploy before anything changes, and a scheduled run after all else is done', async () => {
  const clock = new TestClock();
  const world = await worlds.of(PLAIN);
  const [landing, store] = [newStore(world, clock, 'landing'), newStore(world, clock, 'lake')];
  await put(landing, 'sales/day=2024-01-01/a.csv', 'id,amount,colour\n1,1.25,red\n');
  await syncPrune(openProcess(world, clock, landing, store));
  await put(landing, 'other.txt', 'nobody takes it');
  await store.write(
    'tables/sales/_delta_log/00000000000000000000.json',
    new TextEncoder().encode('no log\n'),
  );
  const { effects } = openProcess(world, clock, landing, store);
  const sent: unknown[] = [];
  const maintain = {
    effects: { ...effects, log: () => undefined },
    files: { send: async (messages: readonly unknown[]) => void sent.push(...messages) },
    measure: () => undefined,
    ...quietQueues(),
  };
  await expect(applyDefinitions(maintain)).rejects.toThrow(
    /^tables\/sales\/_delta_log\/0+\.json is damaged: line 1 is not JSON/,
  );
  await expect(reconcileByMessages(maintain, () => false)).rejects.toThrow(
    /^tables\/sales is not reconciled: /,
  );
  expect(sent).toEqual([expect.objectContaining({ source: 'other.txt' })]);
});
