// `sluice explain`: the receipts of a small graph of tables and insights, checked against what was done.
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CONTRACT, makeShop, TAKINGS } from './shop.ts';
import { A, A2, ask, B, brief, explained, makeGraph, OWNERS, type Source, sync } from './shop-graph.ts';

describe('explain', () => {
  it('follows a partition through every level to its own source files, and to all of the other inputs', async () => {
    const shop = await makeGraph();
    await shop.write('owners/2.csv', 'till,owner\nsouth,Cyd\n');
    await sync(shop);
    const receipt = await explained(shop, 'owner_takings', 'day=2024-01-01');
    expect(brief(receipt)).toEqual([
      ['owners/1.csv', 2, 2, 0],
      ['owners/2.csv', 1, 1, 0],
      [A, 3, 3, 0],
      [A2, 1, 1, 1],
    ]);
    const modified = new Date(Math.floor((await stat(join(shop.landing, A))).mtimeMs)).toISOString();
    expect(receipt.sources.find(({ source }: Source) => source === A).lastModified).toBe(modified);
    expect(
      receipt.tables.map(({ table, rows, files }: Record<string, unknown>) => [table, rows, files]),
    ).toEqual([
      ['insights/owner_takings', 2, 1],
      ['insights/takings', 2, 1],
      ['tables/owners', 2, 1],
      ['tables/sales', 4, 2],
      ['arrivals/owners', 3, 2],
    ]);
    expect(receipt.partitions).toHaveLength(1);
    expect(receipt.partitions[0]).toMatchObject({
      partition: { day: '2024-01-01' },
      rows: 2,
      version: 2,
      inputs: { 'insights/takings': 1, 'tables/owners': 2 },
      definition: receipt.definition.hash,
      ms: expect.any(Number),
      audits: ['partition', 'readable values', 'key not null', 'key unique'].map((audit) => ({
        audit,
        severity: 'error',
        outcome: 'passed',
      })),
    });
    const before = await explained(shop, 'owner_takings', 'day=2024-01-01', '--as-of', '1');
    expect(brief(before).map(([source]) => source)).toEqual(['owners/1.csv', A, A2]);
    expect(before.partitions[0].inputs).toEqual({ 'insights/takings': 1, 'tables/owners': 1 });
  });

  it('tells which files make a dataset, all of it and a partition', async () => {
    const shop = await makeGraph();
    expect(brief(await explained(shop, 'sales'))).toEqual([
      [A, 3, 3, 0],
      [A2, 1, 1, 1],
      [B, 1, 1, 0],
    ]);
    expect(brief(await explained(shop, 'SALES', 'DAY=2024-01-02'))).toEqual([[B, 1, 1, 0]]);
    const { out } = await ask(shop, 'explain', 'sales', 'day=2024-01-01');
    expect(out).toMatch(
      /^tables\/sales, version 1, committed \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ\ndefined by .*datapackage\.json, \w{16}\n4 rows in 1 partition, /,
    );
    expect(out).toMatch(/^shop\/day=2024-01-01\/a2\.csv +1 +1 +\d{4}-.*Z {2}\w+$/m);
  });

  it('says which version a source was in, and which files, definitions and rows changed between two', async () => {
    const shop = await makeGraph();
    await shop.sell(A, 'north,1.50', 'north,3.25', 'south,4');
    await shop.remove(A2);
    await shop.sell('shop/day=2024-01-03/c.csv', 'east,9');
    await sync(shop, '--prune');
    const [old, now] = [await explained(shop, 'sales', '--as-of', '1'), await explained(shop, 'sales')];
    const diff = await explained(shop, 'owner_takings', '--diff', '1..2');
    expect(diff.sources.map(({ source, change }: Record<string, string>) => [change, source])).toEqual([
      ['replaced', A],
      ['withdrawn', A2],
      ['new', 'shop/day=2024-01-03/c.csv'],
    ]);
    const etag = (receipt: { sources: Source[] }) => receipt.sources.find(({ source }) => source === A)?.etag;
    expect([diff.sources[0].old.etag, diff.sources[0].new.etag]).toEqual([etag(old), etag(now)]);
    expect(etag(old)).not.toBe(etag(now));
    expect(diff).toMatchObject({
      table: 'insights/owner_takings',
      from: { version: 1 },
      to: { version: 2 },
      key: ['day', 'owner'],
      counts: { added: 1, removed: 0, changed: 2 },
      definitions: [],
    });
    expect(diff.rows).toEqual([
      {
        change: 'changed',
        old: { day: '2024-01-01', owner: 'Ann', takings: 3.75 },
        new: { day: '2024-01-01', owner: 'Ann', takings: 4.75 },
      },
      {
        change: 'changed',
        old: { day: '2024-01-01', owner: 'Bob', takings: 5 },
        new: { day: '2024-01-01', owner: 'Bob', takings: 4 },
      },
      { change: 'added', old: null, new: { day: '2024-01-03', owner: '?', takings: 9 } },
    ]);
    const { out } = await ask(shop, 'explain', 'owner_takings', 'day=2024-01-01', '--diff', '1..2');
    expect(out).toMatch(/^ {2}replaced shop\/day=2024-01-01\/a\.csv \(sales\): 3 → 3 rows$/m);
    expect(out).toMatch(/^changed +2024-01-01 +Ann +3\.75 → 4\.75$/m);
    expect(out).toContain('Rows (matched by day, owner): 2 changed\n');
    const back = await explained(shop, 'owner_takings', '--diff', '2..1');
    expect(back.counts).toEqual({ added: 0, removed: 1, changed: 2 });
  });

  it('compares rows without a key as rows that came and rows that went, each as often as it is there', async () => {
    const shop = await makeGraph();
    await shop.sell(A, 'north,1.50', 'north,1.50', 'south,4');
    await sync(shop);
    const diff = await explained(shop, 'sales', '--diff', '1..2');
    expect(diff).toMatchObject({ key: [], counts: { added: 1, removed: 1, changed: 0 } });
    const row = (amount: number) => ({ day: '2024-01-01', till: 'north', amount });
    expect(diff.rows).toEqual([
      { change: 'added', old: null, new: row(1.5) },
      { change: 'removed', old: row(2.25), new: null },
    ]);
  });

  it('says that the SQL changed, and what a new column changed', async () => {
    const shop = await makeGraph();
    const before = await explained(shop, 'takings');
    const contract = { ...CONTRACT, resources: [...CONTRACT.resources, OWNERS] };
    await shop.define(contract, TAKINGS.replace('AS takings FROM', 'AS takings, count(*) AS sales FROM'));
    const waiting = await ask(shop, 'explain', 'takings');
    expect(waiting.out).toContain(`${before.definition.hash} (not the current one)`);
    await sync(shop);
    const { version, definition } = await explained(shop, 'takings');
    const diff = await explained(shop, 'takings', '--diff', `1..${version}`);
    expect(diff.definitions).toEqual([
      { table: 'insights/takings', from: [before.definition.hash], to: [definition.hash] },
    ]);
    expect(diff.sources).toEqual([]);
    expect(diff.rows[0]).toEqual({
      change: 'changed',
      old: { day: '2024-01-01', till: 'north', takings: 3.75, sales: null },
      new: { day: '2024-01-01', till: 'north', takings: 3.75, sales: 2 },
    });
  });

  it('says what there is where the question is wrong', async () => {
    const shop = await makeGraph();
    const refused = async (...args: string[]) => {
      const { code, out, err } = await ask(shop, 'explain', ...args);
      expect(out).toBe('');
      return `${code} ${err}`;
    };
    expect(await refused('takngs')).toMatch(
      /^1 There is no dataset and no insight "takngs"\. Did you mean "takings"\?\nThere are: sales, owners, /,
    );
    expect(await refused('takings', 'dy=2024-01-01')).toMatch(
      /^2 .*insights\/takings is partitioned by day, not by "dy"\. Did you mean "day"\?/,
    );
    expect(await refused('takings', '2024-01-01')).toMatch(
      /^2 .*"2024-01-01" is not a partition: write COLUMN=VALUE/,
    );
    expect(await refused('owners', 'day=2024-01-01')).toMatch(
      /^2 .*tables\/owners is not partitioned: remove day=2024-01-01/,
    );
    expect(await refused('takings', 'day=2024-01-09')).toBe(
      '1 insights/takings has no partition with day=2024-01-09 at version 1. It has day=2024-01-01, day=2024-01-02.\n',
    );
    expect(await refused('takings', '--diff', '1')).toMatch(
      /^2 --diff 1: write two versions or times with two dots between them/,
    );
    expect(await refused('takings', '--diff', '1..9')).toMatch(
      /^1 insights\/takings has no version 9: its newest is 1/,
    );
    expect(await refused('takings', '--diff', '0..1', '--as-of', '1')).toMatch(
      /^2 --diff already names its versions/,
    );
    expect(await refused('takings', '--as-of', 'noon')).toMatch(
      /^2 --as-of noon is not a version or a valid time/,
    );
  });

  it('says that an input was moved away and made anew, and does not take its new versions for the old', async () => {
    const shop = await makeGraph();
    await rm(join(shop.lake, 'tables/sales'), { recursive: true });
    await shop.sell(A, 'north,8');
    await sync(shop);
    const before = await explained(shop, 'takings', '--as-of', '1');
    expect(before.sources).toEqual([]);
    expect(before.lost).toEqual([
      expect.stringMatching(
        /^insights\/takings was made from version 1 of a tables\/sales that is not in the lake any more: /,
      ),
    ]);
    const now = await explained(shop, 'takings');
    expect(now.lost).toEqual([]);
    expect(brief(now)[0]).toEqual([A, 1, 1, 0]);
  });

  it('cuts long lists for people alone', async () => {
    const shop = await makeShop();
    for (let day = 1; day <= 25; day++)
      await shop.sell(`shop/day=2024-01-${String(day).padStart(2, '0')}/a.csv`, 'north,1');
    await sync(shop);
    const { out } = await ask(shop, 'explain', 'takings');
    expect(out.match(/^… and 5 more; --format json has all$/gm)).toHaveLength(2);
    const receipt = await explained(shop, 'takings');
    expect([receipt.partitions.length, receipt.sources.length]).toEqual([25, 25]);
  });
});
