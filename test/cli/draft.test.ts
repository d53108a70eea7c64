import { describe, expect, it } from 'vitest';
import { columnOf, draft, fieldsOf } from './drafted.ts';
import { sluice } from './harness.ts';

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
      ['twice.csv', 'the header names the column "a" twice, a'],
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
