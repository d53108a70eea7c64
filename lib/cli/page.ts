// `sluice page`: writes the page over a lake, serves it here, or makes one file of it. lib/page does the work.
import { rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fileStore } from '../adapters/file-store.ts';
import { pageAssets } from '../adapters/page-assets.ts';
import { isS3Location } from '../adapters/s3-location.ts';
import { UsageError } from '../errors.ts';
import { followLake } from '../local/follow-lake.ts';
import { LivePage, servedPlace } from '../local/live-page.ts';
import { openBrowser } from '../local/open-browser.ts';
import { linkTo } from '../local/page-link.ts';
import { type PagePlace, servePage } from '../local/serve-page.ts';
import { removeExpiredLinks } from '../page/links.ts';
import { singleFile } from '../page/single-file.ts';
import { SITE, type Written } from '../page/site.ts';
import { writePage } from '../page/write-page.ts';
import { FAULT } from './exit-codes.ts';
import { Interrupt } from './interrupt.ts';
import { givenOptions, typed } from './locations.ts';
import { outputTarget, replaceFile } from './output-file.ts';
import { type PageChoice, pageChoice } from './page-options.ts';
import { placeOf } from './page-place.ts';
import { linkLines, openingLines, size, writtenLines } from './page-text.ts';
import { PORT, pageWarnings } from './serving.ts';
import type { Terminal } from './terminal.ts';
import { type Arguments, LAKE, LANDING, MEMORY, type Project, SCHEMAS, VERBOSE, type Verb } from './verb.ts';
import { type OpenedLake, withLake } from './with-lake.ts';

export const page: Verb = {
  description: `Writes what the lake knows as a page that people can look at: what came, what is missing, what was refused and why,
the numbers, which files made each, and what changed. Plain files that open from a disk, from any web server
or from a bucket; they load nothing from elsewhere. Without --out they stand in site/ in the lake. Only what
changed since is written again. Tables are read, and never changed.

--serve serves it to the browsers of this machine and follows the lake (its tables, files and landing; definitions are
read once) until Ctrl-C. For a lake in a bucket it is written into a temporary folder, with your own credentials.

--link writes the page as it is now into one file in the lake's bucket, and prints a link that works for
whoever has it until it expires. --single-file writes the same file to disk, to be sent.`,
  options: [
    LANDING,
    LAKE,
    SCHEMAS,
    {
      name: 'out',
      value: 'DIR|s3://…',
      description: 'Where to write it. A folder is created if it is missing. Default: site/ in the lake.',
    },
    { name: 'open', description: 'Then open it in your browser.' },
    { name: 'serve', description: 'Serve it on 127.0.0.1, and follow the lake.' },
    PORT,
    { name: 'link', description: 'Print a link to the page as it is now; for a lake in a bucket.' },
    {
      name: 'expires',
      value: 'TIME',
      description: 'When the link ends: 30m, 12h, 7d (at most).',
      default: '12h',
    },
    { name: 'single-file', value: 'FILE', description: 'Write the page as one HTML file.' },
    MEMORY,
    VERBOSE,
  ],
  examples: [
    { command: 'npx sluice page --open', meaning: 'write it, and look at it' },
    {
      command: 'npx sluice page --serve --landing s3://my-landing --lake s3://my-lake',
      meaning: 'of a lake in S3',
    },
    {
      command: 'npx sluice page --link --expires 2d --landing s3://my-landing --lake s3://my-lake',
      meaning: 'to be sent to a colleague',
    },
  ],
  exitCodes: [
    { code: 0, meaning: 'the page was written, or --serve was stopped by Ctrl-C' },
    { code: FAULT, meaning: 'a fault: see the message' },
    { code: 2, meaning: 'wrong usage' },
    { code: 130, meaning: 'a second Ctrl-C' },
  ],
  run,
};

async function run(args: Arguments, terminal: Terminal, { environment }: Project): Promise<number> {
  const choice = pageChoice(args);
  const needs = { landing: 'required', lake: 'required', writes: true, converts: false } as const;
  const doing = { serve, link: asLink, 'single-file': asFile, write }[choice.does];
  return withLake(args, terminal, needs, (local) =>
    doing({ local, choice, terminal, environment, options: givenOptions(args).all }),
  );
}

type Call = {
  readonly local: OpenedLake;
  readonly choice: PageChoice;
  readonly terminal: Terminal;
  readonly environment: NodeJS.ProcessEnv;
  /** The locations that further commands need. */
  readonly options: string;
};

async function write({ local, choice, terminal, environment, options }: Call): Promise<number> {
  const { effects, locations } = local;
  const at = choice.out ?? `${locations.lake.replace(/\/$/, '')}/${SITE.slice(0, -1)}`;
  const isInBucket = isS3Location(at);
  if (choice.opens && isInBucket)
    throw new UsageError(
      '--open opens a page on this disk: for one in a bucket, add --serve, or take --link',
    );
  const startedMs = performance.now();
  const written = await writeTo(effects, await placeOf(local, choice.out), options);
  if (choice.out === undefined) await removeExpiredLinks(effects.lake, effects.clock);
  await terminal.out(writtenLines(typed(at), written, performance.now() - startedMs));
  const index = join(isInBucket ? '' : resolve(at), 'index.html');
  if (choice.opens) await open(pathToFileURL(index).href, terminal, environment);
  else await terminal.out(openingLines(index, isInBucket, options));
  return 0;
}

function writeTo(
  effects: OpenedLake['effects'],
  { store, prefix }: PagePlace,
  options: string,
): Promise<Written> {
  return writePage(effects, store, prefix, { assets: pageAssets(), options });
}

/** Locally a look is a walk through a folder; in S3 it is a request per 1,000 files. */
const LOOK_MS = { here: 1000, inS3: 30_000 };

async function serve({ local, choice, terminal, environment, options }: Call): Promise<number> {
  const { effects } = local;
  const stop = new AbortController();
  const interrupt = new Interrupt(terminal, 'Stopping.');
  interrupt.onStop = () => stop.abort();
  interrupt.onEnd = () => rmSync(effects.scratch, { recursive: true, force: true });
  const warn = pageWarnings(terminal);
  try {
    const place = choice.out === undefined ? servedPlace(effects) : await placeOf(local, choice.out);
    await writeTo(effects, place, options);
    if (interrupt.stopped) return 0;
    const live = new LivePage(place, options, warn);
    const server = await servePage(place, choice.port);
    await terminal.out([`Look at ${server.url}`, 'It follows the lake; press Ctrl-C to stop.']);
    if (choice.opens) await open(server.url, terminal, environment);
    const isLocal = !isS3Location(effects.lake.location) && !isS3Location(effects.landing.location);
    const pauseMs = isLocal ? LOOK_MS.here : LOOK_MS.inS3;
    try {
      await followLake(effects, pauseMs, stop.signal, (seen) => live.renew(effects, seen), warn);
    } finally {
      await server.close();
      await live.end();
    }
    return 0;
  } finally {
    interrupt.dispose();
  }
}

async function asLink({ local, choice, terminal, options }: Call): Promise<number> {
  const html = await oneFile(local, options);
  const link = await linkTo(local.effects, html, choice.expiresSeconds);
  await terminal.out(linkLines(link, html.byteLength));
  return 0;
}

async function asFile({ local, choice, terminal, environment, options }: Call): Promise<number> {
  const file = choice.file ?? '';
  const target = await outputTarget(file, local.locations.lake, '--single-file');
  const html = await oneFile(local, options);
  await replaceFile(target, (path) => writeFile(path, html));
  await terminal.out([`Wrote the page to ${typed(file)} (${size(html.byteLength)}).`]);
  if (choice.opens) await open(pathToFileURL(target).href, terminal, environment);
  return 0;
}

/** Made of a page of its own: what stands in site/ may name documents of the last hour, too. */
async function oneFile({ effects }: OpenedLake, options: string): Promise<Uint8Array> {
  const store = fileStore(join(effects.scratch, 'page'), { durable: false });
  await writeTo(effects, { store, prefix: '' }, options);
  return singleFile(store, '', pageAssets());
}

async function open(address: string, terminal: Terminal, environment: NodeJS.ProcessEnv): Promise<void> {
  const problem = await openBrowser(address, environment);
  if (problem === undefined) await terminal.out([`Opened ${address}`]);
  else terminal.err([`warning: no browser could be opened (${problem}). Open ${address} yourself.`]);
}
