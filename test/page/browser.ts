// A real Chromium for the page's suite: it notes everything that a page must not do.
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...[
    '--disable-component-update',
    '--disable-sync',
    '--font-render-hinting=none',
    '--force-color-profile=srgb',
  ],
];

let browser: Promise<Browser> | undefined;

/** Of $CHROMIUM, or where Debian and others put it. */
function chromiumPath(): string | undefined {
  return process.env.CHROMIUM || PLACES.find(existsSync);
}

/** Undefined where there is one. */
export function withoutBrowser(): string | undefined {
  if (chromiumPath() !== undefined) return undefined;
  return `There is no Chromium at ${PLACES.join(', ')}: install it (on Debian and Ubuntu: apt install chromium), or name one in CHROMIUM.`;
}

/** Started once. Throws where there is none. */
export function startBrowser(): Promise<Browser> {
  const executablePath = chromiumPath();
  if (executablePath === undefined) throw new Error(withoutBrowser());
  browser ??= chromium.launch({ executablePath, args: FLAGS });
  return browser;
}

export async function stopBrowser(): Promise<void> {
  await (await browser)?.close();
  browser = undefined;
}

export type Watched = {
  readonly page: Page;
  /** What was logged as an error, thrown, refused by the Content-Security-Policy, or asked of another place: [] for a good page. */
  readonly faults: string[];
  close(): Promise<void>;
};

/** `home`: the address below which everything must lie that is asked for. */
export async function openPage(home: string, options: BrowserContextOptions = {}): Promise<Watched> {
  const context = await (await startBrowser()).newContext({
    viewport: { width: 1280, height: 900 },
    ...options,
  });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) faults.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`thrown: ${error.message}`));
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(home) && !/^(?:data|blob):/.test(url)) faults.push(`request: ${url}`);
  });
  page.setDefaultTimeout(10_000);
  return { page, faults, close: () => context.close() };
}
