// What is refused is open until it is put right or settled: by a new version, by the same content, by a person who says why.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { utimes } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sluice } from './harness.ts';
import { CONTRACT, makeShop, type Shop, TAKINGS } from './shop.ts';

const A = 'shop/day=2024-01-01/a.csv';
const B = 'shop/day=2024-01-02/b.csv';
const BAD_HEADER = 'a,b\n1,2\n';

const run = (shop: Shop, verb: string, ...args: string[]) => sluice([verb, ...args, ...shop.places]);
const settle = (shop: Shop, ...args: string[]) => run(shop, 'settle', ...args);

type Listed = { source: string; settled: null | Record<string, unknown> };
const listed = async (shop: Shop): Promise<Listed[]> =>
  JSON.parse((await run(shop, 'rejects', '--format', 'json')).out).map(({ source, settled }: Listed) => ({
    source,
    settled,
  }));
const openOnes = async (shop: Shop) =>
  (await listed(shop)).flatMap(({ source, settled }) => (settled === null ? [source] : []));

/** A file with one bad row, and a rejected one. */
async function openShop(): Promise<Shop> {
  const shop = await makeShop();
  await shop.sell(A, 'north,1', 'south,x');
  await shop.write(B, BAD_HEADER);
  await run(shop, 'sync');
  return shop;
}

describe('settle', () => {
  it('closes a rejected file and quarantined rows, for sync, status and rejects; no row changes', async () => {
    const shop = await openShop();
    expect((await run(shop, 'status')).code).toBe(3);
    const rejected = await settle(shop, B, '--why', 'a test file of the sender', '--who', 'ann');
    expect(rejected).toMatchObject({ code: 0, err: '' });
    expect(rejected.out).toMatch(
      /^shop\/day=2024-01-02\/b\.csv \(sales\): settled by ann, \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ: a test file of the sender\n$/,
    );
    expect((await settle(shop, join(shop.landing, A), '--why', 'nobody needs it')).out).toContain(
      `settled by ${userInfo().username}, `,
    );
    expect(await run(shop, 'sync')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Nothing to do: 1 file unchanged, 1 settled \(/),
    });
    const status = JSON.parse((await run(shop, 'status', '--format', 'json')).out);
    expect(status.datasets[0]).toMatchObject({ quarantinedRows: 1, openQuarantinedRows: 0, rejected: [] });
    expect(status.datasets[0].settled).toMatchObject([
      {
        source: B,
        outcome: 'rejected',
        settled: { by: 'person', who: 'ann', why: 'a test file of the sender' },
      },
      { source: A, outcome: 'accepted', settled: { by: 'person', why: 'nobody needs it' } },
    ]);
    const shown = await run(shop, 'status');
    expect(shown).toMatchObject({
      code: 0,
      out: expect.stringContaining(
        '2 refused files are settled and not counted above: "npx sluice rejects --all" shows why.',
      ),
    });
    expect(shown.out).toMatch(/^sales +1 +1 +0 +0 +0 +0 /m);
    expect((await run(shop, 'rejects')).out).toBe(
      'Nothing is open.\n2 files are settled: --all shows them too\n',
    );
    expect((await sluice(['query', 'FROM sales', '--format', 'csv', ...shop.places.slice(2)])).out).toBe(
      'day,till,amount\r\n2024-01-01,north,1.00\r\n',
    );
  });

  it('rejects --all has open ones first, in every format', async () => {
    const shop = await openShop();
    await settle(shop, A, '--why', 'known', '--who', 'ann');
    const lines = (await run(shop, 'rejects', '--all')).out.split('\n');
    expect(lines[0]).toMatch(/^shop\/day=2024-01-02\/b\.csv \(sales\): rejected/);
    expect(lines[1]).toBe(`${A} (sales): 1 of 2 rows quarantined`);
    expect(lines[3]).toMatch(/^ {2}settled by ann, .*: known$/);
    expect((await run(shop, 'rejects')).out).toContain('1 file is settled: --all shows them too');
    const records = (await run(shop, 'rejects', '--all', '--format', 'csv')).out.split('\r\n');
    expect(records[0]).toBe('source,dataset,outcome,reason,field,rule,rows,settled');
    expect(records[2]).toMatch(
      /^shop\/day=2024-01-01\/a\.csv,sales,accepted,,amount,type-error,1,"settled by ann, /,
    );
    expect((await run(shop, 'rejects', '--format', 'csv')).out).not.toContain(A);
    expect((await listed(shop)).map(({ source }) => source)).toEqual([B, A]);
    expect((await run(shop, 'rejects', A)).out).toMatch(/^settled by ann, .*: known\nline 3, amount: "x"/);
  });

  it('without KEY lists what is open', async () => {
    const shop = await openShop();
    await settle(shop, A, '--why', 'known');
    const { code, out } = await settle(shop);
    expect(code).toBe(0);
    expect(out).toContain(`${B} (sales): rejected`);
    expect(out).not.toContain(A);
    expect(JSON.parse((await settle(shop, '--format', 'json')).out)).toMatchObject([{ source: B }]);
  });

  it('is for programs too, and --reopen takes it back', async () => {
    const shop = await openShop();
    const { out } = await settle(shop, B, '--why', ' known ', '--who', 'ann', '--format', 'json');
    expect(JSON.parse(out)).toEqual({
      source: B,
      dataset: 'sales',
      etag: expect.any(String),
      who: 'ann',
      why: 'known',
      at: expect.any(String),
    });
    expect(await openOnes(shop)).toEqual([A]);
    expect((await settle(shop, B, '--reopen')).out).toBe(`${B} (sales) is open again.\n`);
    expect(await openOnes(shop)).toEqual([A, B]);
    expect(await settle(shop, B, '--reopen')).toMatchObject({ code: 2 });
  });

  it.each([
    [[B], '--why is missing'],
    [[B, '--why', '  '], '--why is missing'],
    [['--why', 'x'], 'KEY is missing'],
    [['--reopen'], 'KEY is missing'],
    [[B, '--reopen', '--why', 'x'], '--reopen takes one back'],
    [['shop/day=2024-01-03/none.csv', '--why', 'x'], 'is neither in landing nor in the lake'],
    [['shop/day=2024-01-03/c.csv', '--why', 'x'], 'nothing of shop/day=2024-01-03/c.csv is refused'],
  ])('%j is wrong usage', async (args, message) => {
    const shop = await openShop();
    await shop.sell('shop/day=2024-01-03/c.csv', 'west,1');
    await run(shop, 'sync');
    expect(await settle(shop, ...args)).toMatchObject({ code: 2, err: expect.stringContaining(message) });
    expect(await openOnes(shop)).toEqual([A, B]);
  });
});

describe('how long a settlement holds', () => {
  it('a new version of the key, refused again, is open; an accepted one closes it without a settlement', async () => {
    const shop = await openShop();
    await settle(shop, A, '--why', 'known');
    await settle(shop, B, '--why', 'known');
    await shop.sell(A, 'north,1', 'south,y');
    await shop.write(B, `${BAD_HEADER}3,4\n`);
    expect((await run(shop, 'sync')).code).toBe(3);
    expect(await openOnes(shop)).toEqual([A, B]);
    await shop.sell(A, 'north,1', 'south,2');
    await shop.sell(B, 'north,1');
    expect((await run(shop, 'sync')).code).toBe(0);
    expect(await listed(shop)).toEqual([]);
  });

  it('until the new version is read, what was settled of the one before stays so', async () => {
    const shop = await openShop();
    await settle(shop, A, '--why', 'known');
    await shop.sell(A, 'north,1', 'south,y');
    expect(await openOnes(shop)).toEqual([B]);
  });

  it('survives a rebuild, and a contract that refuses the same; one that refuses for another reason opens it', async () => {
    const shop = await openShop();
    await settle(shop, A, '--why', 'known');
    await settle(shop, B, '--why', 'known');
    expect((await run(shop, 'rebuild', 'sales')).code).toBe(0);
    expect(await openOnes(shop)).toEqual([]);
    const [sales] = CONTRACT.resources;
    const [day, till, amount] = sales?.schema.fields ?? [];
    const define = (...fields: unknown[]) =>
      shop.define({ ...CONTRACT, resources: [{ ...sales, schema: { fields } }] }, TAKINGS);
    await define(day, till, { ...amount, constraints: { minimum: 0 } });
    await run(shop, 'sync');
    expect(await openOnes(shop)).toEqual([]);
    await define(day, till, { ...amount, constraints: { minimum: 5 } });
    await run(shop, 'sync');
    expect(await openOnes(shop)).toEqual([A]);
  });

  it('one that was altered in the lake does not count', async () => {
    const shop = await openShop();
    await settle(shop, B, '--why', 'known');
    const folder = join(shop.lake, 'settlements/sales', B);
    const [name = ''] = readdirSync(folder);
    const text = readFileSync(join(folder, name), 'utf8');
    expect(JSON.parse(text)).toMatchObject({ source: B, dataset: 'sales', why: 'known' });
    for (const altered of ['rubbish', '{}', text.replace('b.csv', 'c.csv')]) {
      writeFileSync(join(folder, name), altered);
      expect(await openOnes(shop)).toEqual([A, B]);
    }
  });

  it('is swept when the version is neither in landing nor in the lake, after the retention', async () => {
    const shop = await openShop();
    await settle(shop, A, '--why', 'known');
    await settle(shop, B, '--why', 'known');
    const files = (key: string) => readdirSync(join(shop.lake, 'settlements/sales', key));
    const aged = async (key: string) => {
      for (const name of files(key)) await utimes(join(shop.lake, 'settlements/sales', key, name), 1, 1);
    };
    await aged(A);
    await aged(B);
    const sweep = () => run(shop, 'maintain', '--retention', '1');
    expect((await sweep()).code).toBe(0);
    expect([files(A), files(B)].flat()).toHaveLength(2);
    await shop.remove(A);
    await shop.remove(B);
    // The rows of A are live until they are withdrawn.
    await sweep();
    expect(files(A)).toHaveLength(1);
    expect(() => files(B)).toThrow('ENOENT');
  });
});

describe('by content', () => {
  it('a file in the wrong folder is closed by the same text in the right one, and opens again without it', async () => {
    const shop = await makeShop();
    const text = 'day,till,amount\n2024-01-02,north,1\n2024-01-02,south,2\n';
    await shop.write(A, text);
    await run(shop, 'sync');
    expect(await openOnes(shop)).toEqual([A]);
    await shop.write(B, text);
    expect(await run(shop, 'sync')).toMatchObject({
      code: 0,
      out: expect.stringContaining('1 accepted, 1 settled'),
    });
    expect(await listed(shop)).toEqual([{ source: A, settled: { by: 'content', sources: [B] } }]);
    expect((await run(shop, 'rejects', '--all')).out).toContain(`  settled: its content is live from ${B}`);
    await shop.remove(B);
    await run(shop, 'sync', '--prune', '--yes');
    expect(await openOnes(shop)).toEqual([A]);
  });

  it('two files of one text that a changed contract rejects do not close each other by the rows that they left', async () => {
    const shop = await makeShop();
    await shop.sell(A, 'north,1');
    await shop.sell(B.replace('02/', '01/'), 'north,1');
    expect((await run(shop, 'sync')).code).toBe(0);
    const stricter = structuredClone(CONTRACT);
    const amount = stricter.resources[0]?.schema.fields[2] as object;
    Object.assign(amount, { constraints: { minimum: 2 } });
    await shop.define(stricter, TAKINGS);
    expect(await run(shop, 'sync')).toMatchObject({ code: 3 });
    expect(await openOnes(shop)).toEqual([A, B.replace('02/', '01/')]);
  });

  it('one byte more is other content, however alike the names are', async () => {
    const shop = await makeShop();
    const text = 'day,till,amount\n2024-01-02,north,1\n';
    await shop.write(A, text);
    await shop.write('shop/day=2024-01-02/a.csv', `${text}2024-01-02,south,2\n`);
    await run(shop, 'sync');
    expect(await openOnes(shop)).toEqual([A]);
  });
});
