// An audit that fails is told once, however often its partition is computed again, and once it passes that is told too.
import { expect, test } from 'vitest';
import { noticesBy } from '../../lib/aws/notices.ts';
import { ingest } from '../../lib/ingest/ingest.ts';
import { reconcile } from '../../lib/maintain/reconcile.ts';
import type { Notice, Notifier } from '../../lib/ports.ts';
import { refresh } from '../../lib/refresh/refresh.ts';
import {
  DAILY,
  FIRST,
  lake,
  openAudited,
  SECOND,
  sell,
  synced,
  useAuditedShop,
} from '../support/audited-shop.ts';

useAuditedShop();

test('a failed audit, told by the refresh; what was put right, by the look at the whole lake', async () => {
  await openAudited('  - name: no_debt\n    sql: SELECT * FROM this WHERE amount < 0');
  const taken: Notice[] = [];
  const bus: Notifier = {
    channel: 'events',
    passesEach: true,
    notify: async ({ notices }) => void taken.push(...notices),
  };
  const notices = noticesBy(bus);
  const { effects } = lake;
  await sell(FIRST, 'ann,1');
  await sell(SECOND, 'ann,1');
  await synced();
  const refreshed = async (...rows: string[]) => {
    await sell(FIRST, ...rows);
    await ingest(effects, [{ source: FIRST }]);
    await notices.ofRefresh(effects, await refresh(effects, DAILY));
  };
  await refreshed('ann,-1');
  await refreshed('ann,-2');
  expect(taken).toEqual([
    {
      kind: 'failed-audit',
      table: 'insights/daily',
      partition: { day: '2024-01-01' },
      reason: expect.stringContaining('no_debt'),
      text: expect.stringMatching(
        /^audit failed, the previous rows stay: `insights\/daily` `day=2024-01-01`: `/,
      ),
    },
  ]);
  await notices.ofLake(effects, await reconcile(effects, {}), () => false);
  expect(taken).toHaveLength(1);
  await refreshed('ann,3');
  await notices.ofLake(effects, await reconcile(effects, {}), () => false);
  expect(taken.slice(1)).toMatchObject([
    { kind: 'settled', was: 'failed-audit', table: 'insights/daily', partition: { day: '2024-01-01' } },
  ]);
  await refreshed('ann,-1');
  expect(taken).toHaveLength(3);
});
