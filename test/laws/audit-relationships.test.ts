// Audits that look up rows of another table: what they keep back, and what happens when those rows change.
import { describe, expect, test } from 'vitest';
import { auditInsight } from '../../lib/inspect/audit-lake.ts';
import { deliver } from '../../lib/local/deliver.ts';
import { type RefreshOutcome, refresh } from '../../lib/refresh/refresh.ts';
import {
  amounts,
  DAILY,
  FIRST,
  lake,
  landing,
  openAudited,
  SECOND,
  sell,
  stale,
  synced,
  useAuditedShop,
} from '../support/audited-shop.ts';
import { put, rowsOf } from '../support/shop-lake.ts';

useAuditedShop();

describe('a relationship', () => {
  const KNOWN = '  - {column: customer, relationships: {to: customers, field: id}}';

  test('keeps back what relates to nothing; a null relates to nothing and may', async () => {
    await openAudited(KNOWN);
    await put(landing, 'customers/1.csv', 'id,city\nann,Rome\n');
    await sell(FIRST, 'ann,1', ',2');
    await sell(SECOND, 'ann,3', 'bob,4');
    await synced();
    expect(await rowsOf(lake, DAILY, 'amount')).toEqual([{ amount: 1 }, { amount: 2 }]);
    expect((await stale())?.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^audit customer references customers\.id: 1 offending row, such as .*bob/),
    ]);
  });

  test('the dimension that comes late publishes the stale partition, and recomputes no other', async () => {
    await openAudited(KNOWN);
    await put(landing, 'customers/1.csv', 'id,city\nann,Rome\n');
    await sell(FIRST, 'ann,1');
    await sell(SECOND, 'bob,4');
    await synced();
    await put(landing, 'customers/2.csv', 'id,city\nbob,Oslo\n');
    const outcomes: RefreshOutcome[] = [];
    await lake.queues.files.send([{ source: 'customers/2.csv' }]);
    await deliver(lake.effects, lake.queues, { refreshed: (outcome) => outcomes.push(outcome) });
    expect(outcomes.find(({ target }) => target.name === 'daily')).toMatchObject({
      published: [{ day: '2024-01-02' }],
      stale: [],
    });
    expect(await amounts()).toHaveLength(2);
  });

  test('a dimension that goes marks the live partitions that relate to it, which keep their rows; its return mends them', async () => {
    await openAudited(KNOWN);
    await put(landing, 'customers/1.csv', 'id,city\nann,Rome\n');
    await put(landing, 'customers/2.csv', 'id,city\nbob,Oslo\n');
    await sell(FIRST, 'ann,1');
    await sell(SECOND, 'bob,4', 'bob,5');
    await synced();
    expect(await stale()).toEqual([]);
    const before = [...((await lake.effects.tables.latest('insights/daily'))?.files.keys() ?? [])];

    await landing.remove(['customers/2.csv']);
    await synced();
    expect(await amounts()).toHaveLength(3);
    expect(await stale()).toEqual([
      {
        partition: { day: '2024-01-02' },
        message: expect.stringMatching(
          /^audit customer references customers\.id: 2 offending rows, such as .*bob/,
        ),
      },
    ]);
    const snapshot = await lake.effects.tables.latest('insights/daily');
    expect([...(snapshot?.files.keys() ?? [])]).toEqual(before);
    expect((await refresh(lake.effects, DAILY)).version).toBe(snapshot?.version);
    const [derivation] = lake.effects.catalog.derivations.filter(({ target }) => target.name === 'daily');
    const results = derivation && (await auditInsight(lake.effects, derivation));
    expect(results?.map(({ audit, outcome }) => [audit, outcome])).toEqual([
      ['partition', 'pass'],
      ['customer references customers.id', 'fail'],
    ]);

    await put(landing, 'customers/2.csv', 'id,city\nbob,Oslo\n');
    await synced();
    expect(await stale()).toEqual([]);
    expect(await amounts()).toHaveLength(3);
  });

  test('of severity warn it asks for no work when the dimension changes', async () => {
    await openAudited('  - {column: customer, relationships: {to: customers, field: id}, severity: warn}');
    await sell(FIRST, 'ann,1');
    await synced();
    const version = async () => (await lake.effects.tables.latest('insights/daily'))?.version;
    const before = await version();
    expect(await amounts()).toHaveLength(1);
    await put(landing, 'customers/1.csv', 'id,city\nann,Rome\n');
    await synced();
    expect(await version()).toBe(before);
  });
});
