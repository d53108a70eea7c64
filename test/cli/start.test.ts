// `sluice start` as a process: the first minutes of a new user, and a landing folder that is followed.
import {
  appendFile,
  copyFile,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testTemp } from '../support/temp.ts';
import { SCHEMAS, sluice, startSluice } from './harness.ts';
import { makeShop } from './shop.ts';

const BILLING = 'dwh-fina/billing/year=2024/month=01';

describe('start with the bundled samples', () => {
  it('fills a lake, shows the headlines, watches, and says what a copied file did', async () => {
    const folder = testTemp();
    const running = startSluice(['start', '--schemas', SCHEMAS], folder);
    await running.line(/^Copied 22 sample files to \.lake\/landing$/);
    await running.line(/^Files: 22 accepted$/);
    await running.line(/^air-boltic: customer_revenue\. /);
    await running.line(/^billing: spend_by_month\. /);
    await running.line(/^2024 +1 +EUR +241 +7494 +-296\.058765 +NULL$/);
    await running.line(/^ {2}npx sluice query "SELECT \* FROM /);
    await running.line(/^Watching /);
    const landing = join(folder, '.lake', 'landing');
    const day = join(landing, BILLING, 'day=01');
    await copyFile(join(day, 'billing.csv'), join(day, 'again.csv'));
    expect(await running.line(/^billing/)).toMatch(
      /^billing 2024-01-01 accepted 5,000 rows; refreshed .*user_daily\(2024-01-01\), user_monthly\(2024-01\), .*spend_by_month.* \(\d+\.\d s\)$/,
    );
    await unlink(join(day, 'again.csv'));
    expect(await running.line(/^billing/)).toMatch(
      /^billing 2024-01-01 withdrawn 5,000 rows; refreshed .*usage_daily\(2024-01-01\)/,
    );
    await appendFile(join(landing, BILLING, 'day=03', 'faults.csv'), '\n');
    expect(await running.line(/^billing/)).toMatch(
      /^billing 2024-01-03 accepted 17 rows, quarantined 15 \(\d+\.\d s\)$/,
    );
    expect(await running.line(/^ {2}line \d+, user_id: /)).toMatch(
      /; see \.lake\/lake\/quarantine\/billing\/.+\.parquet$/,
    );
    running.process.kill('SIGINT');
    expect(await running.ended).toMatchObject({ code: 0, signal: null });
    expect(await readdir(join(folder, '.lake', 'lake', '.scratch'))).toEqual([]);
  });

  it('--once exits, copies samples once, and gives the files rising times', async () => {
    const folder = testTemp();
    const places = [
      '--landing',
      join(folder, 'landing'),
      '--lake',
      join(folder, 'lake'),
      '--schemas',
      SCHEMAS,
    ];
    const first = await sluice(['start', '--once', ...places]);
    expect(first.code).toBe(0);
    expect(first.out).toContain('Rows: 15,174 accepted, 15 quarantined');
    const landing = join(folder, 'landing', 'air-boltic', 'customer');
    const [one, two] = [
      await stat(join(landing, 'customers-1.csv')),
      await stat(join(landing, 'customers-2.csv')),
    ];
    expect(two.mtimeMs - one.mtimeMs).toBe(1000);
    await rm(join(folder, 'landing', BILLING, 'day=02'), { recursive: true });
    const second = await sluice(['start', '--once', ...places]);
    expect(second.code).toBe(3);
    expect(second.out).not.toContain('Copied');
    expect(second.out).toContain(`  ${BILLING}/day=02/billing.csv (billing)`);
  });
});

describe('a landing folder that is followed', () => {
  it('a drop, an overwrite, a rename, a deletion, a slow writer, a fault: a line each', async () => {
    const shop = await makeShop();
    const day = (n: number) => join(shop.landing, 'shop', `day=2024-01-0${n}`);
    const running = startSluice(['start', ...shop.places], shop.folder);
    await running.line(/^Watching /);

    await shop.sell('shop/day=2024-01-01/a.csv', 'north,1', 'south,2');
    expect(await running.line(/^sales/)).toMatch(
      /^sales day=2024-01-01 accepted 2 rows; refreshed takings\(day=2024-01-01\) \(/,
    );
    await shop.sell('shop/day=2024-01-01/a.csv', 'north,1', 'south,x', 'east,3');
    expect(await running.line(/^sales/)).toMatch(/ accepted 2 rows, quarantined 1; refreshed takings/);
    expect(await running.line(/^ {2}line 3, amount: "x" is not a number/)).toContain('quarantine');

    await mkdir(day(2));
    await rename(join(day(1), 'a.csv'), join(day(2), 'b.csv'));
    const renamed = [await running.line(/^sales/), await running.line(/^sales/)].sort();
    expect(renamed[0]).toMatch(/^sales day=2024-01-01 withdrawn 2 rows; refreshed takings\(day=2024-01-01\)/);
    expect(renamed[1]).toMatch(
      /^sales day=2024-01-02 accepted 2 rows, quarantined 1; refreshed takings\(day=2024-01-02\)/,
    );

    await mkdir(day(3));
    await writeFile(join(day(3), 'slow.csv'), 'till,amount\nnorth,1\nsou');
    await new Promise((resolve) => setTimeout(resolve, 300));
    await appendFile(join(day(3), 'slow.csv'), 'th,2\neast,3\n');
    expect(await running.line(/day=2024-01-03/)).toMatch(/^sales day=2024-01-03 accepted 3 rows; refreshed/);

    await writeFile(join(day(3), '.part'), 'till,amount\n');
    await shop.write('shop/notes.txt', 'hello');
    expect(await running.line(/notes/)).toBe('shop/notes.txt matches no dataset (reported once)');
    await shop.write('shop/day=2024-01-03/bad.csv', 'amount\n1\n');
    expect(await running.line(/bad\.csv/)).toMatch(/^sales day=2024-01-03 rejected: .*till/);
    await shop.sell('shop/day=2024-01-02/debt.csv', 'south,-5');
    expect(await running.line(/keeps its old rows/)).toMatch(
      /^takings\(day=2024-01-02\) keeps its old rows: audit no_debt: /,
    );
    await rm(day(2), { recursive: true });
    expect(await running.line(/withdrawn/)).toMatch(
      /^sales day=2024-01-02 (\(.+\) )?withdrawn \d rows?; refreshed takings\(day=2024-01-02\)/,
    );

    running.process.kill('SIGTERM');
    const { code, out, err } = await running.ended;
    expect({ code, err: err.split('\n').filter((line) => /warning|error/.test(line)) }).toEqual({
      code: 0,
      err: [],
    });
    expect(out.match(/day=2024-01-03 accepted/g)).toHaveLength(1);
    expect(out).not.toContain('.part');
    const { out: rows } = await sluice([
      'query',
      'FROM takings ORDER BY ALL',
      '--format',
      'csv',
      ...shop.places.slice(2),
    ]);
    expect(rows).toBe(
      'day,till,takings\r\n2024-01-03,east,3.00\r\n2024-01-03,north,1.00\r\n2024-01-03,south,2.00\r\n',
    );
  });

  it('does not withdraw everything when the landing folder itself goes', async () => {
    const shop = await makeShop();
    await shop.sell('shop/day=2024-01-01/a.csv', 'north,1');
    const running = startSluice(['start', ...shop.places], shop.folder);
    await running.line(/^Watching /);
    await rename(shop.landing, `${shop.landing}-elsewhere`);
    expect(await running.ended).toMatchObject({ code: 1, err: expect.stringContaining('is gone') });
    const { out } = await sluice(['query', 'FROM takings', '--format', 'csv', ...shop.places.slice(2)]);
    expect(out).toBe('day,till,takings\r\n2024-01-01,north,1.00\r\n');
  });

  it('Ctrl-C during work leaves a lake that the next sync completes', async () => {
    const shop = await makeShop();
    const rows = Array.from({ length: 200_000 }, (_, i) => `till-${i % 50},${i % 100}.25`).join('\n');
    for (const n of [1, 2, 3, 4]) await shop.sell(`shop/day=2024-01-0${n}/a.csv`, rows);
    const running = startSluice(['start', '--verbose', ...shop.places], shop.folder);
    await running.line(/^Sluice: /);
    running.process.kill('SIGINT');
    const stopped = performance.now();
    expect((await running.ended).code).toBe(0);
    expect(performance.now() - stopped).toBeLessThan(5000);
    expect((await sluice(['sync', ...shop.places])).code).toBe(0);
    const { out } = await sluice([
      'query',
      'SELECT count(*) AS n, sum(takings) AS s FROM takings',
      '--format',
      'csv',
      ...shop.places.slice(2),
    ]);
    expect(out).toBe('n,s\r\n200,39800000.00\r\n');
    expect(await readdir(join(shop.lake, '.scratch'))).toEqual([]);
    expect(
      await readFile(join(shop.lake, 'insights/takings/_delta_log/00000000000000000000.json'), 'utf8'),
    ).toContain('CREATE TABLE');
  });
});
