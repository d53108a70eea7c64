// `sluice plan`: what it says would happen is what the next sync does, and it does nothing itself.
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sluice } from './harness.ts';
import { CONTRACT, makeShop, type Shop, TAKINGS } from './shop.ts';

const [SALES] = CONTRACT.resources;
const FIELDS = SALES?.schema.fields ?? [];
const withFields = (fields: readonly object[]) => ({
  ...CONTRACT,
  resources: [{ ...SALES, schema: { fields } }],
});
const SOURCES = ['shop/day=2024-01-01/a.csv', 'shop/day=2024-01-02/b.csv', 'shop/day=2024-01-03/c.csv'];

async function threeDays(): Promise<Shop> {
  const shop = await makeShop();
  for (const [index, key] of SOURCES.entries()) await shop.sell(key, `north,${index + 1}.50`);
  expect((await sluice(['sync', ...shop.places])).code).toBe(0);
  return shop;
}

async function plan(shop: Shop) {
  const { code, out, err } = await sluice(['plan', '--format', 'json', ...shop.places]);
  expect(err).toBe('');
  return { code, ...JSON.parse(out) };
}

type Change = {
  table: string;
  change: string;
  partitions: unknown[] | null;
  sourceFiles: number;
  bytes: number | null;
  reasons: string[];
};
const brief = ({ changes }: { changes: Change[] }) =>
  changes.map(({ table, change, partitions, sourceFiles }) => [
    table,
    change,
    partitions?.length ?? null,
    sourceFiles,
  ]);

it('changes nothing, and says so, where the definitions are what they were', async () => {
  const shop = await threeDays();
  const files = async () => (await readdir(shop.lake, { recursive: true })).sort();
  const before = await files();
  expect(await plan(shop)).toMatchObject({ code: 0, changes: [], unchanged: 2, broken: [] });
  expect((await sluice(['plan', ...shop.places])).out).toMatch(/\n\nNothing changes: 2 tables\.\n$/);
  await shop.define(withFields([...FIELDS, { name: 'note', type: 'string' }]), TAKINGS);
  expect((await plan(shop)).changes).toHaveLength(2);
  expect(await files()).toEqual(before);
});

it('says of a changed contract what the next sync reads and computes again', async () => {
  const shop = await threeDays();
  await shop.define(withFields([...FIELDS, { name: 'note', type: 'string' }]), TAKINGS);
  const found = await plan(shop);
  expect(found.code).toBe(0);
  expect(brief(found)).toEqual([
    ['tables/sales', 'changed', 3, 3],
    ['insights/takings', 'affected', 3, 0],
  ]);
  const sizes = await Promise.all(SOURCES.map(async (key) => (await stat(join(shop.landing, key))).size));
  expect(found.changes[0]).toMatchObject({
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    reasons: ['column added: note'],
    partitions: [{ day: '2024-01-01' }, { day: '2024-01-02' }, { day: '2024-01-03' }],
  });
  expect(found.changes[1].reasons).toEqual(['reads tables/sales']);
  const done = JSON.parse((await sluice(['sync', '--format', 'json', ...shop.places])).out);
  expect(done.totals.accepted).toBe(found.changes[0].sourceFiles);
  expect(done.refreshed).toMatchObject([
    { table: 'insights/takings', published: found.changes[1].partitions },
  ]);
  expect(await plan(shop)).toMatchObject({ changes: [], unchanged: 2 });
});

it('says of changed SQL which partitions are computed, and of no other table anything', async () => {
  const shop = await threeDays();
  await shop.define(CONTRACT, TAKINGS.replace('AS takings FROM', 'AS takings, count(*) AS sales FROM'));
  const found = await plan(shop);
  expect(brief(found)).toEqual([['insights/takings', 'changed', 3, 0]]);
  expect(found.changes[0].reasons).toEqual(['column added: sales']);
  await shop.define(CONTRACT, TAKINGS.replace('sum(amount)', 'sum(2 * amount)'));
  expect((await plan(shop)).changes[0].reasons).toEqual(['SQL or front matter']);
});

it('says what is broken, and what waits for it, and exits with 3', async () => {
  const shop = await threeDays();
  const retyped = FIELDS.map((field) => (field.name === 'till' ? { ...field, type: 'integer' } : field));
  await shop.define(withFields(retyped), TAKINGS);
  const found = await plan(shop);
  expect(found.code).toBe(3);
  expect(brief(found)).toEqual([
    ['tables/sales', 'broken', 0, 0],
    ['insights/takings', 'held', 0, 0],
  ]);
  expect(found.broken).toEqual([
    expect.stringMatching(
      /datapackage\.json: the contract change is incompatible with the table of sales: .* till would change from string to long.*sluice rebuild sales/,
    ),
  ]);
  await shop.define(CONTRACT, TAKINGS.replace('till, CAST', 'tll, CAST'));
  const unread = await plan(shop);
  expect(unread).toMatchObject({
    code: 1,
    unchanged: 1,
    broken: [expect.stringMatching(/takings\.sql, line \d+: .*tll/)],
    aside: [{ kind: 'insight', names: ['takings'], held: [] }],
  });
  expect(brief(unread)).toEqual([['insights/takings', 'broken', 0, 0]]);
  await shop.define(
    { ...CONTRACT, resources: [SALES, { ...SALES, name: 'more', path: 'shop/day=*/?.csv' }] },
    TAKINGS,
  );
  expect(await plan(shop)).toMatchObject({
    code: 3,
    broken: [expect.stringMatching(/the datasets sales and more .* both take shop\/day=2024-01-0\d\/..csv/)],
  });
});

it('counts everything as new for a lake that is not there, and names tables that nothing defines any more', async () => {
  const shop = await makeShop();
  await shop.sell(SOURCES[0] ?? '', 'north,1');
  expect(brief(await plan(shop))).toEqual([
    ['tables/sales', 'added', null, 1],
    ['insights/takings', 'added', null, 0],
  ]);
  await expect(stat(shop.lake)).rejects.toThrow('ENOENT');
  expect((await sluice(['sync', ...shop.places])).code).toBe(0);
  await rm(join(shop.folder, 'schemas/shop/insights/takings.sql'));
  const found = await plan(shop);
  expect(found).toMatchObject({ code: 0, unchanged: 1 });
  expect(brief(found)).toEqual([['insights/takings', 'removed', 0, 0]]);
});

it('writes Markdown that GitHub shows as a table', async () => {
  const shop = await threeDays();
  await shop.define(withFields([...FIELDS, { name: 'a|b', type: 'string' }]), TAKINGS);
  const { out } = await sluice(['plan', '--format', 'markdown', ...shop.places]);
  const lines = out.split('\n');
  expect(lines.slice(0, 4)).toEqual([
    '### Sluice plan',
    '',
    '| table | change | partitions | source files | reads | which | why |',
    '| --- | --- | ---: | ---: | ---: | --- | --- |',
  ]);
  expect(lines[4]).toMatch(
    /^\| <code>tables\/sales<\/code> \| \*\*changed\*\* \| 3 \| 3 \| \d+ B \| <code>day=2024-01-01 to day=2024-01-03<\/code> \| column added: a\\\|b \|$/,
  );
  expect(lines.at(-2)).toMatch(
    /^1 changed, 1 affected, 0 unchanged\. To read again: 3 source files; to compute: 3 partitions; /,
  );
});
