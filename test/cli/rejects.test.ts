// `sluice rejects`: what was refused, by file and row by row, and the CSV that can be corrected and sent again.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { sluice } from './harness.ts';
import { CONTRACT, makeShop, type Shop, TAKINGS } from './shop.ts';

const FIRST = 'shop/day=2024-01-01/a.csv';
const SECOND = 'shop/day=2024-01-02/b.csv';
const CORRECTED = 'shop/day=2024-01-01/a-corrected.csv';

async function defineSales(shop: Shop, words: object): Promise<void> {
  const resources = CONTRACT.resources.map((sales) => ({ ...sales, ...words }));
  await shop.define({ ...CONTRACT, resources }, TAKINGS);
}

/** Two bad rows of one file, in CRLF and with a quoted line end; another file without a readable header. */
async function openShop(words: object = {}): Promise<Shop> {
  const shop = await makeShop();
  await defineSales(shop, words);
  await shop.write(FIRST, '"amount",till\r\n1.50,north\r\n"1,5","so\r\nuth"\r\nx,\r\n2,east\r\n');
  await shop.write(SECOND, 'a,b\n1,2\n');
  await shop.sell('shop/day=2024-01-03/c.csv', 'west,3');
  await sluice(['sync', ...shop.places]);
  return shop;
}

const rejects = (shop: Shop, ...args: string[]) => sluice(['rejects', ...args, ...shop.places]);

const NOT_A_NUMBER = 'is not a number (decimal point is ".", at most 8 digits before it and 2 after it)';

describe('rejects', () => {
  it('by file: rejected as a whole with the reason, quarantined rows by field and rule', async () => {
    const shop = await openShop();
    const { code, out } = await rejects(shop);
    expect(code).toBe(0);
    expect(out.split('\n')).toEqual([
      `${FIRST} (sales): 2 of 4 rows quarantined`,
      '  2 × amount: type-error',
      '  1 × till: required',
      expect.stringMatching(/^shop\/day=2024-01-02\/b\.csv \(sales\): rejected: the header lacks "till"/),
      '"npx sluice rejects SOURCE" shows the rows of a file; with --format csv you can correct those of a CSV file and send them again.',
      '',
    ]);
    const document = JSON.parse((await rejects(shop, '--format', 'json')).out);
    expect(document).toMatchObject([
      { source: FIRST, outcome: 'accepted', reason: null, rows: 4, accepted: 2, quarantined: 2 },
      { source: SECOND, outcome: 'rejected', reason: { rule: 'missing-label' }, quarantine: null },
    ]);
    const table = (await rejects(shop, '--format', 'csv')).out.split('\r\n');
    expect(table[0]).toBe('source,dataset,outcome,reason,field,rule,rows');
    expect(table).toContain(`${FIRST},sales,accepted,,amount,type-error,2`);
    expect((await rejects(shop, '--limit', '1')).out).toContain('and 1 file more: --limit 2 shows them all');
  });

  it('row by row: line, text and every reason; by key or by the path of the file', async () => {
    const shop = await openShop();
    const said = [
      `line 3, amount: "1,5" ${NOT_A_NUMBER}`,
      '  "1,5","so\\r\\nuth"',
      `line 5, amount: "x" ${NOT_A_NUMBER}`,
      'line 5, till: the value is missing',
      '  x,',
      '',
    ].join('\n');
    const sorted = (text: string) => text.split('\n').sort();
    expect(sorted((await rejects(shop, FIRST)).out)).toEqual(sorted(said));
    expect((await rejects(shop, join(shop.landing, FIRST))).out).toBe((await rejects(shop, FIRST)).out);
    const document = JSON.parse((await rejects(shop, FIRST, '--format', 'json')).out);
    expect(document[1]).toMatchObject({ line: 5, path: null, raw: 'x,' });
    expect(document[1].violations).toContainEqual({
      field: 'till',
      rule: 'required',
      value: null,
      message: 'line 5, till: the value is missing',
    });
    expect((await rejects(shop, FIRST, '--limit', '1')).out).toContain(
      'and 1 row more: --limit 2 shows them all',
    );
  });

  it('as CSV: the records under their header as they came, which corrected and sent make the file whole', async () => {
    const shop = await openShop();
    const { code, out, err } = await rejects(shop, FIRST, '--format', 'csv');
    expect({ code, out }).toEqual({ code: 0, out: '"amount",till\r\n"1,5","so\r\nuth"\r\nx,\r\n' });
    expect(err).toBe(
      `Correct these rows and send them as ${CORRECTED}: under the old name they would replace the file's other rows.
When they are accepted, close what is open here: npx sluice settle ${FIRST} --why 'sent as ${CORRECTED}'
`,
    );
    await shop.write(CORRECTED, out.replace('1,5', '1.5').replace('x,', '7,west'));
    await sluice(['sync', ...shop.places]);
    const { out: rows } = await sluice([
      'query',
      "SELECT count(*) AS n, sum(amount) AS amount FROM sales WHERE day = '2024-01-01'",
      '--format',
      'csv',
      ...shop.places.slice(2),
    ]);
    expect(rows).toBe('n,amount\r\n4,12.00\r\n');
    expect((await rejects(shop, FIRST, '--format', 'csv')).err).toContain('a-corrected-2.csv');
    const open = async () =>
      (JSON.parse((await rejects(shop, '--format', 'json')).out) as { source: string; settled: unknown }[])
        .filter(({ settled }) => !settled)
        .map(({ source }) => source);
    expect(await open()).toContain(FIRST);
    await sluice(['settle', FIRST, '--why', `sent as ${CORRECTED}`, ...shop.places]);
    expect(await open()).not.toContain(FIRST);
  });

  it('of a file beyond its limit: why, and that the file itself is to be corrected; the rows before stay', async () => {
    const shop = await openShop({ maxRejectedRows: 2 });
    await shop.write(FIRST, 'amount,till\nx,a\ny,b\nz,c\n5,north\n');
    const { code, out } = await sluice(['sync', '--format', 'json', ...shop.places]);
    expect(code).toBe(3);
    const message =
      '3 of 4 rows are refused, and maxRejectedRows of sales lets 2 pass: correct them in the file and send it again under its name';
    expect(JSON.parse(out).rejected).toContainEqual({ source: FIRST, dataset: 'sales', reason: message });
    const report = JSON.parse(await readFile(await reportOf(shop), 'utf8'));
    expect(report).toMatchObject({ outcome: 'rejected', rows: 4, accepted: 0, quarantined: 3 });
    expect(report.examples).toHaveLength(3);
    const { out: rows } = await sluice([
      'query',
      "SELECT sum(amount) AS amount FROM sales WHERE day = '2024-01-01'",
      '--format',
      'csv',
      ...shop.places.slice(2),
    ]);
    expect(rows).toBe('amount\r\n3.50\r\n');
    const said = await rejects(shop, FIRST);
    expect(said.out).toContain(
      `${FIRST} (sales) is rejected: ${message}\nline 2, amount: "x" is not a number`,
    );
    const csv = await rejects(shop, FIRST, '--format', 'csv');
    expect(csv.out).toBe('amount,till\nx,a\ny,b\nz,c\n');
    expect(csv.err).toBe(
      `The whole file was rejected, including its good rows: correct these rows in the file itself, and send it again as ${FIRST}.\n`,
    );
  });

  async function reportOf(shop: Shop): Promise<string> {
    const { readdir } = await import('node:fs/promises');
    const folder = join(shop.lake, 'files/sales', FIRST);
    for (const name of await readdir(folder)) {
      const report = JSON.parse(await readFile(join(folder, name), 'utf8'));
      if (report.outcome === 'rejected') return join(folder, name);
    }
    throw new Error('no report of a rejected version');
  }

  it('as CSV in the dialect of the dataset: a header of two lines, comments, another delimiter and encoding', async () => {
    const dialect = { delimiter: ';', headerRows: [2, 3], headerJoin: ' ', commentChar: '#' };
    const shop = await makeShop();
    const fields = [
      { name: 'day', type: 'date' },
      { name: 'till', type: 'string', header: 'the till' },
      { name: 'amount', type: 'number', precision: 10, scale: 2, decimalChar: ',' },
    ];
    await defineSales(shop, { dialect, encoding: 'iso-8859-1', schema: { fields } });
    const text = 'exported today\nthe;amount\ntill;\n# a comment\nS\u00fcd;1,5\nS\u00fcd;1.5\nNord;2\n';
    await shop.write(FIRST, '');
    await writeFile(join(shop.landing, FIRST), Buffer.from(text, 'latin1'));
    await sluice(['sync', ...shop.places]);
    const { out, err } = await rejects(shop, FIRST, '--format', 'csv');
    expect(out).toBe('\nthe;amount\ntill;\nS\u00fcd;1.5\n');
    expect(err).toContain(
      'This is UTF-8, but sales needs iso-8859-1: convert it with iconv -f utf-8 -t iso-8859-1.',
    );
    await writeFile(join(shop.landing, CORRECTED), Buffer.from(out.replace('1.5', '7,25'), 'latin1'));
    expect((await sluice(['sync', ...shop.places])).code).toBe(0);
    const asked = await sluice([
      'query',
      'SELECT till, amount FROM sales ORDER BY amount',
      '--format',
      'csv',
      ...shop.places.slice(2),
    ]);
    expect(asked.out).toBe('till,amount\r\nS\u00fcd,1.50\r\nNord,2.00\r\nS\u00fcd,7.25\r\n');
  });

  it('for programs it says what is against a file as a whole, and an empty list where nothing is', async () => {
    const shop = await openShop();
    const whole = { line: null, path: null, raw: null, violations: [{ rule: 'missing-label' }] };
    expect(JSON.parse((await rejects(shop, SECOND, '--format', 'json')).out)).toMatchObject([whole]);
    expect(JSON.parse((await rejects(shop, 'shop/day=2024-01-03/c.csv', '--format', 'json')).out)).toEqual(
      [],
    );
    const { out } = await sluice(['sync', ...shop.places]);
    expect(out).toMatch(/^Nothing to do: 2 files unchanged, 1 rejected \(/);
  });

  it('loses no byte of a record that is no UTF-8', async () => {
    const shop = await openShop();
    await writeFile(join(shop.landing, FIRST), Buffer.from('till,amount\nna\u00efve,1\nnord,2\n', 'latin1'));
    const { out: said } = await sluice(['sync', ...shop.places]);
    expect(said).toContain('Files: 1 accepted');
    expect((await rejects(shop, FIRST, '--format', 'csv')).out).toBe('till,amount\nna\u00efve,1\n');
  });

  it('names a packed file where the dataset takes no other', async () => {
    const shop = await openShop({ path: 'shop/day=*/*.csv.gz' });
    await writeFile(join(shop.landing, `${FIRST}.gz`), gzipSync('till,amount\nnord,x\nnord,2\n'));
    await sluice(['sync', ...shop.places]);
    const { err } = await rejects(shop, `${FIRST}.gz`, '--format', 'csv');
    expect(err).toContain(`send them as ${CORRECTED}.gz, compressed with gzip: under`);
  });

  it('without landing it knows what the lake knows', async () => {
    const shop = await openShop();
    await rm(shop.landing, { recursive: true });
    const { code, out, err } = await rejects(shop);
    expect({ code, err }).toMatchObject({
      code: 0,
      err: expect.stringContaining('There is no landing folder'),
    });
    expect(out).toContain(`${FIRST} (sales): 2 of 4 rows quarantined`);
    expect((await rejects(shop, FIRST, '--format', 'csv')).out).toContain('x,\r\n');
  });

  it('says what it cannot say', async () => {
    const shop = await openShop();
    expect(await rejects(shop, 'shop/day=2024-01-03/c.csv')).toMatchObject({
      code: 0,
      out: '',
      err: expect.stringContaining('Nothing of shop/day=2024-01-03/c.csv was refused'),
    });
    expect(await rejects(shop, 'shop/x.csv')).toMatchObject({
      code: 2,
      err: expect.stringContaining('neither in landing nor in the lake'),
    });
    expect(await rejects(shop, SECOND, '--format', 'csv')).toMatchObject({
      code: 1,
      err: expect.stringContaining('Correct the file itself'),
    });
    expect(await rejects(shop, '--dataset', 'sale')).toMatchObject({
      code: 2,
      err: expect.stringContaining('Did you mean "sales"?'),
    });
  });
});
