// Deliveries as people change them: other words in the contract, names that can be read in two ways, refused files that are deleted.
import { describe, expect, it } from 'vitest';
import { sluice } from './harness.ts';
import { makeShop, type Shop } from './shop.ts';

const TAKINGS = `/* ---
description: All amounts.
--- */
SELECT till, CAST(sum(amount) AS BIGINT) AS takings FROM sales GROUP BY till
`;
const FIELDS = [
  { name: 'till', constraints: { required: true } },
  { name: 'amount', type: 'integer', constraints: { required: true } },
];

const run = (verb: string, { places }: Shop, ...args: string[]) => sluice([verb, ...places, ...args]);

async function shopOf(words: object, fields: readonly object[] = FIELDS) {
  const shop = await makeShop();
  const define = (more: object) =>
    shop.define(
      { name: 'shop', resources: [{ name: 'sales', mode: 'replace', ...more, schema: { fields } }] },
      TAKINGS,
    );
  await define(words);
  return { shop, define };
}

async function amounts(shop: Shop): Promise<string> {
  await run('sync', shop);
  const [, , lake = '', , schemas = ''] = shop.places.slice(1);
  const sql = 'SELECT till, takings FROM takings ORDER BY till';
  const { out } = await sluice(['query', sql, '--lake', lake, '--schemas', schemas, '--format', 'csv']);
  return out.trim().split(/\r?\n/).slice(1).join(' ');
}

describe('a contract that changes', () => {
  it('makes a marker of a data file, and a data file of a marker, without a rebuild', async () => {
    const words = { path: 'd/{run}/*.csv', delivery: { by: ['run'], newest: 'name' } };
    const { shop, define } = await shopOf(words);
    await shop.sell('d/1/x.csv', 'a,1');
    await shop.sell('d/1/done.csv', 'total,100');
    expect(await amounts(shop)).toBe('a,1 total,100');
    await define({ ...words, delivery: { ...words.delivery, complete: 'done.csv' } });
    expect(await amounts(shop)).toBe('a,1');
    expect((await run('certify', shop)).code).toBe(0);
    await define(words);
    expect(await amounts(shop)).toBe('a,1 total,100');
  });
});

describe('a file that is refused', () => {
  it('for its name holds back the delivery that all readings agree in', async () => {
    const fields = [...FIELDS, { name: 'region' }, { name: 'day' }];
    const words = {
      path: 'm/{run}/{region}_{day}.csv',
      delivery: { by: ['run'], newest: 'name', complete: '_OK' },
    };
    const { shop } = await shopOf(words, fields);
    await shop.sell('m/r1/north_1.csv', 'a,1');
    await shop.write('m/r1/_OK', '');
    await shop.sell('m/r2/north_1.csv', 'a,10');
    await shop.sell('m/r2/north_west_1.csv', 'a,20');
    await shop.write('m/r2/_OK', '');
    expect(await amounts(shop)).toBe('a,1');
    expect((await run('status', shop)).out).toContain('run r2 (sales): 2 files since ');
    await shop.remove('m/r2/north_west_1.csv');
    await run('sync', shop, '--prune', '--yes');
    expect(await amounts(shop)).toBe('a,10');
  });

  it('lets its delivery go once it is deleted, also where the contract keeps deleted files', async () => {
    const words = { path: 'm/{run}/*.csv', onDelete: 'keep', delivery: { by: 'run', newest: 'name' } };
    const { shop } = await shopOf(words);
    await shop.sell('m/r1/a.csv', 'a,1');
    await shop.sell('m/r2/a.csv', 'a,2');
    await shop.sell('m/r2/b.csv', 'b,x');
    expect(await amounts(shop)).toBe('a,1');
    expect((await run('rejects', shop)).out).toContain(
      'its delivery (run r2) does not count until the file is corrected or deleted; the one before does',
    );
    await shop.remove('m/r2/b.csv');
    expect((await run('sync', shop, '--prune', '--yes')).out).toContain('1 withdrawn');
    expect(await amounts(shop)).toBe('a,2');
    expect((await run('certify', shop)).code).toBe(0);
  });

  it('as a marker, is rejected and not tried again', async () => {
    const words = {
      path: 'm/{a}/{b}.csv',
      scope: ['a'],
      delivery: { by: ['a', 'b'], complete: 'm/{a}-{b}.ok' },
    };
    const { shop } = await shopOf(words);
    await shop.sell('m/1/2.csv', 'a,1');
    await shop.write('m/1-2-3.ok', '');
    expect((await run('sync', shop)).out).toContain('1 rejected');
    expect((await run('sync', shop)).out).toContain('Nothing to do');
    expect((await run('certify', shop)).out).toContain('m/1-2-3.ok: its name can be read in two ways');
  });
});
