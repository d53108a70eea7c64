// `sluice test`: what passes, what fails and how that is shown, and --update.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testTemp } from '../support/temp.ts';
import { sluice } from './harness.ts';

const CASE = 'schemas/example/tests/refused-rows';

/** A project from the template. `files`: written over it; null removes. */
async function project(files: Readonly<Record<string, string | null>> = {}): Promise<string> {
  const folder = testTemp();
  await sluice(['init', folder]);
  for (const [path, text] of Object.entries(files)) {
    if (text === null) rmSync(join(folder, path), { recursive: true });
    else {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
  }
  return folder;
}

const played = async (files: Parameters<typeof project>[0], ...args: string[]) =>
  sluice(['test', ...args], { folder: await project(files) });
const read = (...path: string[]) => readFileSync(join(...path), 'utf8');

describe('a difference is shown as in a diff, and fails', () => {
  it('rows that are missing and rows that are too many, each as often', async () => {
    const { code, out } = await played({
      [`${CASE}/expected/revenue_daily.csv`]: 'country,revenue\nDE,10.50\nDE,10.50\nSE,1.00\n',
    });
    expect(code).toBe(1);
    expect(out).toMatch(
      /^FAILED {2}example\/refused-rows\n {2}expected\/revenue_daily\.csv: 2 rows missing \(-\), 1 not expected \(\+\)\n {6}country,revenue\n {4}- DE,10\.50\n {4}- SE,1\.00\n {4}\+ FI,1\.00\n0 cases passed, 1 failed, in .* s\.\n$/,
    );
  });

  it.each([
    ['a table without its rows', 'orders.csv', 'order_id\n', '0 rows missing (-), 3 not expected (+)'],
    ['what was refused', 'refused.csv', 'line,rule\n3,enum\n', '0 rows missing (-), 1 not expected (+)'],
    [
      'a column that is not there',
      'orders.csv',
      'order_ids\nB-1\n',
      'there is no column "order_ids". Did you mean "order_id"?',
    ],
    [
      'a table that is not there',
      'ordres.csv',
      'a\n',
      'there is no table or insight "ordres". Did you mean "orders"?',
    ],
    ['what is no CSV', 'orders.csv', 'a,"b\n', 'orders.csv is not CSV: Quote Not Closed'],
    ['an empty file', 'orders.csv', '', 'the file is empty: its first line names the columns'],
  ])('%s', async (_, file, text, message) => {
    const { code, out } = await played({ [`${CASE}/expected/${file}`]: text });
    expect({ code, out }).toMatchObject({ code: 1, out: expect.stringContaining(message) });
  });

  it('a file that no dataset takes, though nothing is expected of it; the other cases are played', async () => {
    const typo = 'schemas/example/tests/a-typo';
    const { code, out } = await played({
      [`${typo}/landing/ordres/shop.csv`]: 'order_id,country,amount\nA-1,DE,1.00\n',
      [`${typo}/expected/orders.csv`]: 'order_id\n',
    });
    expect(code).toBe(1);
    expect(out).toMatch(
      /^FAILED {2}example\/a-typo\n {2}landing\/ordres\/shop\.csv matches no dataset's path: .*\npassed {2}example\/refused-rows\n1 case passed, 1 failed/,
    );
  });

  it('NULL is empty, an empty text is ""', async () => {
    const contract =
      '{"name":"example","resources":[{"name":"notes","path":"n.csv","schema":{"missingValues":["-"],"fields":[{"name":"id","type":"integer"},{"name":"note","type":"string"}]}}]}';
    const files = {
      'schemas/example/datapackage.json': contract,
      'schemas/example/insights/revenue_daily.sql': null,
      [`${CASE}/landing/orders`]: null,
      [`${CASE}/landing/n.csv`]: 'id,note\n1,\n2,-\n',
      [`${CASE}/expected/orders.csv`]: null,
      [`${CASE}/expected/refused.csv`]: null,
      [`${CASE}/expected/revenue_daily.csv`]: null,
    };
    const expected = `${CASE}/expected/notes.csv`;
    expect(await played({ ...files, [expected]: 'id,note\n1,""\n2,\n' })).toMatchObject({ code: 0 });
    expect(await played({ ...files, [expected]: 'id,note\n1,\n2,\n' })).toMatchObject({
      code: 1,
      out: expect.stringMatching(/- 1,\n {4}\+ 1,""\n/),
    });
  });

  it('a wrong definition, a failed audit, and a case that expects nothing', async () => {
    const sql = 'schemas/example/insights/revenue_daily.sql';
    expect(await played({ [sql]: 'SELECT 1' })).toMatchObject({
      code: 1,
      out: expect.stringContaining('revenue_daily.sql, line 1: the front matter is missing'),
    });
    const audited = read('template/project', sql).replace(
      'key:',
      'audits:\n  - column: revenue\n    maximum: 5\nkey:',
    );
    expect(
      await played({
        [sql]: audited,
        [`${CASE}/landing/orders/date=2024-05-01/b.csv`]: 'order_id,country,amount\nB-9,FI,1.00\n',
      }),
    ).toMatchObject({
      code: 1,
      out: expect.stringContaining('insights/revenue_daily: '),
    });
    const { code, out } = await played({ [`${CASE}/expected`]: null });
    expect({ code, out }).toMatchObject({ code: 1, out: expect.stringContaining('nothing is expected') });
  });

  it('files arrive in the order of their names: the last one is the newest', async () => {
    const contract =
      '{"name":"example","resources":[{"name":"prices","path":"p/*.csv","mode":"replace","schema":{"fields":[{"name":"price","type":"integer"}]}}]}';
    const landing = Object.fromEntries(
      ['b', 'a', 'c'].map((name, i) => [`${CASE}/landing/p/${name}.csv`, `price\n${i}\n`]),
    );
    const { code, out } = await played({
      ...landing,
      [`${CASE}/landing/orders`]: null,
      'schemas/example/datapackage.json': contract,
      'schemas/example/insights/revenue_daily.sql': null,
      [`${CASE}/expected`]: null,
      [`${CASE}/expected/prices.csv`]: 'price\n2\n',
    });
    expect({ code, out }).toMatchObject({ code: 0 });
  });
});

describe('--update', () => {
  it('writes the columns that a file has, and for a new case all that has rows', async () => {
    const folder = await project({ [`${CASE}/expected/revenue_daily.csv`]: 'revenue,country\n' });
    cpSync(join(folder, CASE, 'landing'), join(folder, 'schemas/example/tests/new/landing'), {
      recursive: true,
    });
    const { code, out } = await sluice(['test', '--update'], { folder });
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('2 cases passed') });
    expect(read(folder, CASE, 'expected/revenue_daily.csv')).toBe('revenue,country\n1.00,FI\n10.50,DE\n');
    expect(readdirSync(join(folder, 'schemas/example/tests/new/expected'))).toEqual([
      'orders.csv',
      'refused.csv',
      'revenue_daily.csv',
    ]);
    expect((await sluice(['test', '--update'], { folder })).out).not.toContain('written');
  });

  it('writes nothing where something failed', async () => {
    const files = {
      'schemas/example/insights/revenue_daily.sql': 'SELECT 1',
      [`${CASE}/expected/orders.csv`]: 'order_id\n',
    };
    const folder = await project(files);
    expect(await sluice(['test', '--update'], { folder })).toMatchObject({ code: 1 });
    expect(read(folder, CASE, 'expected/orders.csv')).toBe('order_id\n');
  });
});

describe('which cases', () => {
  it('by package, by name, by both; an unknown name says what there is', async () => {
    const folder = await project();
    cpSync(join(folder, CASE), join(folder, 'schemas/example/tests/other'), { recursive: true });
    const names = async (...args: string[]) => {
      const { code, out, err } = await sluice(['test', '--format', 'json', ...args], { folder });
      if (code === 2) return err;
      return (JSON.parse(out) as { cases: { name: string }[] }).cases.map(({ name }) => name);
    };
    expect(await names()).toEqual(['example/other', 'example/refused-rows']);
    expect(await names('example')).toEqual(['example/other', 'example/refused-rows']);
    expect(await names('other')).toEqual(['example/other']);
    expect(await names('example/other', 'refused-rows')).toHaveLength(2);
    expect(await names('othr')).toContain('There are: example/other, example/refused-rows');
  });

  it('none at all, and one without landing, say what to do', async () => {
    expect(await played({ 'schemas/example/tests': null })).toMatchObject({
      code: 1,
      err: expect.stringContaining('There is no case'),
    });
    expect(await played({ [`${CASE}/landing`]: null })).toMatchObject({
      code: 1,
      out: expect.stringContaining('has no folder landing'),
    });
  });
});
