// `sluice plan` counts: the rows that a changed contract refuses and accepts, and the totals that change. Numbers here are worked out
// by hand; that they are what the next sync does is tried in test/laws/plan-counts.test.ts.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { A, amount, B, plan, planned, soldShop } from './counted-shop.ts';
import { sluice } from './harness.ts';
import { CONTRACT, TAKINGS } from './shop.ts';

it('tells rows that are refused from rows that are accepted, also within one file', async () => {
  const shop = await soldShop(amount({ maximum: 10 }), {
    [A]: ['north,1.50', 'north,12', 'south,2'],
    [B]: ['north,3'],
  });
  await shop.define(amount({ minimum: 2 }), TAKINGS);
  const { sales, takings } = await planned(shop);
  expect(sales.counts).toMatchObject({
    before: { live: 3, quarantined: 1 },
    after: { live: 3, quarantined: 1 },
    refused: 1,
    refusedFiles: 1,
    refusedExamples: [{ source: A, line: 2, path: null, field: 'amount', rule: 'minimum', value: '1.50' }],
    admitted: 1,
    admittedFiles: 1,
    admittedExamples: [{ source: A, line: 3, field: 'amount', rule: 'maximum', value: '12' }],
  });
  // Day 1: north 1.50 → 12.00, south 2.00 stays. Day 2 stays.
  expect(takings.totals).toEqual({
    rows: { old: 3, new: 3 },
    columns: [{ column: 'takings', old: '6.50', new: '17.00', difference: '10.50', approximate: false }],
    partitions: [
      {
        partition: { day: '2024-01-01' },
        rows: { old: 2, new: 2 },
        columns: [{ column: 'takings', old: '3.50', new: '14.00', difference: '10.50', approximate: false }],
      },
    ],
    equalPartitions: 1,
    tooLarge: [],
  });
  const { out } = await plan(shop);
  expect(out.split('\n').slice(8, -3)).toEqual([
    'tables/sales: 1 live row would be refused, 1 quarantined row accepted; rows: 3 live, 1 quarantined',
    '  1 live row of 1 file would be refused:',
    '    shop/day=2024-01-01/a.csv, line 2, amount: "1.50" is below the minimum 2',
    '  1 quarantined row of 1 file would be accepted:',
    '    shop/day=2024-01-01/a.csv, line 3, amount: "12" is above the maximum 10',
    '',
    'insights/takings: totals of 1 of 2 partitions move',
    '  partition       total     old    new  difference',
    '  ──────────────  ───────  ────  ─────  ──────────',
    '  all             takings  6.50  17.00       10.50',
    '  day=2024-01-01  takings  3.50  14.00       10.50',
  ]);
});

it('names files that are rejected as a whole, and files that no longer are', async () => {
  const shop = await soldShop(amount({}, { maxRejectedRows: 0 }), {
    [A]: ['north,1', 'north,2'],
    [B]: ['north,3', 'north,x'],
  });
  await shop.define(amount({ minimum: 2 }, { maxRejectedRatio: 0.5 }), TAKINGS);
  const { sales, takings } = await planned(shop);
  expect(sales.counts).toMatchObject({
    before: { live: 2, quarantined: 0 },
    after: { live: 2, quarantined: 2 },
    refused: 1,
    newlyRejected: [],
    newlyAccepted: [{ source: B, accepted: 1, quarantined: 1 }],
  });
  expect(takings.totals.rows).toEqual({ old: 1, new: 2 });
  await shop.define(amount({ minimum: 3 }), TAKINGS);
  const found = (await planned(shop)).sales.counts;
  expect(found).toMatchObject({
    after: { live: 3, quarantined: 1 },
    refused: 0,
    newlyRejected: [{ source: A, liveRows: 2, staysLive: true, reason: { rule: 'no-valid-rows' } }],
  });
  expect((await plan(shop)).out).toContain(
    '  1 file would be rejected as a whole:\n    shop/day=2024-01-01/a.csv (its 2 live rows would stay as they are): all of its 2 rows are refused',
  );
});

it('says what landing cannot answer for, and what the lake has not read yet', async () => {
  const shop = await soldShop(CONTRACT, { [A]: ['north,1', 'north,2'], [B]: ['north,3'] });
  await shop.remove(A);
  await shop.sell('shop/day=2024-01-03/c.csv', 'north,4', 'north,-1');
  await shop.define(amount({ minimum: 0 }), TAKINGS);
  const { sales } = await planned(shop);
  expect(sales.counts).toMatchObject({
    before: { live: 3 },
    after: { live: 4, quarantined: 1 },
    refused: 0,
    firstRead: { files: 1, accepted: 1, quarantined: 1, rejectedFiles: 0 },
    unread: { files: 1, rows: 2 },
    withdrawn: { files: 0, rows: 0 },
  });
  const { out } = await plan(shop);
  expect(out).toContain('  1 file not read before: 1 row accepted, 1 quarantined, 0 files rejected\n');
  expect(out).toContain('  not checked: 2 live rows of 1 file that landing does not have or show\n');
});

it('says that an audit would keep the old rows', async () => {
  const shop = await soldShop(CONTRACT, { [A]: ['north,1'], [B]: ['north,3'] });
  await shop.define(CONTRACT, TAKINGS.replace('sum(amount)', 'sum(amount - 2)'));
  const { takings } = await planned(shop);
  expect(takings.heldPartitions).toMatchObject([{ partition: { day: '2024-01-01' } }]);
  expect(takings.totals).toMatchObject({
    columns: [{ old: '4.00', new: '2.00', difference: '-2.00' }],
    partitions: [{ partition: { day: '2024-01-02' } }],
  });
  expect((await plan(shop)).out).toMatch(
    /\n {2}audits would keep the old rows of 1 partition:\n {4}day=2024-01-01: .*no_debt/,
  );
});

it('sums decimals of any length exactly, and says of doubles that they are not', async () => {
  const shop = await soldShop(CONTRACT, { [A]: ['north,0.10', 'south,0.20'] });
  const sql = (first: string, third: string) => `/* ---\nover: sales\nkey: [id]\n--- */
    SELECT CAST(amount * 100 AS BIGINT) AS id, CAST(${first} AS DECIMAL(38, 2)) AS exact, CAST(amount AS DOUBLE) + ${third} AS rough,
      CAST('99999999999999999999999999999999999999' AS DECIMAL(38, 0)) AS huge FROM sales`;
  await shop.define(CONTRACT, sql("'123456789012345678901234567890.01'", '0'));
  expect((await sluice(['sync', ...shop.places])).code).toBe(0);
  await shop.define(CONTRACT, sql("'123456789012345678901234567890.02'", '1'));
  const { totals } = (await planned(shop)).takings;
  expect(totals).toMatchObject({
    columns: [
      {
        column: 'exact',
        old: '246913578024691357802469135780.02',
        new: '246913578024691357802469135780.04',
        difference: '0.02',
        approximate: false,
      },
      { column: 'rough', approximate: true },
      { column: 'huge', old: null, new: null },
    ],
    tooLarge: ['huge'],
  });
  expect(Number(totals.columns[1].difference)).toBeCloseTo(2, 12);
  const { out } = await plan(shop);
  expect(out).toMatch(/ {2}all +rough +≈ 0\.3\d* +≈ 2\.3\d* +≈ (2|1\.9{6,}\d*|2\.0{6,}\d*)\n/);
  expect(out).toContain('≈ sums of doubles');
  expect(out).toContain('  sums of more than 38 digits, not compared:\n    huge\n');
});

it('counts up to a limit, and names what is beyond it, or not at all', async () => {
  const shop = await soldShop(CONTRACT, { [A]: ['north,1'], [B]: ['north,3'] });
  await shop.define(amount({ minimum: 2 }), TAKINGS);
  const limited = await planned(shop, '--count-limit', '0');
  expect(limited.sales).toMatchObject({
    notCounted: expect.stringMatching(/1 MB .*--count-limit lets 0 MB/),
  });
  expect(limited.sales.counts).toBeUndefined();
  expect(limited.takings).toMatchObject({ notCounted: 'it reads tables/sales, which is not counted' });
  expect((await plan(shop, '--count-limit', '0')).out).toContain(
    '\ninsights/takings is not counted: it reads tables/sales, which is not counted\n',
  );
  // Without a look into the files: the plan is the same where they cannot be read.
  await rm(join(shop.lake, 'tables/sales/day=2024-01-01'), { recursive: true });
  const none = await planned(shop, '--no-counts');
  expect(none.counted).toBe(false);
  expect(Object.keys(none.sales)).not.toContain('counts');
  expect(Object.keys(none.takings)).not.toContain('totals');
  expect((await plan(shop, '--no-counts')).out).toMatch(
    /\nRows and totals were not counted \(--no-counts\)\.\n$/,
  );
  expect(await plan(shop, '--count-limit', 'x')).toMatchObject({
    code: 2,
    err: '--count-limit x: write a whole number of MB, such as 1000\n',
  });
});

it('shows cells in Markdown as text, whatever they are', async () => {
  const HOSTILE = '<img src=x>|`**[a](http://x)**`@all #1 &lt; www.x.com \u001b[2J\u202e';
  const shop = await soldShop(CONTRACT, { [A]: [`north,"${HOSTILE}"`, 'north,1'] });
  await shop.write('shop/day=2024-01-02/<b>@all|.csv', 'till,amount\nnorth,2\nnorth,-1\n');
  expect([0, 3]).toContain((await sluice(['sync', ...shop.places])).code);
  const text = amount({ minimum: 0 });
  const [resource] = text.resources;
  const fields = resource?.schema.fields.map((field) =>
    field.name === 'amount' ? { ...field, missingValues: [HOSTILE] } : field,
  );
  await shop.define({ ...text, resources: [{ ...resource, schema: { fields } }] }, TAKINGS);
  const { out } = await plan(shop, '--format', 'markdown');
  const row =
    '  - <code>shop/day=2024-01-01/a.csv, line 2, amount&#58; &#34;&#60;img src=x&#62;&#124;&#96;&#42;&#42;&#91;a&#93;(http&#58;//x)&#42;&#42;&#96;&#64;all &#35;1 &#38;lt&#59; www&#46;x.com &#92;u001b&#91;2J&#92;u202e';
  expect(out).toContain('- 1 quarantined row of 1 file would be accepted\n');
  expect(out).toContain(row);
  expect(out).toContain(
    '  - <code>shop/day=2024-01-02/&#60;b&#62;&#64;all&#124;.csv, line 3, amount&#58; &#34;-1&#34; is below the minimum 0</code>\n',
  );
  expect(out.replace(/<\/?code>/g, '')).not.toMatch(/[<>@`]|\p{Cc}(?<!\n)|\bwww\./u);
  for (const line of out.split('\n').filter((line) => line.startsWith('|')))
    expect([8, 6]).toContain(line.split('|').length - 1);
});
