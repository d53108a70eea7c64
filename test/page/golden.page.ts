// How the page looks, in light and dark: beside the images of test/page/screenshots. `SLUICE_SCREENSHOTS=take npm run test:page -- golden`
// retakes them, and those of docs/images. Other fonts draw other letters: images are compared where the fonts are those of the images.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPage, startBrowser, stopBrowser } from './browser.ts';
import { PageLake } from './page-lake.ts';

const IMAGES = join(import.meta.dirname, 'screenshots');
const DOCS = resolve(import.meta.dirname, '../../docs/images');
const isTaking = process.env.SLUICE_SCREENSHOTS === 'take';
/** Of all pixels, so many may differ by more than so much of a colour's 255 steps. */
const MOST_PIXELS = 0.005;
const MOST_STEPS = 40;

const VIEWS = {
  today: '#/',
  insight: '#/insight/spend_by_month',
  receipt: '#/insight/spend_by_month/at?column=credit_usage&row.currency=EUR',
  changes: '#/changes/spend_by_month?from=1&to=2',
  dataset: '#/dataset/billing',
  lineage: '#/lineage/spend_by_month',
};
const IN_DOCS = ['today', 'receipt', 'changes'];

let lake: PageLake;
let home = '';
let fonts = '';
beforeAll(async () => {
  lake = PageLake.ofSamples();
  lake.sluice('page', '--out', lake.site);
  home = pathToFileURL(`${lake.site}/`).href;
  fonts = await fontsOf();
});
afterAll(async () => {
  lake.remove();
  await stopBrowser();
});

describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
  test.each(Object.entries(VIEWS))('%s', async (name, route) => {
    const viewport = { width: 1180, height: 820 };
    const { page, close } = await openPage(home, {
      colorScheme,
      viewport,
      bypassCSP: true,
      timezoneId: 'UTC',
    });
    await page.goto(`${home}index.html${route}`);
    await page.locator('main h1').first().waitFor({ state: 'attached' });
    await page.getByText('Loading …').first().waitFor({ state: 'detached' });
    // Moments, places and what depends on the day are others in each run.
    await page.addStyleTag({
      content:
        'time, code, footer, [data-varies] { visibility: hidden } * { animation: none !important; transition: none !important }',
    });
    const taken = await page.screenshot();
    if (isTaking) keep(join(IMAGES, `${fonts}/${name}-${colorScheme}.png`), taken);
    if (isTaking && IN_DOCS.includes(name) && colorScheme === 'light') await keepForDocs(page, name);
    const image = join(IMAGES, `${fonts}/${name}-${colorScheme}.png`);
    if (existsSync(join(IMAGES, fonts)))
      expect(await difference(page, readFileSync(image), taken)).toBeLessThan(MOST_PIXELS);
    else
      process.stdout.write(`the images were taken with other fonts than ${fonts}: ${name} is not compared\n`);
    await close();
  });
});

async function keepForDocs(page: Page, name: string): Promise<void> {
  await page.addStyleTag({ content: 'time, code, [data-varies] { visibility: visible }' });
  keep(join(DOCS, `page-${name}-light.png`), await page.screenshot());
}

function keep(path: string, image: Uint8Array): void {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, image);
}

/** Tells fonts apart by how wide they are: a name for a folder. */
async function fontsOf(): Promise<string> {
  const context = await (await startBrowser()).newContext();
  const page = await context.newPage();
  const widths = await page.evaluate(() => {
    const drawing = document.createElement('canvas').getContext('2d');
    return ['system-ui', 'monospace'].map((font) => {
      if (drawing === null) return 0;
      drawing.font = `100px ${font}`;
      return Math.round(drawing.measureText('Sluice 1,234.56 quarantine').width);
    });
  });
  await context.close();
  return `fonts-${widths.join('-')}`;
}

/** The share of pixels that differ; 1 for images of other sizes. */
function difference(page: Page, before: Uint8Array, after: Uint8Array): Promise<number> {
  const images = [before, after].map(
    (image) => `data:image/png;base64,${Buffer.from(image).toString('base64')}`,
  );
  return page.evaluate(
    async ({ images, most }) => {
      const [old, now] = await Promise.all(
        images.map(async (url) => {
          const image = new Image();
          image.src = url;
          await image.decode();
          const canvas = document.createElement('canvas');
          canvas.width = image.width;
          canvas.height = image.height;
          const drawing = canvas.getContext('2d');
          drawing?.drawImage(image, 0, 0);
          return drawing?.getImageData(0, 0, image.width, image.height);
        }),
      );
      if (!old || !now || old.width !== now.width || old.height !== now.height) return 1;
      let differing = 0;
      for (let at = 0; at < old.data.length; at += 4)
        if ([0, 1, 2].some((i) => Math.abs((old.data[at + i] ?? 0) - (now.data[at + i] ?? 0)) > most))
          differing += 1;
      return differing / (old.width * old.height);
    },
    { images, most: MOST_STEPS },
  );
}
