// Every view and every link of the page, opened from a disk: nothing fails, nothing is asked of another place, nothing of what
// strangers wrote is obeyed, and nobody is shut out.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { openPage, stopBrowser, type Watched } from './browser.ts';
import {
  BACKWARDS,
  CORRECTED,
  dayOf,
  HOSTILE_FILE,
  PageLake,
  REJECTED,
  SCRIPT,
  STALE,
  salesKey,
} from './page-lake.ts';

const lake = new PageLake(inject('pageLake'));
const home = pathToFileURL(`${lake.site}/`).href;
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** A table has a link for each number: so many of one kind are like each other. */
const OF_A_KIND = 3;

let watched: Watched;
beforeAll(async () => {
  watched = await openPage(home);
});
afterAll(async () => {
  await watched.close();
  await stopBrowser();
});

async function show(page: Page, route: string): Promise<void> {
  await page.goto(`${home}index.html${route}`);
  await page.locator('main h1').first().waitFor({ state: 'attached' });
  await page.getByText('Loading …').first().waitFor({ state: 'detached' });
}

/** One view of each kind. */
const VIEWS = {
  today: '#/',
  arrivals: '#/arrivals',
  dataset: '#/dataset/sales',
  refused: `#/dataset/sales/refused?file=${encodeURIComponent(salesKey(REJECTED))}`,
  insight: '#/insight/revenue_daily',
  receipt: `#/insight/revenue_daily/at/${dayOf(CORRECTED)}?column=amount&row.shop=north`,
  changes: '#/changes',
  'changes of one': '#/changes/revenue_daily?from=1&to=2',
  lineage: '#/lineage/revenue_daily',
  search: '#/search?q=revenue',
};

test('every link leads to a view that is shown', async () => {
  const { page, faults } = watched;
  const seen = new Set<string>();
  const kinds = new Map<string, number>();
  const waiting = ['#/'];
  for (let route = waiting.shift(); route !== undefined; route = waiting.shift()) {
    await show(page, route);
    expect(faults, route).toEqual([]);
    expect(await page.locator('[role=alert]').count(), `${route} cannot be drawn`).toBe(0);
    expect(await page.getByText('cannot be loaded').count(), `${route} is not loaded`).toBe(0);
    expect(await page.getByText('There is no such view').count(), `${route} is no view`).toBe(0);
    const links = await page
      .locator('a[href^="#"]')
      .evaluateAll((all) => all.map((a) => a.getAttribute('href') ?? ''));
    for (const link of links) {
      const kind = kindOf(link);
      if (seen.has(link) || (kinds.get(kind) ?? 0) >= OF_A_KIND) continue;
      seen.add(link);
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      waiting.push(link);
    }
  }
  expect(seen.size).toBeGreaterThan(40);
  for (const view of ['arrivals', 'dataset', 'insight', 'changes', 'lineage'])
    expect(
      [...kinds.keys()].filter((kind) => kind.startsWith(`#/${view}`)),
      view,
    ).not.toEqual([]);
}, 120_000);

/** A view, and for numbers and files the table that they are of. */
function kindOf(link: string): string {
  const [view = '', name = '', part = ''] = link.replace('#/', '').split(/[/?]/);
  return part === '' ? `#/${view}` : `#/${view}/${name}/${part}`;
}

describe.each(Object.entries(VIEWS))('the view %s', (_, route) => {
  test.each(['light', 'dark'] as const)('has nothing serious against it by axe, %s', async (colorScheme) => {
    const { page, close } = await openPage(home, { colorScheme, bypassCSP: true });
    await show(page, route);
    await page.evaluate(AXE);
    const found = await page.evaluate(async () => {
      type Result = { id: string; impact: string; nodes: { html: string; failureSummary: string }[] };
      const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: Result[] }> } };
      return (await axe.run()).violations;
    });
    const serious = found
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`);
    await close();
    expect(serious).toEqual([]);
  });

  test('fits on a telephone: it does not scroll to the side', async () => {
    const { page, close } = await openPage(home, { viewport: { width: 375, height: 700 } });
    await show(page, route);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    await close();
    expect(width).toBeLessThanOrEqual(375);
  });

  test('fits on paper: nothing is cut', async () => {
    // A4 between Chromium's margins.
    const { page, close } = await openPage(home, { viewport: { width: 718, height: 1000 } });
    await page.emulateMedia({ media: 'print' });
    await show(page, route);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    await close();
    expect(width).toBeLessThanOrEqual(718);
  });
});

test('what strangers wrote is text', async () => {
  const { page, faults } = watched;
  await show(page, '#/insight/remarks_seen');
  await page.getByText(SCRIPT).first().waitFor();
  expect(await page.getByText('xxxxxxxxxx').count()).toBeGreaterThan(0);
  const text = await page.locator('main').textContent();
  expect(text).not.toContain(BACKWARDS);
  await show(page, `#/search?q=${encodeURIComponent('onerror')}`);
  await page.getByText(HOSTILE_FILE).first().waitFor();
  await page.getByText(HOSTILE_FILE).first().click();
  await page.locator('main').getByText('20').first().waitFor();
  expect(await page.title()).not.toBe('owned');
  expect(await page.locator('main img, main script, main b').count()).toBe(0);
  expect(faults).toEqual([]);
});

test('by the keyboard alone: from the first view to the file that moved a number', async () => {
  const { page } = watched;
  await show(page, '#/');
  const go = async (name: RegExp) => {
    const link = page.locator('main').getByRole('link', { name }).first();
    await link.waitFor();
    for (let tabs = 0; tabs < 400; tabs++) {
      await page.keyboard.press('Tab');
      if (await link.evaluate((element) => element === document.activeElement)) break;
    }
    expect(
      await link.evaluate((element) => element === document.activeElement),
      `${name} cannot be reached`,
    ).toBe(true);
    await page.keyboard.press('Enter');
  };
  await go(/^revenue_daily/);
  await page.locator('h1').getByText('revenue_daily').waitFor();
  await go(/67\.89/);
  await page.getByText(salesKey(CORRECTED)).first().waitFor();
});

test('why a number is another than yesterday: three clicks, with the name of the file', async () => {
  const { page } = watched;
  await show(page, '#/');
  await page
    .locator('main')
    .getByRole('link', { name: /^revenue_daily/ })
    .first()
    .click();
  await page
    .locator('main')
    .getByRole('link', { name: /67\.89/ })
    .first()
    .click();
  await page.getByText(salesKey(CORRECTED)).first().waitFor();
  const text = await page.locator('main').textContent();
  // 70.25 before.
  expect(text).toContain('70.250000');
  expect(text).toContain('2.360000');
  expect(text).toContain('-3.4 %');
});

test('the first screen: what changed, what is wrong in words, numbers before files', async () => {
  const { page } = watched;
  await show(page, '#/');
  const text = ((await page.locator('main').textContent()) ?? '').replace(/\s+/g, ' ');
  expect(text).toContain('1 file missing; 1 file refused; 18 rows refused; 1 part of numbers out of date');
  expect(text).toMatch(/Since yesterday, \d+ of \d+ kinds of numbers changed: /);
  // As the audit's row: no notation of a database.
  expect(text).toContain(`date: ${dayOf(STALE)}, shop: north, pieces: 1, amount: -5.000000`);
  expect(text.indexOf('Further numbers')).toBeLessThan(text.indexOf('Files that come in'));
  expect(text).not.toMatch(/\b(?:partition|commit|stale|upsert|snapshot|quarantine)/i);
  const heights = await page
    .locator('.one-line')
    .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().height));
  expect(Math.max(...heights)).toBeLessThan(30);
  await page.getByRole('link', { name: 'See what is wrong' }).click();
  await page.getByText('the header lacks').first().waitFor();
});

test('a column is found by what it means', async () => {
  const { page } = watched;
  await show(page, `#/search?q=${encodeURIComponent('price of all pieces')}`);
  await page.getByText('amount: Price of all pieces [EUR]').waitFor();
});

test('a row of the calendar without files says where they are, and leads there', async () => {
  const { page } = watched;
  await show(page, '#/arrivals');
  await page.getByRole('button', { name: 'billing 2024-01-03' }).click();
  await page.getByRole('link', { name: /^billing, 2024-01-03: / }).waitFor();
});
