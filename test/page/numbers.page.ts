// Each number on the page is the one that delta-rs reads of the insight's table, and each receipt names the files that
// `sluice explain` names.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { readWithDeltaRs, type TableReading } from '../interop/delta-reader.ts';
import { openPage, stopBrowser, type Watched } from './browser.ts';
import { CORRECTED, dayOf, PageLake } from './page-lake.ts';

const lake = new PageLake(inject('pageLake'));
const home = pathToFileURL(`${lake.site}/`).href;

const HISTORY = 'prices_history';
const INSIGHTS = [
  ...['spend_by_month', 'spend_by_month_eur', 'usage_daily', 'user_daily', 'user_monthly', 'resource_daily'],
  ...['resource_type_monthly', 'dim_customers', 'fact_orders', 'fact_trips', 'customer_activity'],
  ...[
    'customer_revenue',
    'aeroplane_revenue',
    'dim_aeroplane',
    'revenue_daily',
    'revenue_by_shop',
    'remarks_seen',
  ],
  HISTORY,
];

let watched: Watched;
const readings = new Map<string, TableReading>();
beforeAll(async () => {
  watched = await openPage(home);
  const found = await readWithDeltaRs(
    INSIGHTS.map((name) => ({
      path: join(lake.lake, name === HISTORY ? 'tables' : 'insights', name),
      version: null,
    })),
  );
  for (const [i, reading] of found.entries()) readings.set(INSIGHTS[i] ?? '', reading);
});
afterAll(async () => {
  await watched.close();
  await stopBrowser();
});

describe.each(INSIGHTS)('%s', (name) => {
  test('its rows are those that delta-rs reads', async () => {
    const { page, faults } = watched;
    await page.goto(`${home}index.html#/insight/${name}`);
    await page.getByRole('button', { name: 'Save as CSV' }).waitFor();
    const notice = page.getByText(/^The newest .* show these alone\.$/);
    while ((await notice.count()) > 0) {
      const before = (await notice.textContent()) ?? '';
      await page.getByRole('button', { name: 'Load older rows' }).click();
      await page.getByText(before, { exact: true }).waitFor({ state: 'detached' });
    }
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save as CSV' }).click(),
    ]);
    const [header = [], ...rows] = parse(readFileSync(await download.path(), 'utf8')) as string[][];
    const reading = readings.get(name);
    const columns = header.map((column) => reading?.columns.findIndex((one) => one.name === column) ?? -1);
    const expected = reading?.rows.map((row) =>
      columns.map((at) => shown(row[at] ?? null, reading.columns[at]?.type ?? '')),
    );
    expect([...header].sort()).toEqual(reading?.columns.map((column) => column.name).sort());
    expect(rows.length).toBeGreaterThan(0);
    expect(rows).toHaveLength(expected?.length ?? -1);
    // The first few that differ say enough.
    expect(onlyIn(rows, expected ?? [])).toEqual([]);
    expect(onlyIn(expected ?? [], rows)).toEqual([]);
    expect(faults).toEqual([]);
  });
});

/** As the page writes what delta-rs read. */
function shown(text: string | null, type: string): string {
  if (text === null) return '';
  if (type === 'double') return String(Buffer.from(text, 'hex').readDoubleBE());
  if (!type.startsWith('timestamp')) return text;
  const micros = BigInt(text);
  const fraction = String(micros % 1_000_000n)
    .padStart(6, '0')
    .replace(/0+$/, '');
  const seconds = new Date(Number(micros / 1000n)).toISOString().slice(0, 19).replace('T', ' ');
  return `${seconds}${fraction === '' ? '' : `.${fraction}`}+00`;
}

function onlyIn(rows: readonly (readonly string[])[], others: readonly (readonly string[])[]): string[] {
  const known = new Set(others.map((row) => JSON.stringify(row)));
  return rows
    .map((row) => JSON.stringify(row))
    .filter((row) => !known.has(row))
    .slice(0, 3);
}

test("a receipt's files are those that explain names", async () => {
  const { page } = watched;
  const day = dayOf(CORRECTED);
  await page.goto(`${home}index.html#/insight/revenue_daily/at/${day}?column=amount&row.shop=north`);
  const receipt = JSON.parse(lake.sluice('explain', 'revenue_daily', `date=${day}`, '--format', 'json')) as {
    sources: { source: string; rows: number }[];
  };
  expect(receipt.sources).toHaveLength(1);
  for (const { source } of receipt.sources) await page.getByText(source).first().waitFor();
  expect(await page.getByRole('main').textContent()).toContain('67.890000');
});
