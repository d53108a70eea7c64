// `sluice history`: the versions of a small graph of tables and insights and their causes, checked against what was done.
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sluice } from './harness.ts';
import { CONTRACT, makeShop, TAKINGS } from './shop.ts';
import { A, A2, ask, B, brief, explained, json, makeGraph, sync } from './shop-graph.ts';

describe('history', () => {
  it('lists versions with rows, partitions and causes, newest first', async () => {
    const shop = await makeGraph();
    await shop.sell(A, 'north,2');
    await shop.remove(A2);
    await sync(shop, '--prune');
    const { versions, newest } = await json(shop, 'history', 'sales', '--format', 'json');
    expect(newest).toBe(2);
    expect(versions.map(({ version }: { version: number }) => version)).toEqual([2, 1, 0]);
    expect(versions[0]).toMatchObject({
      operation: 'INGEST',
      rowsAdded: 1,
      rowsRemoved: 4,
      rows: 2,
      partitions: [{ day: '2024-01-01' }],
    });
    expect(versions[0].cause.sources).toEqual([
      { source: A, change: 'replaced' },
      { source: A2, change: 'withdrawn' },
    ]);
    const takings = await json(shop, 'history', 'takings', '--format', 'json', '--limit', '1');
    expect(takings.versions).toHaveLength(1);
    expect(takings.versions[0]).toMatchObject({
      operation: 'REFRESH',
      rowsAdded: 1,
      rowsRemoved: 2,
      cause: { inputs: [{ table: 'tables/sales', from: 1, to: 2 }] },
    });
    const { out } = await ask(shop, 'history', 'sales', '--limit', '2');
    expect(out).toMatch(
      /^ +2 {2}\d{4}-.* INGEST +1 +4 +2 .* day=2024-01-01 +replaced shop\/day=2024-01-01\/a\.csv; withdrawn shop\/day=2024-01-01\/a2\.csv$/m,
    );
    expect(out).toContain('… and 1 more; --limit 3 shows them all');
  });

  it('tells contracts, definitions and failed audits', async () => {
    const shop = await makeShop();
    await shop.sell(A, 'north,1');
    await sync(shop);
    const [resource] = CONTRACT.resources;
    const fields = [...(resource?.schema.fields ?? []), { name: 'note', type: 'string' }];
    const contract = { ...CONTRACT, resources: [{ ...resource, schema: { fields } }] };
    await shop.define(contract, TAKINGS.replace('sum(amount)', 'sum(2 * amount)'));
    await sync(shop);
    await shop.sell(B, 'north,-1');
    expect((await sluice(['sync', ...shop.places])).code).toBe(3);
    const causes = async (name: string) =>
      (await json(shop, 'history', name, '--format', 'json')).versions.map(
        ({ operation, cause }: { operation: string; cause: unknown }) => [operation, cause],
      );
    const sales = await causes('sales');
    const [hash, other] = [sales.at(-1)[1].contract.to, sales.at(-3)[1].contract.to];
    expect(sales).toEqual([
      ['INGEST', { sources: [{ source: B, change: 'new' }] }],
      ['INGEST', { sources: [{ source: A, change: 'read again' }] }],
      ['APPLY', { contract: { from: hash, to: other }, columnsAdded: ['note'] }],
      ['INGEST', { sources: [{ source: A, change: 'new' }] }],
      ['CREATE TABLE', { contract: { from: null, to: hash } }],
    ]);
    const takings = await causes('takings');
    expect(takings.map(([operation]: [string]) => operation)).toEqual([
      'REFRESH',
      'REFRESH',
      'APPLY',
      'REFRESH',
      'CREATE TABLE',
    ]);
    expect(takings[0][1].stale).toEqual([
      { partition: { day: '2024-01-02' }, message: expect.stringContaining('no_debt') },
    ]);
    expect(takings[1][1].definition).toEqual(takings[2][1].definition);
    const { out } = await ask(shop, 'history', 'takings');
    expect(out).toMatch(/2024-01-02 kept: .*no_debt/);
  });

  it('finds arrivals, and tables that no definition makes any more', async () => {
    const shop = await makeGraph();
    expect(await json(shop, 'history', 'arrivals/owners', '--format', 'json')).toMatchObject({
      table: 'arrivals/owners',
      newest: 1,
    });
    const insights = join(shop.folder, 'schemas/shop/insights');
    await rename(join(insights, 'owner_takings.sql'), join(insights, 'renamed.sql'));
    const receipt = await explained(shop, 'owner_takings');
    expect(receipt.definition).toBeNull();
    expect(brief(receipt)).toHaveLength(4);
    expect((await ask(shop, 'explain', 'renamed')).err).toBe(
      'renamed is defined, but not in the lake yet: run "npx sluice sync".\n',
    );
  });
});
