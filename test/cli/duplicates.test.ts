// A contract that refuses duplicates, as users see it: the first of several equal files counts, the others are named, and come in
// as soon as it is gone.
import { copyFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sluice, startSluice } from './harness.ts';
import { CONTRACT, makeShop, type Shop, TAKINGS } from './shop.ts';

const FIRST = 'shop/day=2024-01-01/a.csv';
const SECOND = 'shop/day=2024-01-01/b.csv';
const REASON = `it has the same text as the version of ${FIRST} that counts, so that its rows would count twice: delete one of the two. Where ${FIRST} is deleted, this one comes in at the next sync`;

async function openShop(): Promise<Shop> {
  const shop = await makeShop();
  const [resource] = CONTRACT.resources;
  await shop.define({ ...CONTRACT, resources: [{ ...resource, duplicates: 'reject' }] }, TAKINGS);
  return shop;
}

async function sync(shop: Shop, ...args: string[]) {
  const { code, out } = await sluice(['sync', '--format', 'json', ...args, ...shop.places]);
  return { code, ...JSON.parse(out) };
}

async function takings(shop: Shop): Promise<string[]> {
  const sql = 'SELECT till, takings FROM takings ORDER BY ALL';
  const { out, code } = await sluice(['query', sql, '--format', 'csv', ...shop.places.slice(2)]);
  expect(code).toBe(0);
  return out.trimEnd().split('\r\n').slice(1);
}

it('refuses the later one, says which is the first, and exits with 3 as long as both are there', async () => {
  const shop = await openShop();
  await shop.sell(SECOND, 'north,9');
  await sync(shop);
  await shop.sell(FIRST, 'north,1');
  await sync(shop);
  await copyFile(join(shop.landing, FIRST), join(shop.landing, SECOND));
  const synced = await sluice(['sync', ...shop.places]);
  expect(synced.code).toBe(3);
  // The older version's row is gone as well: the file has the other one's by now.
  expect(await takings(shop)).toEqual(['north,1.00']);
  expect(synced.out).toContain(
    'Files: 1 rejected, 1 unchanged\nRows: 0 accepted, 0 quarantined, 1 withdrawn\n',
  );
  expect(synced.out).toContain(`Duplicates (rows counted once):\n  ${SECOND} (sales): ${REASON}\n`);
  expect(synced.out).not.toContain('Rejected files');
  const again = await sync(shop);
  expect(again).toMatchObject({
    code: 3,
    totals: { accepted: 0, rejected: 1, unchanged: 1 },
    rejected: [{ source: SECOND, dataset: 'sales', reason: REASON }],
    duplicates: [],
  });
  const status = await sluice(['status', ...shop.places]);
  expect(status.out).toContain(`Duplicates (rows counted once):\n  ${SECOND} (sales): ${REASON}\n`);
  const certified = await sluice(['certify', '--format', 'json', ...shop.places]);
  expect(certified.code).toBe(3);
  expect(JSON.parse(certified.out).datasets[0].objects).toMatchObject([
    { source: FIRST, state: 'live' },
    { source: SECOND, state: 'rejected', reason: REASON },
  ]);
  const rejects = await sluice(['rejects', ...shop.places]);
  expect(rejects.out).toContain(`${SECOND} (sales): rejected: ${REASON}`);
});

it('takes the second in the very sync that withdraws the first', async () => {
  const shop = await openShop();
  await shop.sell('shop/day=2024-01-02/other.csv', 'east,5');
  await shop.sell(FIRST, 'north,1');
  await sync(shop);
  await shop.sell(SECOND, 'north,1');
  expect((await sync(shop)).code).toBe(3);
  await shop.remove(FIRST);
  expect((await sync(shop)).code).toBe(3);
  expect(await sync(shop, '--prune')).toMatchObject({
    code: 0,
    totals: { accepted: 1, rejected: 0, withdrawn: 1 },
    rejected: [],
  });
  expect(await takings(shop)).toEqual(['east,5.00', 'north,1.00']);
  expect(await sync(shop)).toMatchObject({ code: 0, totals: { unchanged: 2 } });
});

it('puts out a file that was read before where an earlier one turns up', async () => {
  const shop = await openShop();
  await shop.sell(FIRST, 'north,1');
  await rename(join(shop.landing, FIRST), join(shop.folder, 'aside.csv'));
  await shop.sell(SECOND, 'north,1');
  expect((await sync(shop)).code).toBe(0);
  await rename(join(shop.folder, 'aside.csv'), join(shop.landing, FIRST));
  const found = await sync(shop);
  expect(found).toMatchObject({ code: 3, totals: { accepted: 1, rejected: 1 } });
  expect(found.files.map(({ source, outcome }: Record<string, string>) => [source, outcome])).toEqual([
    [FIRST, 'accepted'],
    [SECOND, 'rejected'],
  ]);
  expect(await takings(shop)).toEqual(['north,1.00']);
});

it('names equal rows of another text, and refuses none of them', async () => {
  const shop = await openShop();
  await shop.sell(FIRST, 'north,1');
  await shop.sell(SECOND, 'north,1', 'south,none');
  expect(await sync(shop)).toMatchObject({
    code: 0,
    totals: { accepted: 2 },
    duplicates: [{ dataset: 'sales', sources: [FIRST, SECOND] }],
  });
});

it('follows a copy and a deletion, a line each, without a sync', async () => {
  const shop = await openShop();
  await shop.sell(FIRST, 'north,1');
  const running = startSluice(['start', ...shop.places], shop.folder);
  await running.line(/^Watching /);
  await copyFile(join(shop.landing, FIRST), join(shop.landing, SECOND));
  expect(await running.line(/rejected/)).toBe(`sales day=2024-01-01 rejected: ${REASON}`);
  await shop.remove(FIRST);
  const lines = [await running.line(/^sales/), await running.line(/^sales/)].sort();
  expect(lines).toEqual([
    expect.stringMatching(/^sales day=2024-01-01 \(a\.csv\) withdrawn 1 row/),
    expect.stringMatching(/^sales day=2024-01-01 \(b\.csv\) accepted 1 row/),
  ]);
  running.process.kill('SIGINT');
  await running.ended;
  expect(await takings(shop)).toEqual(['north,1.00']);
});
