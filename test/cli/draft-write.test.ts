// `sluice draft`: datasets, names and folders, what is written into a package, and what is printed.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { testTemp } from '../support/temp.ts';
import { type Document, draft, type Resource } from './drafted.ts';
import { sluice } from './harness.ts';

describe('kinds, names and folders', () => {
  it('one dataset for each kind of header, named after its files or folder', async () => {
    const { datasets } = await draft({
      'orders-2024-01.csv': 'id,total\n1,2.5\n',
      'orders-2024-02.csv.gz': gzipSync('total,id\n3.5,2\n'),
      'customers/part-0001.csv': 'id,name\n1,x\n',
      'events.ndjson': '{"id":1,"at":"2024-01-01T00:00:00Z","o":{"a":1}}\n{"id":2,"x":"007"}\n',
      'list.json': '[{"id":1,"price":1.50},{"id":2,"price":2}]',
    });
    const found = datasets.map(({ resource, samples }) => [resource.name, resource.path, samples.length]);
    expect(found).toEqual([
      ['customers', 'customers/*.csv', 1],
      ['events', 'events/*.ndjson', 1],
      ['list', 'list/*.json', 1],
      ['orders', 'orders/*{.csv,.csv.gz}', 2],
    ]);
    expect(datasets[1]?.resource.schema.fields.map(({ name, type }) => [name, type])).toEqual([
      ['id', 'integer'],
      ['at_field', 'datetime'],
      ['o', 'object'],
      ['x', 'string'],
    ]);
  });

  it('folders name=value partition, and agree with a column of their name', async () => {
    const { datasets, code } = await draft({
      'sales/year=2024/date=2024-01-05/a.csv': 'year,amount\n2024,1.5\n',
      'sales/year=2025/date=2025-01-05/a.csv': 'year,amount\n2025,2.5\n',
    });
    expect(code).toBe(0);
    expect(datasets[0]?.resource).toMatchObject({
      name: 'sales',
      path: 'sales/year=*/date=*/*.csv',
      partitionBy: ['year', 'date'],
      schema: {
        fields: [
          { name: 'year', type: 'integer' },
          { name: 'date', type: 'date' },
          { name: 'amount', type: 'number' },
        ],
      },
    });
  });

  it('in landing, paths are those of the files, and tell kinds in one folder apart', async () => {
    const folder = testTemp();
    await mkdir(join(folder, 'shop'));
    await writeFile(join(folder, 'shop/orders-1.csv'), 'id,total\n1,2\n');
    await writeFile(join(folder, 'shop/customers-1.csv'), 'id,name\n1,x\n');
    const { out } = await sluice(['draft', folder, '--landing', folder, '--format', 'json']);
    const { datasets } = JSON.parse(out) as Document;
    expect(datasets.map(({ resource }) => resource.path)).toEqual([
      'shop/customers*.csv',
      'shop/orders*.csv',
    ]);
    expect(datasets.map(({ samples }) => samples[0]?.key)).toEqual([
      'shop/customers-1.csv',
      'shop/orders-1.csv',
    ]);
  });
});

describe('--write', () => {
  const ORDERS = `id,status,total\n${Array.from({ length: 40 }, (_, i) => `${i},${i % 2 ? 'open' : 'paid'},${i}.50\n`).join('')}`;

  async function world() {
    const folder = testTemp();
    await writeFile(join(folder, 'orders.csv'), ORDERS);
    await writeFile(join(folder, 'customers.csv'), 'id,name\n1,x\n2,y\n');
    const places = ['--schemas', join(folder, 'schemas'), '--landing', join(folder, 'landing')];
    const write = (file: string, ...more: string[]) =>
      sluice(['draft', join(folder, file), '--write', 'shop', ...places, ...more]);
    return { folder, places, write };
  }

  it('makes a package that loads, and whose insight is computed from the samples', async () => {
    const { folder, places, write } = await world();
    const { code, out, err } = await write('orders.csv');
    expect({ code, err: err.split('\n')[0] }).toEqual({
      code: 0,
      err: 'orders: 1 sample, 40 records, all accepted',
    });
    expect(out).toMatch(
      /^Wrote .*shop\/datapackage\.json \(contract\)\nWrote .*shop\/insights\/orders_by_status\.sql \(insight\)\n/,
    );
    await mkdir(join(folder, 'landing/orders'), { recursive: true });
    await writeFile(join(folder, 'landing/orders/orders.csv'), ORDERS);
    const lake = [...places, '--lake', join(folder, 'lake')];
    expect(await sluice(['sync', ...lake])).toMatchObject({ code: 0 });
    const asked = await sluice([
      'query',
      'FROM orders_by_status ORDER BY status',
      '--format',
      'csv',
      '--schemas',
      join(folder, 'schemas'),
      '--lake',
      join(folder, 'lake'),
    ]);
    // 20 records each: 1 + 3 + … + 39 = 400 and 0 + 2 + … + 38 = 380, and 20 halves.
    expect(asked.out).toBe('status,records,total\r\nopen,20,410.0000\r\npaid,20,390.0000\r\n');
  });

  it('adds to a contract, every other character as it is; what is there is not overwritten', async () => {
    const { folder, write } = await world();
    const contract = join(folder, 'schemas/shop/datapackage.json');
    await mkdir(dirname(contract), { recursive: true });
    const before = `{ "name": "shop",
  "resources": [ { "name": "old", "path": "old/*.csv",
       "schema": { "fields": [ { "name": "a", "description": "has ] and \\"resources\\"" } ] } } ],   "title": "x" }\n`;
    await writeFile(contract, before);
    expect((await write('customers.csv')).code).toBe(0);
    const after = await readFile(contract, 'utf8');
    const [start = '', end = ''] = before.split(/ \],/);
    expect(after.startsWith(`${start},\n    {\n`)).toBe(true);
    expect(after.endsWith(`],${end}`)).toBe(true);
    expect(JSON.parse(after).resources.map(({ name }: Resource) => name)).toEqual(['old', 'customers']);
    const again = await write('customers.csv');
    expect(again).toMatchObject({
      code: 1,
      err: expect.stringMatching(
        /customers is defined in .*datapackage\.json already, and is never overwritten: pass another name with --name\. Nothing was written/,
      ),
    });
    expect(await readFile(contract, 'utf8')).toBe(after);
  });

  it('names what is wrong with the options', async () => {
    const { folder, write } = await world();
    expect(await write('orders.csv', '--name', 'a-b')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--name a-b cannot be a table'),
    });
    expect(await write('orders.csv', '--header', 'maybe')).toMatchObject({
      code: 2,
      err: '--header maybe: write yes or no\n',
    });
    const two = await sluice(['draft', folder, '--name', 'x']);
    expect(two).toMatchObject({ code: 2, err: expect.stringContaining('2 kinds (customers, orders)') });
    const bad = await sluice([
      'draft',
      join(folder, 'orders.csv'),
      '--write',
      '../x',
      '--schemas',
      join(folder, 'schemas'),
    ]);
    expect(bad).toMatchObject({ code: 2, err: expect.stringContaining('is not a package') });
  });
});

it('prints a contract that a parser takes on standard output, and notes on standard error', async () => {
  const folder = testTemp();
  await writeFile(join(folder, 'evil.csv'), 'id,\u001b[31mred\n1,a\u202eb\n2,c\n');
  const { code, out, err } = await sluice(['draft', join(folder, 'evil.csv')]);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    name: 'evil',
    resources: [{ name: 'evil', schema: { fields: [{ name: 'id' }, { header: '\u001b[31mred' }] } }],
  });
  for (const control of ['\u001b', '\u202e']) expect(`${out}${err}`).not.toContain(control);
});
