import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import { fileStore } from '../../lib/adapters/file-store.ts';
import { planMarkdown } from '../../lib/cli/plan-markdown.ts';
import { writeForeign } from '../support/foreign-writer.ts';
import { testTemp } from '../support/temp.ts';
import { A, amount, B, plan, planned, SALES, soldShop } from './counted-shop.ts';
import { sluice } from './harness.ts';
import { CONTRACT, makeShop, TAKINGS } from './shop.ts';

it('tells the records of a JSON document apart by their paths', async () => {
  const shop = await makeShop();
  const json = (constraints: object) => {
    const [resource] = amount(constraints, { path: 'shop/day=*/*.json', format: 'json' }).resources;
    return { ...CONTRACT, resources: [resource] };
  };
  await shop.define(json({ maximum: 10 }), TAKINGS);
  const key = 'shop/day=2024-01-01/a.json';
  await shop.write(key, JSON.stringify([1, 20, 5].map((n) => ({ till: 'north', amount: n }))));
  expect((await sluice(['sync', ...shop.places])).code).toBe(0);
  await shop.define(json({ minimum: 2 }), TAKINGS);
  expect((await planned(shop)).sales.counts).toMatchObject({
    refused: 1,
    refusedExamples: [{ source: key, line: null, path: '$[0]', rule: 'minimum' }],
    admitted: 1,
    admittedExamples: [{ source: key, line: null, path: '$[1]', rule: 'maximum' }],
  });
});

it('says whose rows go where a contract begins to refuse duplicates', async () => {
  const shop = await soldShop(CONTRACT, { [A]: ['north,1'] });
  await shop.sell('shop/day=2024-01-01/b.csv', 'north,1');
  expect((await sluice(['sync', ...shop.places])).code).toBe(0);
  await shop.define(amount({}, { duplicates: 'reject' }), TAKINGS);
  const { sales, takings } = await planned(shop);
  expect(sales.counts).toMatchObject({
    before: { live: 2 },
    after: { live: 1 },
    refused: 0,
    newlyRejected: [{ liveRows: 1, staysLive: false, reason: { rule: 'duplicate' } }],
  });
  expect(takings.totals.columns).toMatchObject([{ old: '2.00', new: '1.00' }]);
  expect((await plan(shop)).out).toContain('(its 1 live row would go): it has the same text as');
});

it('says that rows are matched by line where a contract cuts a file into other records', async () => {
  const shop = await soldShop(CONTRACT, { [A]: ['north,1', '#south,2'] });
  await shop.define({ ...CONTRACT, resources: [{ ...SALES, dialect: { commentChar: '#' } }] }, TAKINGS);
  const { sales } = await planned(shop);
  expect(sales.counts).toMatchObject({
    before: { live: 2 },
    after: { live: 1 },
    refused: 0,
    admitted: 0,
    otherRecords: [A],
  });
  expect((await plan(shop)).out).toContain(
    `  1 file would be cut into another number of records; rows are matched by line:\n    ${A}\n`,
  );
});

it('says why an insight is not counted whose input another program changed', async () => {
  const shop = await soldShop(CONTRACT, { [A]: ['north,1'] });
  const scratch = testTemp();
  const sql = await openDuckDb({ threads: 1, tempDirectory: join(scratch, 'spill') });
  onTestFinished(() => sql.close());
  const lake = fileStore(shop.lake, { durable: false });
  expect(await writeForeign(sql, scratch, lake, 'tables/sales', 'DELETE', 0)).toBe(true);
  await shop.define(CONTRACT, TAKINGS.replace('sum(amount)', 'sum(2 * amount)'));
  const { takings } = await planned(shop);
  expect(takings.totals).toBeUndefined();
  expect(takings.notCounted).toMatch(
    /^tables\/sales was changed by another program in version 2: run "sluice sync"/,
  );
});

it('cuts a comment that GitHub would not take', () => {
  const many = Array.from({ length: 400 }, (_, i) => ({
    ...{
      table: `insights/i${i}`,
      file: null,
      change: 'changed' as const,
      reasons: [],
      sourceFiles: 0,
      bytes: 0,
    },
    partitions: [{}],
    notCounted: `because ${'"*'.repeat(50)}`,
  }));
  const plan = { landing: 'l', lake: 'l', counted: true, unchanged: 0, broken: [], aside: [], failures: [] };
  const lines = planMarkdown({ ...plan, changes: many });
  expect(lines.join('\n').length).toBeLessThan(65_536);
  expect(lines.at(-3)).toMatch(
    /^\*\*Too long for a comment: \d+ more sections\.\*\* `npx sluice plan` shows everything\.$/,
  );
  expect(lines.at(-1)).toMatch(/^400 changed, 0 unchanged\./);
});

it('counts of an incompatible contract what a rebuild would do', async () => {
  const shop = await soldShop(CONTRACT, { [A]: ['1,1', '2,2', 'x,5'], [B]: ['y,3'] });
  await shop.sell('shop/day=2024-01-03/gone.csv', '4,4');
  expect((await sluice(['sync', ...shop.places])).code).toBe(0);
  await shop.remove('shop/day=2024-01-03/gone.csv');
  const fields = SALES?.schema.fields.map((one) => (one.name === 'till' ? { ...one, type: 'integer' } : one));
  await shop.define({ ...CONTRACT, resources: [{ ...SALES, schema: { fields } }] }, TAKINGS);
  const { code, out } = await plan(shop, '--format', 'json');
  expect(code).toBe(3);
  const [sales, takings] = JSON.parse(out).changes;
  expect(sales).toMatchObject({
    change: 'broken',
    counts: {
      before: { live: 5, quarantined: 0 },
      after: { live: 2, quarantined: 1 },
      refused: 1,
      refusedExamples: [{ source: A, line: 4, field: 'till', rule: 'type-error', value: 'x' }],
      newlyRejected: [{ source: B, liveRows: 1, staysLive: false }],
      withdrawn: { files: 1, rows: 1 },
      unread: { files: 0, rows: 0 },
    },
  });
  expect(takings).toMatchObject({
    change: 'held',
    totals: { rows: { old: 5, new: 2 }, columns: [{ old: '15.00', new: '3.00', difference: '-12.00' }] },
  });
  const text = (await plan(shop)).out;
  expect(text).toContain(
    '\ntables/sales after a rebuild: 1 live row would be refused, 0 quarantined rows accepted;',
  );
  expect(text).toContain('\n  1 live row of 1 file would go: landing has no such file for this dataset\n');
  expect(text).toContain('\ninsights/takings after a rebuild: totals of 3 of 3 partitions move\n');
  expect((await sluice(['rebuild', 'sales', '--yes', ...shop.places])).code).toBeLessThan(4);
  await sluice(['sync', ...shop.places]);
  const asked = [
    'query',
    'SELECT sum(takings) AS n FROM takings',
    '--format',
    'csv',
    ...shop.places.slice(2),
  ];
  expect((await sluice(asked)).out).toBe('n\r\n3.00\r\n');
});

it('does not say again that a file is rejected, and compares its live rows with the contract that accepts it', async () => {
  const shop = await soldShop(CONTRACT, { [A]: ['north,1', 'north,5'] });
  await shop.define(amount({ minimum: 10 }), TAKINGS);
  expect((await planned(shop)).sales.counts.newlyRejected).toMatchObject([{ source: A, staysLive: true }]);
  expect((await sluice(['sync', ...shop.places])).code).toBe(3);
  await shop.define(amount({ minimum: 9 }), TAKINGS);
  const still = (await planned(shop)).sales.counts;
  expect(still).toMatchObject({
    newlyRejected: [],
    newlyAccepted: [],
    before: { live: 2 },
    after: { live: 2 },
  });
  await shop.define(amount({ minimum: 3 }), TAKINGS);
  const { sales, takings } = await planned(shop);
  expect(sales.counts).toMatchObject({
    refused: 1,
    refusedExamples: [{ line: 2, value: '1' }],
    before: { live: 2, quarantined: 0 },
    after: { live: 1, quarantined: 1 },
  });
  expect(takings.totals.columns).toMatchObject([{ old: '6.00', new: '5.00', difference: '-1.00' }]);
});
