// `sluice draft`: each kind of trap in a sample file, what is written into a package, and what is said.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { testTemp } from '../support/temp.ts';
import { sluice } from './harness.ts';

type Field = {
  name: string;
  header?: string;
  type: string;
  format?: string;
  constraints?: { required?: boolean; enum?: string[] };
} & Record<string, unknown>;
type Resource = {
  name: string;
  path: string;
  encoding: string;
  dialect?: Record<string, unknown>;
  partitionBy?: string[];
  schema: { fields: Field[]; primaryKey?: string };
};
type Document = {
  datasets: {
    resource: Resource;
    notes: { field: string; drafted: string; seen: string; remarks: string[] }[];
    samples: {
      file: string;
      key: string;
      rows: number;
      accepted: number;
      reason?: string;
      violations: { message: string }[];
    }[];
  }[];
  refused: { file: string; problem: string }[];
  passed: string[];
  written: string[];
};

/** Writes the files and drafts from them, as JSON. */
async function draft(files: Record<string, string | Buffer>, ...options: string[]) {
  const folder = testTemp();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  const args = ['draft', folder, '--landing', join(folder, 'none'), '--format', 'json', ...options];
  const { code, out, err } = await sluice(args);
  const document: Document =
    out === '' ? { datasets: [], refused: [], passed: [], written: [] } : JSON.parse(out);
  return { code, err, folder, ...document };
}

/** The drafted fields of a file's one dataset, without what was seen. */
async function fieldsOf(text: string | Buffer, ...options: string[]) {
  const { datasets, code } = await draft({ 'rows.csv': text }, ...options);
  const [dataset] = datasets;
  if (dataset === undefined) throw new Error('no dataset');
  const fields = dataset.resource.schema.fields.map(({ description: _, ...field }) => field);
  const seen = (name: string) => dataset.notes.find(({ field }) => field === name);
  return { fields, seen, resource: dataset.resource, samples: dataset.samples, code };
}

/** One column `v` beside a number, which shows that the first line is a header. */
async function columnOf(texts: readonly string[]) {
  const quoted = texts.map((text) => `"${text.replaceAll('"', '""')}"`);
  const { fields, seen, code, samples } = await fieldsOf(
    `n,v\n${quoted.map((text, i) => `${i},${text}\n`).join('')}`,
  );
  expect(code, JSON.stringify(samples)).toBe(0);
  const { name: _, constraints: __, ...words } = fields[1] as Field;
  return { words, seen: seen('v') };
}

describe('the narrowest type that keeps every text', () => {
  it.each([
    ['integers', ['1', '-20', '9223372036854775807'], { type: 'integer' }],
    ['beyond 64 bits', ['1', '9223372036854775808'], { type: 'string' }],
    ['long identifiers', ['123456789012345678901', '223456789012345678901'], { type: 'string' }],
    ['leading zeros', ['01234', '99999'], { type: 'string' }],
    ['a plus', ['+4930', '+4940'], { type: 'string' }],
    ['1e5', ['1e5', '2e7'], { type: 'string' }],
    ['numbers of science', ['1.5e-05', '2.5E+03'], { type: 'number', precision: 18, scale: 8 }],
    ['money', ['49.90', '1200'], { type: 'number', precision: 18, scale: 4 }],
    ['many digits', ['12345678901234567890.123456', '1'], { type: 'number', precision: 38, scale: 8 }],
    ['a decimal comma', ['1,5', '20,25'], { type: 'number', decimalChar: ',', precision: 18, scale: 4 }],
    [
      'both marks',
      ['1.234,50', '0,5'],
      { type: 'number', decimalChar: ',', groupChar: '.', precision: 18, scale: 4 },
    ],
    ['groups of digits', ['1,234,567', '12'], { type: 'integer', groupChar: ',' }],
    [
      'a 0 before the mark',
      ['0,917', '1,234'],
      { type: 'number', decimalChar: ',', precision: 18, scale: 5 },
    ],
    ['days', ['2024-02-29', '2024-12-31'], { type: 'date' }],
    ['a day that is none', ['2024-02-29', '2024-02-30'], { type: 'string' }],
    ['the day first', ['13/04/2024', '04/03/2024'], { type: 'date', format: '%d/%m/%Y' }],
    ['the month first', ['04/13/2024', '04/03/2024'], { type: 'date', format: '%m/%d/%Y' }],
    ['mixed days', ['13/04/2024', '04/13/2024'], { type: 'string' }],
    ['instants', ['2024-01-31T12:00:00Z', '2024-01-31T12:00:00.5+02:00'], { type: 'datetime' }],
    [
      'instants with a blank',
      ['2024-01-31 12:00:00', '2024-02-01 00:00:00'],
      { type: 'datetime', format: 'any' },
    ],
    [
      'instants without seconds',
      ['31.12.2024 23:59', '01.01.2025 00:00'],
      { type: 'datetime', format: '%d.%m.%Y %H:%M' },
    ],
    ['times', ['12:00:00', '23:59:59'], { type: 'time' }],
    ['times without seconds', ['12:00', '01:30'], { type: 'string' }],
    ['version numbers', ['7.3.17', '3.18.14'], { type: 'string' }],
    ['years of two digits', ['12.31.24', '11.30.25'], { type: 'date', format: '%m.%d.%y' }],
    ['months', ['2024-01', '2024-12'], { type: 'yearmonth' }],
    ['true and false', ['true', 'false'], { type: 'boolean' }],
    ['yes and no', ['Yes', 'No', 'Yes'], { type: 'boolean', trueValues: ['Yes'], falseValues: ['No'] }],
    ['1 and 0', ['1', '0'], { type: 'integer' }],
    ['countries', ['NO', 'SI', 'NO'], { type: 'string' }],
    ['UUIDs', ['4e64ae52-7166-436b-9983-91ea4ca6f889'], { type: 'string', format: 'uuid' }],
    ['blanks around', [' 1 ', '2'], { type: 'integer', trim: true }],
    ['NULL among numbers', ['NULL', '5', '-'], { type: 'integer', missingValues: ['', '-', 'NULL'] }],
    ['NULL among texts', ['NULL', 'NA', 'x'], { type: 'string' }],
  ])('%s', async (_, texts, words) => {
    expect((await columnOf(texts)).words).toEqual(words);
  });

  it.each([
    [['31.12.24', '30.11.25'], /could be dates as %d\.%m\.%y, or dates as %y\.%m\.%d.*left as text/],
    [['03/04/2024', '04/03/2024'], /could be dates as %d\/%m\/%Y, or dates as %m\/%d\/%Y.*left as text/],
    [
      ['1,234', '5,678'],
      /could be whole numbers with "," between groups of digits, or decimals with a decimal comma.*left as text/,
    ],
    [
      ['1.234', '5.678'],
      /could be decimals, or whole numbers with "\." between groups of digits.*left as text/,
    ],
  ])('%j could mean either: text, and that is said', async (texts, said) => {
    const { words, seen } = await columnOf(texts);
    expect(words).toEqual({ type: 'string' });
    expect(seen?.seen).toMatch(said);
    expect(seen?.remarks.join()).toContain(
      `such as "${texts[0]}", "${texts[1]}"; if you know, write {"type":`,
    );
  });

  it('one odd value in the last of 100,000 records', async () => {
    const numbers = Array.from({ length: 99_999 }, (_, i) => `${i},${i % 7}\n`).join('');
    const { fields, seen, samples } = await fieldsOf(`id,n\n${numbers}99999,7.5x\n`);
    expect(samples).toMatchObject([{ rows: 100_000, accepted: 100_000 }]);
    expect(fields[1]).toEqual({ name: 'n', type: 'string', constraints: { required: true } });
    expect(seen('n')?.seen).toMatch(/^99,999 of 100,000 are whole numbers, the others are not/);
    expect(seen('n')?.remarks[0]).toMatch(/^not "7\.5x"; /);
  });

  it('numbers that grow late', async () => {
    const small = Array.from({ length: 5000 }, (_, i) => `${i},${i % 10}\n`).join('');
    const { fields } = await fieldsOf(`id,n\n${small}5000,12345678901234567.25\n`);
    expect(fields[1]).toMatchObject({ type: 'number', precision: 38, scale: 4 });
  });

  it('required, enums of few values, and a key', async () => {
    const rows = Array.from(
      { length: 40 },
      (_, i) => `${i},${i % 2 ? 'open' : 'paid'},${i === 7 ? '' : 'x'}${i}\n`,
    ).join('');
    const { fields, resource } = await fieldsOf(`Order ID,status,note\n${rows}`);
    expect(fields).toEqual([
      { name: 'order_id', header: 'Order ID', type: 'integer', constraints: { required: true } },
      { name: 'status', type: 'string', constraints: { required: true, enum: ['open', 'paid'] } },
      { name: 'note', type: 'string', constraints: { required: true } },
    ]);
    expect(resource.schema.primaryKey).toBe('order_id');
  });

  it('no key where a value comes twice', async () => {
    const { resource } = await fieldsOf('id,v\n1,a\n1,b\n2,c\n');
    expect(resource.schema.primaryKey).toBeUndefined();
  });
});

describe('how a file is written', () => {
  const text = 'id;name;x\n1;Müller;2,5\n2;"a\nb; ""c""";3,5\n';
  it.each([
    ['semicolons', Buffer.from(text), 'utf-8', { delimiter: ';' }],
    ['a byte order mark', Buffer.from(`\ufeff${text}`), 'utf-8', { delimiter: ';' }],
    ['windows-1252', Buffer.from(text, 'latin1'), 'windows-1252', { delimiter: ';' }],
    [
      'UTF-16',
      Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]),
      'utf-16',
      { delimiter: ';' },
    ],
    ['UTF-16 without a mark', Buffer.from(text, 'utf16le'), 'utf-16le', { delimiter: ';' }],
    ['tabs', Buffer.from(text.replaceAll(';', '\t')), 'utf-8', { delimiter: '\t' }],
    ['CRLF', Buffer.from(text.replaceAll('\n', '\r\n')), 'utf-8', { delimiter: ';' }],
    ['a title above', Buffer.from(`Report of May\n\n${text}`), 'utf-8', { delimiter: ';', headerRows: [3] }],
  ])('%s', async (_, bytes, encoding, dialect) => {
    const { resource, fields, samples } = await fieldsOf(bytes);
    expect(resource).toMatchObject({ encoding, dialect });
    expect(fields.map(({ name, type }) => [name, type])).toEqual([
      ['id', 'integer'],
      ['name', 'string'],
      ['x', 'number'],
    ]);
    expect(samples).toMatchObject([{ rows: 2, accepted: 2 }]);
  });

  it('no header: columns are numbered; --header yes says otherwise', async () => {
    const { fields, resource } = await fieldsOf('1,2.5,x\n2,3.5,y\n');
    expect(resource.dialect).toEqual({ header: false });
    expect(fields.map(({ name, type }) => [name, type])).toEqual([
      ['column_1', 'integer'],
      ['column_2', 'number'],
      ['column_3', 'string'],
    ]);
    const other = await fieldsOf('1,2.5,x\n2,3.5,y\n', '--header', 'yes');
    expect(other.fields.map(({ name, header }) => [name, header])).toEqual([
      ['_1', '1'],
      ['_2_5', '2.5'],
      ['x', undefined],
    ]);
  });

  it('labels become names that SQL takes; empty ones are left out; a header alone has texts', async () => {
    const { fields, seen } = await fieldsOf('Größe (m),customerID,Customer Id,order,,1st,file_index\n');
    expect(fields.map(({ name, header, type }) => [name, header, type])).toEqual([
      ['grosse_m', 'Größe (m)', 'string'],
      ['customer_id', 'customerID', 'string'],
      ['customer_id_2', 'Customer Id', 'string'],
      ['order_field', 'order', 'string'],
      ['_1st', '1st', 'string'],
      ['file_index_field', 'file_index', 'string'],
    ]);
    expect(seen('grosse_m')?.seen).toBe('no value in any record');
  });

  it('what cannot be drafted is named, with the reason', async () => {
    const { code, refused, datasets, passed } = await draft({
      'empty.csv': '',
      'twice.csv': 'a,b,a\n1,2,3\n',
      'book.csv': Buffer.from('PK\u0003\u0004rest'),
      'nested.json': '{"a": {"x": 1},\n "b": {"x": 2}}',
      'good.csv': 'a,b\n1,x\n1,2,3\n',
      'notes.md': 'text',
    });
    expect(code).toBe(3);
    expect(refused.map(({ file, problem }) => [file.split('/').at(-1), problem.slice(0, 40)])).toEqual([
      ['book.csv', 'it is a ZIP archive or an Excel workbook'],
      ['empty.csv', 'it is empty: it has not even a header li'],
      ['nested.json', 'it is one JSON object, whose records are'],
      ['twice.csv', 'the header names the column "a" twice'],
    ]);
    expect(passed.map((file) => file.split('/').at(-1))).toEqual(['notes.md']);
    expect(datasets[0]?.samples).toMatchObject([
      {
        rows: 2,
        accepted: 1,
        violations: [{ message: expect.stringMatching(/^line 3: the record has 3 cells/) }],
      },
    ]);
  });

  it('no sample at all is a fault', async () => {
    const { code, err } = await draft({ 'notes.md': 'text' });
    expect({ code, err }).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^There is no sample in .*notes\.md: draft reads CSV/),
    });
    expect(await sluice(['draft', '/no/such.csv'])).toMatchObject({
      code: 1,
      err: '/no/such.csv cannot be read: there is no such file or folder\n',
    });
  });
});

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
