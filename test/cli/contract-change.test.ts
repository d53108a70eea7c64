// A contract that changes over a living lake, as its operator sees it: what the next sync takes, what it refuses, and how
// `sluice rebuild` helps.
import { expect, it } from 'vitest';
import { sluice } from './harness.ts';
import { CONTRACT, makeShop, type Shop, TAKINGS } from './shop.ts';

type Field = { name: string; type: string } & Record<string, unknown>;

const [SALES] = CONTRACT.resources;
const FIELDS = SALES?.schema.fields as unknown as readonly Field[];
const TILLS = {
  name: 'tills',
  path: 'tills/*.csv',
  schema: {
    fields: [
      { name: 'till', type: 'string' },
      { name: 'floor', type: 'integer' },
    ],
  },
};

/** The shop's contract with these fields of sales, and what else is said of it; and a second dataset. */
async function define(shop: Shop, fields: readonly Field[], words: object = {}): Promise<void> {
  const sales = { ...SALES, ...words, schema: { fields } };
  await shop.define({ name: 'shop', resources: [sales, TILLS] }, TAKINGS);
}

function changed(name: string, words: object): Field[] {
  return FIELDS.map((field) => (field.name === name ? { ...field, ...words } : field));
}

async function query(shop: Shop, sql: string): Promise<string[]> {
  const { out, err, code } = await sluice(['query', sql, '--format', 'csv', ...shop.places.slice(2)]);
  expect({ err, code }).toEqual({ err: '', code: 0 });
  return out.trimEnd().split('\r\n').slice(1);
}

async function run(shop: Shop, ...args: string[]) {
  const { code, out, err } = await sluice([...args, '--format', 'json', ...shop.places]);
  return { code, err, document: out === '' ? undefined : JSON.parse(out) };
}

async function openShop(words: object = {}): Promise<Shop> {
  const shop = await makeShop();
  await define(shop, FIELDS, words);
  await shop.sell('shop/day=2024-01-01/a.csv', '1,1.50', '2,2.25', '2,0.125');
  await shop.sell('shop/day=2024-01-02/b.csv', '1,7');
  await shop.write('tills/all.csv', 'till,floor\n1,0\n');
  expect((await run(shop, 'sync')).code).toBe(0);
  return shop;
}

const SALES_ROWS = 'SELECT day, till, amount FROM sales ORDER BY ALL';

it('more precision widens every data file in one commit, and lets the quarantined row in', async () => {
  const shop = await openShop();
  await define(shop, changed('amount', { precision: 12, scale: 3 }));
  const { code, document } = await run(shop, 'sync');
  expect(code).toBe(0);
  expect(document.applied).toContainEqual({ table: 'tables/sales', change: 'widened' });
  expect(document.totals).toMatchObject({ accepted: 2, unchanged: 1 });
  expect(await query(shop, SALES_ROWS)).toEqual([
    '2024-01-01,1,1.500',
    '2024-01-01,2,0.125',
    '2024-01-01,2,2.250',
    '2024-01-02,1,7.000',
  ]);
  const said = await sluice(['sync', ...shop.places]);
  expect(said.out).toMatch(/^Nothing to do/);
});

it('an integer becomes a number', async () => {
  const shop = await openShop();
  const counted = (words: object) => [...FIELDS, { name: 'pieces', type: 'integer', ...words }];
  await define(shop, counted({}));
  await shop.write('shop/day=2024-01-03/c.csv', 'till,amount,pieces\n1,1,9223372036854775807\n');
  expect((await run(shop, 'sync')).code).toBe(0);
  await define(shop, counted({ type: 'number', precision: 21, scale: 2 }));
  const said = await sluice(['sync', ...shop.places]);
  expect(said.out).toContain(
    'Contract of sales changed, columns widened in all data files: 3 files read under it',
  );
  expect(await query(shop, "SELECT pieces, typeof(pieces) FROM sales WHERE day = '2024-01-03'")).toEqual([
    '9223372036854775807.00,"DECIMAL(21,2)"',
  ]);
});

const REFUSED = [
  [
    'another type',
    () => changed('till', { type: 'integer' }),
    {},
    'the column till would change from string to long',
  ],
  [
    'less precision',
    () => changed('amount', { scale: 1 }),
    {},
    'the column amount would change from decimal(10,2) to decimal(10,1)',
  ],
  [
    'a dropped column',
    () => [...FIELDS.slice(0, 2), { name: 'amount2', type: 'number' }],
    {},
    'the column amount would be dropped',
  ],
  [
    'another partitioning',
    () => [...FIELDS],
    { partitionBy: [] },
    'the partitioning would change from (day) to ()',
  ],
] as const;

it.each(REFUSED)(
  '%s is refused for its dataset alone, until it is rebuilt',
  async (name, fields, words, problem) => {
    const shop = await openShop();
    const sql = name === 'a dropped column' ? TAKINGS.replace('amount', 'amount2') : TAKINGS;
    const takings =
      name === 'another partitioning'
        ? sql.replace('partitionBy: [day]\nkey: [till]', 'key: [day, till]')
        : sql;
    const sales = { ...SALES, ...words, schema: { fields: fields() } };
    await shop.define({ name: 'shop', resources: [sales, TILLS] }, takings);
    await shop.sell('shop/day=2024-01-02/b.csv', '1,8');
    await shop.write('tills/more.csv', 'till,floor\n2,1\n');
    const { code, document } = await run(shop, 'sync');
    expect(code).toBe(1);
    expect(document.refused).toEqual([
      { dataset: 'sales', message: expect.stringContaining(problem), held: ['insights/takings'] },
    ]);
    expect(document.refused[0].message).toContain('run "npx sluice rebuild sales"');
    expect(document.deadLetters).toEqual([]);
    expect(document.files.map(({ source }: { source: string }) => source)).toEqual(['tills/more.csv']);
    const said = await sluice(['sync', ...shop.places]);
    expect(said.code).toBe(1);
    expect(said.out).toContain('(all other datasets were processed):\n');

    // Readers see what the table holds, and not what the contract would make of it.
    expect(await query(shop, SALES_ROWS)).toEqual([
      '2024-01-01,1,1.50',
      '2024-01-01,2,2.25',
      '2024-01-02,1,7.00',
    ]);
    expect((await run(shop, 'status')).document.refused).toMatchObject([{ dataset: 'sales' }]);

    if (name === 'less precision') {
      const kept = await sluice(['rebuild', 'sales', ...shop.places]);
      expect(kept.code).toBe(1);
      expect(kept.err).toMatch(
        /would lose rows of 1 source file\. Nothing was changed\.\nwith rows that the new contract refuses: .*\n {2}shop\/day=2024-01-01\/a\.csv: \d of \d rows are accepted\nTo give their rows up, pass --yes\.\n$/,
      );
    }
    const rebuilt = await run(shop, 'rebuild', 'sales', ...(name === 'less precision' ? ['--yes'] : []));
    expect(rebuilt).toMatchObject({
      code: 0,
      document: { dataset: 'sales', files: 2, kept: [], dropped: [], sync: { refused: [], deadLetters: [] } },
    });
    expect(await query(shop, 'SELECT day, till FROM sales ORDER BY ALL')).toContain('2024-01-02,1');
    expect(await query(shop, "SELECT day, till, takings::int FROM takings WHERE day = '2024-01-02'")).toEqual(
      [name === 'a dropped column' ? '2024-01-02,1,' : '2024-01-02,1,8'],
    );
    expect((await sluice(['sync', ...shop.places])).out).toMatch(/^Nothing to do/);
  },
);

it('a rebuild that would lose rows says which files are missing, and --yes gives them up', async () => {
  const shop = await openShop();
  await define(shop, changed('till', { type: 'integer' }));
  await shop.remove('shop/day=2024-01-01/a.csv');
  const refused = await sluice(['rebuild', 'sales', ...shop.places]);
  expect(refused.code).toBe(1);
  expect(refused.err).toContain(
    'sales is not rebuilt: it would lose rows of 1 source file. Nothing was changed.\nnot in landing any more: put them back:\n  shop/day=2024-01-01/a.csv\n',
  );
  await shop.write('shop/day=2024-01-02/b.csv', 'no,header\n1,2\n');
  const rejected = await sluice(['rebuild', 'sales', '--yes', ...shop.places]);
  expect(rejected.code).toBe(3);
  expect(rejected.out).toContain(
    'from 0 files: 0 rows, 0 quarantined, 1 file rejected\nDeleted the rows of: shop/day=2024-01-01/a.csv, shop/day=2024-01-02/b.csv',
  );
  expect(await query(shop, SALES_ROWS)).toEqual([]);
});

it('under a contract that fits, the rows of kept and of rejected files stay', async () => {
  const shop = await openShop({ onDelete: 'keep' });
  await shop.remove('shop/day=2024-01-01/a.csv');
  await shop.write('shop/day=2024-01-02/b.csv', 'no,header\n1,2\n');
  await define(shop, changed('amount', { precision: 12, scale: 3 }), { onDelete: 'keep' });
  const { code, document } = await run(shop, 'rebuild', 'sales');
  expect(code).toBe(3);
  expect(document).toMatchObject({ files: 0, rejected: 1, dropped: [] });
  expect(document.kept).toEqual(['shop/day=2024-01-01/a.csv', 'shop/day=2024-01-02/b.csv']);
  expect(await query(shop, SALES_ROWS)).toEqual([
    '2024-01-01,1,1.500',
    '2024-01-01,2,2.250',
    '2024-01-02,1,7.000',
  ]);
  await define(shop, changed('till', { type: 'integer' }), { onDelete: 'keep' });
  const refused = await sluice(['rebuild', 'sales', ...shop.places]);
  expect(refused.err).toContain(
    'the contract keeps the rows of deleted files, but they do not fit it any more',
  );
});

it('rebuild wants a dataset that there is', async () => {
  const shop = await openShop();
  expect(await sluice(['rebuild', 'sale', ...shop.places])).toMatchObject({
    code: 2,
    err: 'There is no dataset "sale". Did you mean "sales"? Datasets: sales, tills\n',
  });
});
