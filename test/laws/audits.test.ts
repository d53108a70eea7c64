// Audit before publish: what each kind of audit keeps back or says, and where the outcome stands.
import { describe, expect, test } from 'vitest';
import { lakeStatus } from '../../lib/inspect/lake-status.ts';
import { deliver } from '../../lib/local/deliver.ts';
import type { RefreshOutcome } from '../../lib/refresh/refresh.ts';
import {
  amounts,
  DAILY,
  FIRST,
  lake,
  openAudited,
  SECOND,
  sell,
  stale,
  synced,
  useAuditedShop,
} from '../support/audited-shop.ts';
import { rowsOf } from '../support/shop-lake.ts';

useAuditedShop();

/** The commitInfo of the insight's newest version. */
async function metrics(): Promise<{ audits: unknown } & Record<string, unknown>> {
  const version = (await lake.effects.tables.latest('insights/daily'))?.version ?? 0;
  const [entry] = (await lake.effects.tables.entries('insights/daily', version - 1, version)) ?? [];
  const info = entry?.actions.flatMap((action) => ('commitInfo' in action ? [action.commitInfo] : []))[0];
  const { audits = '[]', ...counts } = info?.operationMetrics ?? {};
  return { ...counts, audits: JSON.parse(audits) };
}

describe('severities', () => {
  test('error keeps the partition back, warn publishes it; all failing audits are said, and the log has the outcome', async () => {
    await openAudited(
      `  - {column: amount, maximum: 100}
  - {name: no_bob, sql: "FROM this WHERE customer = 'bob'"}
  - {column: amount, minimum: 0, severity: warn}`,
    );
    await sell(FIRST, 'ann,101', 'bob,102', 'cyd,103');
    await sell(SECOND, 'ann,-1', 'bert,-2');
    await synced();
    expect(await amounts()).toEqual([
      { customer: 'ann', amount: -1 },
      { customer: 'bert', amount: -2 },
    ]);
    expect(await stale()).toEqual([
      {
        partition: { day: '2024-01-01' },
        message:
          'audit range of amount (maximum 100): 3 offending rows, such as day: 2024-01-01, customer: ann, amount: 101; audit no_bob: 1 offending row, such as day: 2024-01-01, customer: bob, amount: 102',
      },
    ]);
    const warnings = [
      {
        partition: { day: '2024-01-02' },
        message:
          'audit range of amount (minimum 0): 2 offending rows, such as day: 2024-01-02, customer: ann, amount: -1',
      },
    ];
    const { derived } = await lakeStatus(lake.effects);
    const own = derived.find(({ table }) => table.name === 'daily');
    expect(own?.warnings).toEqual(warnings);
    expect(own?.stale.map(({ partition }) => partition)).toEqual([{ day: '2024-01-01' }]);
    expect(await metrics()).toMatchObject({
      auditsPassed: '5',
      auditsWarned: '1',
      auditsFailed: '2',
      audits: [
        { audit: 'partition', severity: 'error', passed: 2, failed: 0 },
        expect.objectContaining({
          audit: 'range of amount (maximum 100)',
          severity: 'error',
          passed: 1,
          failed: 1,
        }),
        {
          audit: 'no_bob',
          severity: 'error',
          passed: 1,
          failed: 1,
          failures: [{ partition: 'day=2024-01-01', offending: 1, example: expect.stringContaining('bob') }],
        },
        expect.objectContaining({
          audit: 'range of amount (minimum 0)',
          severity: 'warn',
          passed: 1,
          failed: 1,
        }),
      ],
    });

    await sell(SECOND, 'ann,1');
    await synced();
    expect(
      (await lakeStatus(lake.effects)).derived.find(({ table }) => table.name === 'daily')?.warnings,
    ).toEqual([]);
  });

  test('a refresh says what it published under a warning', async () => {
    await openAudited('  - {column: customer, accepted: [ann], severity: warn}');
    await sell(FIRST, 'ann,1', 'bob,2');
    await synced();
    await sell(FIRST, 'ann,1', 'cyd,2');
    const outcomes: RefreshOutcome[] = [];
    await lake.queues.files.send([{ source: FIRST }]);
    await deliver(lake.effects, lake.queues, { refreshed: (outcome) => outcomes.push(outcome) });
    expect(outcomes).toMatchObject([
      {
        target: DAILY,
        published: [{ day: '2024-01-01' }],
        failed: [],
        stale: [],
        warned: [{ partition: { day: '2024-01-01' } }],
      },
    ]);
    expect(outcomes[0]?.warned[0]?.message).toMatch(
      /^audit accepted values of customer: 1 offending row, such as .*cyd/,
    );
  });

  test('an audit whose own SQL fails on the rows has failed, and the others are judged', async () => {
    await openAudited(
      `  - {name: casts, sql: "FROM this WHERE CAST(customer AS INTEGER) > 5", severity: warn}
  - {column: amount, maximum: 10}`,
    );
    await sell(FIRST, 'ann,1');
    await sell(SECOND, '6,11');
    await synced();
    expect(await amounts()).toEqual([{ customer: 'ann', amount: 1 }]);
    const [warning] =
      (await lakeStatus(lake.effects)).derived.find(({ table }) => table.name === 'daily')?.warnings ?? [];
    expect(warning?.message).toMatch(/^audit casts: its SQL fails on these rows: Conversion Error/);
    expect((await stale())?.[0]?.message).toMatch(/^audit range of amount \(maximum 10\): 1 offending row/);
  });

  test('key: unique and not null', async () => {
    await openAudited('  - {column: amount, maximum: 10}', 'key: [customer]\n');
    await sell(FIRST, 'ann,1', 'ann,2', ',11');
    await synced();
    expect(await amounts()).toEqual([]);
    expect((await stale())?.[0]?.message).toMatch(
      /^audit key not null: 1 offending row, .*; audit key unique: 1 offending row, .*; audit range of amount \(maximum 10\): 1 offending row, /,
    );
  });
});

describe('maxRowChange', () => {
  test('compares with the partition as it is, and warns', async () => {
    await openAudited('  - maxRowChange: 0.5');
    const rows = (count: number) => Array.from({ length: count }, (_, i) => `c${i},${i}`);
    await sell(FIRST, ...rows(4));
    await sell(SECOND, ...rows(1));
    await synced();
    expect(await metrics()).toMatchObject({ auditsPassed: '4', auditsWarned: '0' });
    await sell(FIRST, ...rows(6));
    await synced();
    expect(await metrics()).toMatchObject({ auditsWarned: '0' });
    await sell(FIRST, ...rows(10));
    await synced();
    expect(await metrics()).toMatchObject({
      auditsWarned: '1',
      audits: [{}, { audit: 'maxRowChange 0.5', severity: 'warn', failed: 1 }],
    });
    const { derived } = await lakeStatus(lake.effects);
    expect(derived.find(({ table }) => table.name === 'daily')?.warnings).toEqual([
      {
        partition: { day: '2024-01-01' },
        message: 'audit maxRowChange 0.5: 1 offending row, such as rows: 10, rows_before: 6',
      },
    ]);
    expect(await rowsOf(lake, DAILY, 'customer')).toHaveLength(11);
  });

  test('as an error it keeps the old rows', async () => {
    await openAudited('  - {maxRowChange: 0.5, severity: error, name: steady}');
    await sell(FIRST, 'ann,1', 'bob,2', 'cyd,3');
    await synced();
    await sell(FIRST, 'ann,1');
    await synced();
    expect(await amounts()).toHaveLength(3);
    expect((await stale())?.[0]?.message).toMatch(/^audit steady: /);
  });
});
