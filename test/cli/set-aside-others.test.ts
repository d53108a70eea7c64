// A bad insight, and a table whose log cannot be read: each is left out with what depends on it, and said.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sluice } from './harness.ts';
import { define, json, of, rows, SHELF, SOUND, twoPackages } from './two-packages.ts';

describe('an insight', () => {
  it('that is wrong holds what reads it, and its own rows stay', async () => {
    const shop = await twoPackages();
    await define(shop, { 'stock/insights/shelf.sql': SHELF.replace('name)', 'nam)') });
    await shop.write('stock/c.csv', 'id,name\n4,jam\n');
    const found = await json('sync', shop);
    expect(found).toMatchObject({
      code: 1,
      totals: { accepted: 1 },
      aside: [{ kind: 'insight', names: ['shelf'], held: ['report'] }],
      asideKeys: [],
    });
    expect(found.aside[0].message).toMatch(/shelf\.sql, line 4: Binder Error.*nam/);
    expect((await rows(shop, 'goods')).rows).toContain('4,jam');
    expect((await rows(shop, 'shelf')).rows).toEqual(['1,TEA', '2,MILK', '3,RYE']);
    await define(shop, SOUND);
    expect((await sluice(['sync', ...shop.places])).code).toBe(0);
    expect((await rows(shop, 'shelf')).rows).toContain('4,JAM');
    expect((await rows(shop, 'report')).rows).toEqual(['2.00,4']);
  });

  it('that never was in the lake is asked for in vain, with the reason', async () => {
    const shop = await twoPackages();
    await define(shop, { 'stock/insights/fresh.sql': 'SELECT 1' });
    const { code, err } = await sluice(['query', 'FROM fresh', ...of(shop)]);
    expect(code).toBe(1);
    expect(err).toMatch(
      /The lake has no table fresh; a definition that may create it is set aside:\n.*fresh\.sql, line 1: the front matter/,
    );
  });
});

describe('a table whose log cannot be read', () => {
  it('stops nothing else', async () => {
    const shop = await twoPackages();
    await writeFile(join(shop.lake, 'arrivals/goods/_delta_log/00000000000000000000.json'), 'no log\n');
    await shop.sell('shop/day=2024-01-02/b.csv', 'north,5');
    await shop.write('stock/c.csv', 'id,name\n4,jam\n');
    const found = await json('sync', shop);
    expect(found).toMatchObject({
      code: 1,
      rows: { accepted: 1, withdrawn: 0 },
      deadLetters: [],
      failed: [{ table: 'arrivals/goods', held: ['tables/goods', 'insights/shelf', 'insights/report'] }],
    });
    expect(found.failed[0].message).toMatch(/_delta_log\/0+\.json is damaged: line 1 is not JSON: "no log"/);
    expect((await rows(shop, 'takings')).rows).toContain('2024-01-02,north,5.00');
    expect((await rows(shop, 'shelf')).rows).toEqual(['1,TEA', '2,MILK', '3,RYE']);
    const status = await json('status', shop);
    expect(status).toMatchObject({ code: 1, datasets: [{ dataset: 'sales', rows: 3 }] });
    expect(status.failures.map(({ table }: { table: string }) => table)).toContain('arrivals/goods');
    expect((await sluice(['status', ...shop.places])).out).toContain('\n  arrivals/goods: ');
    const plan = await sluice(['plan', '--format', 'json', ...shop.places]);
    expect(plan.code).toBe(1);
    expect(JSON.parse(plan.out).failures).toMatchObject([{ table: 'arrivals/goods' }]);
    const rejects = await sluice(['rejects', ...shop.places]);
    expect(rejects.code).toBe(1);
    expect(rejects.err).toContain('  arrivals/goods: ');
    expect((await sluice(['explain', 'takings', ...of(shop)])).code).toBe(0);
    const swept = await sluice(['maintain', ...shop.places]);
    expect(swept.code).toBe(1);
    expect(swept.out).toMatch(/^arrivals\/goods was not changed: /m);
    expect((await sluice(['start', '--once', ...shop.places])).code).toBe(1);
  });

  it('of an insight holds what reads it', async () => {
    const shop = await twoPackages();
    await writeFile(join(shop.lake, 'insights/shelf/_delta_log/00000000000000000000.json'), 'no log\n');
    await shop.sell('shop/day=2024-01-02/b.csv', 'north,5');
    const found = await json('sync', shop);
    expect(found).toMatchObject({
      code: 1,
      deadLetters: [],
      failed: [{ table: 'insights/shelf', held: ['insights/report'] }],
    });
    expect((await rows(shop, 'takings')).rows).toContain('2024-01-02,north,5.00');
    expect(await json('audit', { ...shop, places: of(shop) })).toMatchObject({
      code: 1,
      failures: [{ table: 'insights/shelf' }],
    });
    expect((await json('status', shop)).derived.map(({ name }: { name: string }) => name)).toEqual([
      'goods',
      'takings',
    ]);
  });
});
