// Converts small plain files of a batch together: in one statement of the engine, and into one data file a partition. Each file keeps
// its own count of records, report, and place in the log. What is odd about a file, or wrong with one of its rows, makes it drop out:
// it is converted on its own then, as is every file of a bundle that fails.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileStatistics } from '../../delta/stats.ts';
import { inParallel, mapInParallel } from '../../in-parallel.ts';
import { partitionId } from '../../lake/partition.ts';
import { CONTRACT, ROWS, sameContent } from '../../lake/tags.ts';
import type { ObjectVersion, SqlSession } from '../../ports.ts';
import { columnsOf } from '../accepted-rows.ts';
import { type BundledSource, bundledSource } from '../csv/bundled-source.ts';
import type { Target } from '../publish.ts';
import { sizeViolation, sourceLimit } from '../size-limit.ts';
import type { Staged } from '../staged.ts';
import { Stopwatch } from '../stopwatch.ts';
import { type BundledRows, cleanRows, readBundle, writeRows } from './bundle-rows.ts';
import { BUNDLING, type Bundle, bundlesOf, mayBundle } from './bundles.ts';
import { type PlainText, plainText } from './plain-text.ts';
import { type BundledFile, publishBundle, type WrittenRows } from './publish-bundle.ts';
import { readSmall } from './read-small.ts';

/** The engine converts one while the next one's files are read. */
const BUNDLES_AT_ONCE = 2;
/** Each mostly waits for the store. */
const READS_AT_ONCE = 64;

/** By key: the versions that were converted; the others are to be converted one by one. */
export async function convertBundles(
  target: Target,
  versions: readonly ObjectVersion[],
): Promise<ReadonlyMap<string, Staged>> {
  const { effects, dataset } = target;
  const staged = new Map<string, Staged>();
  if (!mayBundle(dataset) || versions.length < 2) return staged;
  const limit = await sourceLimit(effects);
  const readable = versions.filter((version) => sizeViolation(version, limit) === undefined);
  const bundles = bundlesOf(dataset, readable, effects.bundling ?? BUNDLING);
  await inParallel(
    bundles,
    async (bundle) => {
      try {
        for (const one of await convertBundle(target, bundle))
          if (one.version) staged.set(one.version.key, one);
      } catch (error) {
        const [{ key: first = '' } = {}] = bundle.versions;
        const files = bundle.versions.length;
        effects.log('warn', 'ingest.bundle-failed', { dataset: dataset.name, files, first, error });
      }
    },
    BUNDLES_AT_ONCE,
  );
  return staged;
}

type ReadFile = { readonly version: ObjectVersion; readonly text: PlainText };

async function convertBundle(target: Target, { fromPath, versions }: Bundle): Promise<Staged[]> {
  const { effects } = target;
  const stopwatch = new Stopwatch(effects.clock);
  const read = await stopwatch.time('download', () =>
    mapInParallel(versions, (version) => readFile(target, version), READS_AT_ONCE),
  );
  const byHeader = new Map<string, ReadFile[]>();
  for (const file of read)
    if (file) byHeader.set(file.text.header, [...(byHeader.get(file.text.header) ?? []), file]);
  const staged: Staged[] = [];
  for (const files of byHeader.values()) {
    if (files.length < 2) continue;
    const folder = await mkdtemp(join(effects.scratch, 'bundle-'));
    try {
      staged.push(...(await convertFiles(target, fromPath, files, folder, stopwatch)));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  return staged;
}

/** Undefined for a file that is not plain, cannot be read, or is there in another version: its own conversion says so. */
async function readFile(target: Target, version: ObjectVersion): Promise<ReadFile | undefined> {
  try {
    return await readPlain(target, version);
  } catch {
    return undefined;
  }
}

async function readPlain(
  { effects: { landing }, dataset }: Target,
  version: ObjectVersion,
): Promise<ReadFile | undefined> {
  const file = await landing.download(version.key, version.etag);
  if (file === undefined) return undefined;
  try {
    const bytes = await readSmall(file.path, version.sizeBytes);
    const text = bytes && plainText(dataset.dialect, bytes);
    return text && { version, text };
  } finally {
    await file.release();
  }
}

/** `files`: at least two, with one header. */
async function convertFiles(
  target: Target,
  fromPath: Bundle['fromPath'],
  files: readonly ReadFile[],
  folder: string,
  stopwatch: Stopwatch,
): Promise<Staged[]> {
  const { effects, dataset } = target;
  const source = await writtenSource(target, fromPath, files, folder);
  if (source === undefined) return [];
  const found = await stopwatch.time('convert', () =>
    effects.sql.session(async (session) => {
      const of = { dataset, fromPath };
      await readBundle(session, of, source);
      const records = files.map(({ text }) => text.lines.length);
      const rows = await cleanRows(session, of, records);
      return writeGroups(session, target, of, files, rows, folder);
    }, 'light'),
  );
  const described = files.map(({ version, text }): BundledFile => ({ version, text: text.hash }));
  return publishBundle(target, source, described, found, stopwatch);
}

async function writtenSource(
  { dataset }: Target,
  fromPath: Bundle['fromPath'],
  files: readonly ReadFile[],
  folder: string,
): Promise<BundledSource | undefined> {
  const [leader, all] = [join(folder, 'header.csv'), join(folder, 'bundle.csv')];
  await writeFile(leader, files[0]?.text.header ?? '');
  const { delimiter } = dataset.dialect;
  const numbered = files.map(({ text: { lines, lineEnd } }, file) =>
    lines.map((line, place) => `${line}${delimiter}${file}${delimiter}${place}${lineEnd}`).join(''),
  );
  await writeFile(all, numbered.join(''));
  const key = files[0]?.version.key ?? '';
  return bundledSource({ dataset, path: leader, key, fromPath, scratch: folder }, all);
}

/** One file for each partition; another one for rows that are in the table already, as to readers of the log they do not change it. */
async function writeGroups(
  session: SqlSession,
  target: Target,
  of: Parameters<typeof writeRows>[1],
  files: readonly ReadFile[],
  rows: readonly BundledRows[],
  folder: string,
): Promise<WrittenRows[]> {
  const groups = new Map<string, BundledRows[]>();
  for (const part of rows) {
    const key = files[part.file]?.version.key ?? '';
    const id = `${isLiveAlready(target, key, part)} ${partitionId(part.partition)}`;
    const group = groups.get(id);
    if (group) group.push(part);
    else groups.set(id, [part]);
  }
  const { own } = columnsOf(of);
  const written: WrittenRows[] = [];
  for (const parts of groups.values()) {
    const path = join(folder, `${written.length}.parquet`);
    await writeRows(session, of, parts, path);
    written.push({ path, parts, stats: (await fileStatistics(session, path, own)).stats });
  }
  return written;
}

function isLiveAlready({ live, dataset }: Target, key: string, { partition, hash }: BundledRows): boolean {
  const after = { partitionValues: partition, tags: { [ROWS]: hash, [CONTRACT]: dataset.hash } };
  return (live.get(key) ?? []).some((share) => sameContent(share, after));
}
