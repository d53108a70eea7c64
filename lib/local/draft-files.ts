// Drafts contracts from files as people name them: files, folders, locations in S3. Finds and fetches them, and opens the engine;
// lib/draft decides. Writes nothing but temporary files.
import { mkdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { openDuckDb } from '../adapters/duckdb.ts';
import { isS3Location, parseLocation } from '../adapters/s3-location.ts';
import { type Draft, draftDatasets } from '../draft/draft.ts';
import type { Sample } from '../draft/sample.ts';
import { CliError, UsageError } from '../errors.ts';
import { sourceLimit } from '../ingest/size-limit.ts';
import type { ObjectStore, ScratchFolder } from '../ports.ts';
import { keyInLanding } from './landing-key.ts';
import { openStore } from './open-store.ts';
import { scratchElsewhere } from './scratch.ts';
import { sizeSettings } from './size-settings.ts';

export type DraftFilesOptions = {
  /** Files, folders and s3:// locations, as typed. */
  readonly places: readonly string[];
  /** Samples in it keep their keys. */
  readonly landing: string;
  readonly package: string;
  readonly name?: string;
  readonly header?: boolean;
  readonly memoryLimitMb?: number;
};

/** Files of a folder that are none of ours, by name. */
export type Passed = readonly string[];

const READABLE = /\.(csv|tsv|tab|txt|psv|json|ndjson|jsonl)(\.(gz|zst|bz2))?$/i;
const MAX_SAMPLES = 1000;

/** Throws UsageError and CliError where a place cannot be read or has no sample. */
export async function draftFiles(options: DraftFilesOptions): Promise<Draft & { readonly passed: Passed }> {
  const scratch = await scratchElsewhere();
  const { memoryLimitMb, name, header } = options;
  try {
    const { samples, passed } = await findSamples(options, scratch);
    const memory = memoryLimitMb === undefined ? {} : { memoryLimitMb };
    const reach = { folders: [scratch], files: samples.map(({ path }) => path) };
    const sql = openDuckDb({ ...memory, tempDirectory: join(scratch, 'spill'), reach });
    try {
      const limit = await sourceLimit({ scratch, ...sizeSettings() });
      const more = { ...(name === undefined ? {} : { name }), ...(header === undefined ? {} : { header }) };
      const draft = await draftDatasets(sql, samples, { scratch, limit, package: options.package, ...more });
      return { ...draft, passed };
    } finally {
      sql.close();
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

type Found = { readonly samples: Sample[]; readonly passed: string[] };

async function findSamples({ places, landing }: DraftFilesOptions, scratch: ScratchFolder): Promise<Found> {
  const found: Found = { samples: [], passed: [] };
  for (const place of places) {
    const { store, keys, passed } = isS3Location(place)
      ? await inBucket(place, scratch)
      : await onDisk(place, scratch);
    found.passed.push(...passed);
    if (found.samples.length + keys.length > MAX_SAMPLES)
      throw new UsageError(
        `sluice draft: ${place} brings more than ${MAX_SAMPLES} samples: name some of them, which show every kind of value`,
      );
    for (const { key, shown } of keys) {
      const local = await store.download(key);
      if (local === undefined) throw new CliError(`${shown} is gone: it was there a moment ago. Try again`);
      const landingKey = keyInLanding(landing, shown);
      const at = { shown, path: resolve(local.path), place: placeOf(shown) };
      if (!found.samples.some(({ shown: other }) => other === shown))
        found.samples.push(landingKey === undefined ? at : { ...at, key: landingKey });
    }
  }
  if (found.samples.length > 0) return found;
  const names = found.passed.length === 0 ? '' : `, only ${found.passed.slice(0, 3).join(', ')}`;
  throw new CliError(
    `There is no sample in ${places.join(', ')}${names}: draft reads CSV (.csv .tsv .txt), JSON and NDJSON files, also with .gz, .zst or .bz2`,
  );
}

type Listed = {
  readonly store: ObjectStore;
  readonly keys: readonly { readonly key: string; readonly shown: string }[];
  readonly passed: readonly string[];
};

async function onDisk(place: string, scratch: ScratchFolder): Promise<Listed> {
  if (place === '-')
    throw new UsageError(
      'sluice draft reads files, not standard input: write it to a file first, whose name says what it holds',
    );
  const stats = await stat(place).catch((error: NodeJS.ErrnoException) => {
    const problem = error.code === 'ENOENT' ? 'there is no such file or folder' : error.message;
    throw new CliError(`${place} cannot be read: ${problem}`, 1, { cause: error });
  });
  if (stats.isDirectory()) return below(await openStore(place, scratch), place, '');
  if (!stats.isFile()) throw new CliError(`${place} is neither a file nor a folder: name a file`);
  const store = await openStore(dirname(resolve(place)), scratch);
  return { store, keys: [{ key: basename(resolve(place)), shown: place }], passed: [] };
}

async function inBucket(place: string, scratch: ScratchFolder): Promise<Listed> {
  const { bucket, prefix } = parseLocation(place);
  await mkdir(scratch, { recursive: true });
  const store = await openStore(`s3://${bucket}`, scratch);
  if (prefix !== '' && (await store.head(prefix)) !== undefined)
    return { store, keys: [{ key: prefix, shown: place }], passed: [] };
  return below(store, `s3://${bucket}`, prefix === '' ? '' : `${prefix}/`);
}

async function below(store: ObjectStore, root: string, prefix: string): Promise<Listed> {
  const keys: { key: string; shown: string }[] = [];
  const passed: string[] = [];
  for await (const { key, sizeBytes } of store.list(prefix)) {
    const shown = `${root.replace(/[\\/]$/, '')}/${key}`;
    if (key.endsWith('/') && sizeBytes === 0) continue;
    if (READABLE.test(key)) keys.push({ key, shown });
    else passed.push(shown);
    if (keys.length > MAX_SAMPLES) break;
  }
  return { store, keys, passed };
}

/** With `/` on every system, and without what leads out of a folder. */
function placeOf(shown: string): string {
  const path = isS3Location(shown) ? shown.replace(/^s3:\/\//i, '') : resolve(shown).split(sep).join('/');
  return path.replace(/^\/+/, '');
}
