// `sluice validate`: a file is checked before it is sent, without a lake, by the very conversion that ingest makes.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sluice } from './harness.ts';
import { CONTRACT, makeShop, type Shop, TAKINGS } from './shop.ts';

const BAD = 'till,amount\nnorth,1.50\n"so\nuth","1,5"\n,x\nwest\n';

async function outside(shop: Shop, name: string, text: string): Promise<string> {
  const file = join(shop.folder, 'outbox', name);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  return file;
}

function validate(shop: Shop, file: string, ...options: string[]) {
  return sluice(['validate', file, '--dataset', 'sales', ...shop.places.slice(4), ...options]);
}

describe('validate', () => {
  it('says every violation with its physical line, as JSON of exactly these words, and exits 3', async () => {
    const shop = await makeShop();
    const file = await outside(shop, 'shop/day=2024-01-01/a.csv', BAD);
    const { code, out, err } = await validate(shop, file, '--format', 'json');
    expect({ code, err }).toEqual({ code: 3, err: '' });
    const amount = (text: string) =>
      `amount: ${JSON.stringify(text)} is not a number (decimal point is ".", at most 8 digits before it and 2 after it)`;
    expect(JSON.parse(out)).toEqual({
      file,
      dataset: 'sales',
      rows: 4,
      accepted: 1,
      rejected: 3,
      violations: [
        { line: 3, field: 'amount', rule: 'type-error', value: '1,5', message: `line 3, ${amount('1,5')}` },
        {
          line: 5,
          field: 'till',
          rule: 'required',
          value: null,
          message: 'line 5, till: the value is missing',
        },
        { line: 5, field: 'amount', rule: 'type-error', value: 'x', message: `line 5, ${amount('x')}` },
        {
          line: 6,
          field: '',
          rule: 'missing-cell',
          value: null,
          message: expect.stringMatching(/^line 6: the record has /),
        },
      ],
    });
  });

  it('says what it leaves out of a file with odd columns, and loses nothing', async () => {
    const shop = await makeShop();
    const file = await outside(
      shop,
      'shop/day=2024-01-01/a.csv',
      'till,x,,amount,x\nnorth,1,,1.50,2,\nsouth,1,7,4,2,\n',
    );
    const { code, out } = await validate(shop, file);
    expect(code).toBe(0);
    expect(out.trimEnd().split('\n')).toEqual([
      `${file}: 2 rows of sales, 2 accepted, 0 refused`,
      'Columns that sales ignores: x, x',
      'Left out: column 3 (values in 1 record), which has no name',
      "Labels of several columns, none of them a field's: x",
      'Each record ends with a delimiter that the header does not have: its empty last cell is left out',
    ]);
    const found = JSON.parse((await validate(shop, file, '--format', 'json')).out);
    expect(found).toMatchObject({
      accepted: 2,
      unnamedColumns: [{ column: 3, values: 1 }],
      repeatedColumns: ['x'],
      trailingDelimiter: 'records',
    });
    await shop.write('shop/day=2024-01-01/a.csv', 'till,amount,\nnorth,1.50\nsouth,4\n');
    const synced = await sluice(['sync', ...shop.places]);
    expect(synced.out).toContain('Rows: 2 accepted, 0 quarantined\n');
    expect((await sluice(['certify', '--recount', ...shop.places])).code).toBe(0);
  });

  it('lists as many as --limit says and counts all; a table for people', async () => {
    const shop = await makeShop();
    const file = await outside(shop, 'shop/day=2024-01-01/a.csv', BAD);
    const { code, out } = await validate(shop, file, '--limit', '1');
    expect(code).toBe(3);
    const lines = out.trimEnd().split('\n');
    expect(lines[0]).toBe(`${file}: 4 rows of sales, 1 accepted, 3 refused`);
    expect(lines.slice(2).map((line) => line.trim().split(/ {2,}/))).toEqual([
      ['field', 'rule', 'rows'],
      [expect.stringMatching(/^─+$/), expect.stringMatching(/^─+$/), '────'],
      ['amount', 'type-error', '2'],
      ['till', 'required', '1'],
      ['missing-cell', '1'],
      [''],
      [expect.stringMatching(/^line 3, amount: "1,5" is not a number/)],
      ['and 3 more: --limit 4 lists them all'],
    ]);
  });

  it('exits 0 for a good file, and needs neither lake nor landing', async () => {
    const shop = await makeShop();
    const file = await outside(shop, 'x.csv', 'till,amount\nnorth,1.50\n');
    const { code, out } = await validate(shop, file, '--as', 'shop/day=2024-01-01/x.csv');
    expect({ code, out }).toEqual({ code: 0, out: `${file}: 1 row of sales, 1 accepted, 0 refused\n` });
  });

  it('takes from the path what the dataset takes from there', async () => {
    const shop = await makeShop();
    const text = 'day,till,amount\n2024-01-01,north,1\n2024-01-02,north,1\n';
    const deep = await outside(shop, 'old/shop/day=2024-01-02/copy/shop/day=2024-01-01/a.csv', text);
    expect((await validate(shop, deep)).out).toContain(
      'line 3, day: "2024-01-02" differs from "2024-01-01", which the file\'s path says',
    );
    const elsewhere = await outside(shop, 'mine/day=2024-01-02/a.csv', text);
    expect((await validate(shop, elsewhere)).out).toContain(
      'line 2, day: "2024-01-01" differs from "2024-01-02"',
    );
    const nowhere = await outside(shop, 'a.csv', text);
    expect(await validate(shop, nowhere)).toMatchObject({
      code: 2,
      err: `sales takes day from the path of a file (shop/day=*/*.csv), but no folder of ${nowhere} names it. Pass the key under which it will be sent: --as shop/day=…/a.csv\n`,
    });
    const shouting = await outside(shop, 'mine/DAY=2024-01-02/a.csv', text);
    expect((await validate(shop, shouting)).out).toContain(
      'line 2, day: "2024-01-01" differs from "2024-01-02"',
    );
    expect(await validate(shop, nowhere, '--as', 'stall/a.csv')).toMatchObject({
      code: 2,
      err: '--as stall/a.csv is not a key of sales, whose path is shop/day=*/*.csv\n',
    });
  });

  it('says how to name the key of a file that lies elsewhere and gives no partition value', async () => {
    const shop = await makeShop();
    const anywhere = CONTRACT.resources.map((resource) => ({ ...resource, path: 'shop/**/*.csv' }));
    await shop.define({ ...CONTRACT, resources: anywhere }, TAKINGS);
    const file = await outside(shop, 'dya=2024-01-01/a.csv', 'till,amount\nnorth,1.50\n');
    const { code, out } = await validate(shop, file);
    expect(code).toBe(3);
    expect(out).toMatch(
      /sales is partitioned by day, and the file does not give it: no folder is named day= .* Did you mean "dya"\?/,
    );
    expect(out).toContain('Or pass the key under which it will be sent: --as shop/a.csv');
    const meant = await validate(shop, file, '--as', 'shop/dya=2024-01-01/a.csv');
    expect(meant.code).toBe(3);
    expect(meant.out).not.toContain('--as');
  });

  it('a file that would be refused as a whole, for its header or for the share of its bad rows', async () => {
    const shop = await makeShop();
    const headless = await outside(shop, 'shop/day=2024-01-01/a.csv', 'x,y\n1,2\n');
    const found = await validate(shop, headless, '--format', 'json');
    expect(found.code).toBe(3);
    expect(JSON.parse(found.out)).toMatchObject({
      rows: 0,
      accepted: 0,
      rejected: 0,
      violations: [
        {
          line: null,
          field: '',
          rule: 'missing-label',
          message: expect.stringContaining('the header lacks "till"'),
        },
      ],
    });
    const strict = structuredClone(CONTRACT) as { resources: object[] };
    await shop.define(
      { ...strict, resources: strict.resources.map((r) => ({ ...r, maxRejectedRatio: 0.7 })) },
      TAKINGS,
    );
    const bad = await outside(shop, 'shop/day=2024-01-01/b.csv', BAD);
    const { code, out } = await validate(shop, bad);
    expect(code).toBe(3);
    expect(out).toContain(
      'b.csv: rejected (sales): 3 of 4 rows are refused (75 %), and maxRejectedRatio of sales lets 70 % pass',
    );
    expect(out).toContain('line 5, till: the value is missing');
    const document = JSON.parse((await validate(shop, bad, '--format', 'json')).out);
    expect(document).toMatchObject({ rows: 4, accepted: 0, rejected: 4 });
    expect(document.violations).toHaveLength(5);
    expect(document.violations[0]).toMatchObject({ line: null, rule: 'maxRejectedRatio' });
  });

  it.each([
    [['-'], 2, 'reads a file, not standard input'],
    [['nowhere.csv'], 1, 'nowhere.csv cannot be read: there is no such file'],
    [['.'], 2, '. is not a file'],
    [['x.csv', '--limit', 'many'], 2, '--limit many: write a whole number'],
    [['x.csv', '--format', 'jsn'], 2, 'Did you mean "json"?'],
  ])('%j', async (args, code, message) => {
    const shop = await makeShop();
    const [file = '', ...options] = args;
    expect(await validate(shop, file, ...options)).toMatchObject({
      code,
      err: expect.stringContaining(message),
    });
  });

  it('wants to know the dataset', async () => {
    const shop = await makeShop();
    const file = await outside(shop, 'x.csv', BAD);
    const schemas = shop.places.slice(4);
    expect(await sluice(['validate', file, ...schemas])).toMatchObject({
      code: 2,
      err: expect.stringContaining('--dataset NAME is missing'),
    });
    expect(await sluice(['validate', file, '--dataset', 'sale', ...schemas])).toMatchObject({
      code: 2,
      err: 'There is no dataset "sale". Did you mean "sales"? Datasets: sales\n',
    });
  });
});
