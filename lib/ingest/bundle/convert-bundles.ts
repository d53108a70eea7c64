// Converts small plain files of a batch together: in one statement of the engine, and into one data file a partition. Each file keeps
// its own count of records, report, and place in the log. What is odd about a file, or wrong with one of its rows, makes it drop out:
// it is converted on its own then, as is every file of a bundle that fails.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset } from '../../core/contract.ts';
import { fileStatistics } from '../../delta/stats.ts';
import { inParallel, mapInParallel } from '../../in-parallel.ts';
import { partitionId } from '../../lake/partition.ts';
import { CONTRACT, ROWS, sameContent } from '../../lake/tags.ts';
import type { ObjectVersion, SqlSession } from '../../ports.ts';
import { messageOf } from '../../table-failures.ts';
import { type BundledSource, bundledSource } from '../csv/bundled-source.ts';
import type { Target } from '../publish.ts';
import { sizeViolation, sourceLimit } from '../size-limit.ts';
import { BYTE_ORDER_MARK } from '../source-bytes.ts';
import type { Staged } from '../staged.ts';
import { Stopwatch } from '../stopwatch.ts';
import { type BundledRows, cleanRows, ownColumns, readBundle, writeRows } from './bundle-rows.ts';
import { BUNDLING, type Bundle, bundlesOf, mayBundle, type SmallFile } from './bundles.ts';
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
        const [{ version: { key: first = '' } = {} } = {}] = bundle;
        effects.log('warn', 'ingest.bundle_failed', {
          ...{ dataset: dataset.name, files: bundle.length, first, error: messageOf(error) },
          next: 'each of the files is converted on its own',
        });
      }
    },
    BUNDLES_AT_ONCE,
  );
  return staged;
}

type ReadFile = SmallFile & { readonly text: PlainText };

async function convertBundle(target: Target, bundle: Bundle): Promise<Staged[]> {
  const { effects } = target;
  const stopwatch = new Stopwatch(effects.clock);
  const read = await stopwatch.time('download', () =>
    mapInParallel(bundle, (file) => readFile(target, file), READS_AT_ONCE),
  );
  const byHeader = new Map<string, ReadFile[]>();
  for (const file of read.flatMap((one) => one ?? [])) {
    const files = byHeader.get(file.text.header);
    if (files) files.push(file);
    else byHeader.set(file.text.header, [file]);
  }
  const staged: Staged[] = [];
  for (const files of byHeader.values()) {
    if (files.length < 2) continue;
    const folder = await mkdtemp(join(effects.scratch, 'bundle-'));
    try {
      staged.push(...(await convertFiles(target, files, folder, stopwatch)));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  return staged;
}

/** Undefined for a file that is not plain, cannot be read, or is there in another version: its own conversion says so. */
async function readFile(target: Target, file: SmallFile): Promise<ReadFile | undefined> {
  try {
    return await readPlain(target, file);
  } catch {
    return undefined;
  }
}

async function readPlain(
  { effects: { landing }, dataset }: Target,
  small: SmallFile,
): Promise<ReadFile | undefined> {
  const { version } = small;
  const file = await landing.download(version.key, version.etag);
  if (file === undefined) return undefined;
  try {
    const bytes = await readSmall(file.path, version.sizeBytes);
    const text = bytes && plainText(dataset.dialect, bytes);
    return text && { ...small, text };
  } finally {
    await file.release();
  }
}

/** `files`: at least two, with one header. */
async function convertFiles(
  target: Target,
  files: readonly ReadFile[],
  folder: string,
  stopwatch: Stopwatch,
): Promise<Staged[]> {
  const { effects, dataset } = target;
  const source = await writtenSource(target, files, folder);
  if (source === undefined) return [];
  const found = await stopwatch.time('convert', () =>
    effects.sql.session(async (session) => {
      await readBundle(session, dataset, source);
      const records = files.map(({ text }) => text.lines.length);
      const rows = await cleanRows(session, dataset, records);
      return writeGroups(session, target, files, rows, folder);
    }, 'light'),
  );
  const described = files.map(({ version, text }): BundledFile => ({ version, text: text.hash }));
  return publishBundle(target, source, described, found, stopwatch);
}

async function writtenSource(
  { dataset }: Target,
  files: readonly ReadFile[],
  folder: string,
): Promise<BundledSource | undefined> {
  const [leader, all] = [join(folder, 'header.csv'), join(folder, 'bundle.csv')];
  const [{ text: { header = '' } = {}, fromPath = new Map(), version } = {}] = files;
  const pathFields = [...fromPath.keys()].sort();
  const texts = files.map((file, number) => numberedText(dataset, file, number, pathFields));
  // Without a byte order mark of the files' own, readers would take a first character that looks like one for it.
  await writeFile(leader, Buffer.concat([BYTE_ORDER_MARK, Buffer.from(header)]));
  await writeFile(all, Buffer.concat([BYTE_ORDER_MARK, Buffer.from(texts.join(''))]));
  const key = version?.key ?? '';
  return bundledSource({ dataset, path: leader, key, fromPath, scratch: folder }, all, pathFields);
}

/** As bundledSource reads it. */
function numberedText(
  { dialect: { delimiter } }: Dataset,
  { text: { lines, lineEnd }, fromPath }: ReadFile,
  number: number,
  pathFields: readonly string[],
): string {
  const given = pathFields.map((field) => `${delimiter}${fromPath.get(field) ?? ''}`).join('');
  return lines
    .map((line, place) => `${line}${given}${delimiter}${number}${delimiter}${place}${lineEnd}`)
    .join('');
}

/** One file for each partition; another one for rows that are in the table already, as to readers of the log they do not change it. */
async function writeGroups(
  session: SqlSession,
  target: Target,
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
  const own = ownColumns(target.dataset);
  const written: WrittenRows[] = [];
  for (const parts of groups.values()) {
    const path = join(folder, `${written.length}.parquet`);
    await writeRows(session, target.dataset, parts, path);
    written.push({ path, parts, stats: (await fileStatistics(session, path, own)).stats });
  }
  return written;
}

function isLiveAlready({ live, dataset }: Target, key: string, { partition, hash }: BundledRows): boolean {
  const after = { partitionValues: partition, tags: { [ROWS]: hash, [CONTRACT]: dataset.hash } };
  return (live.get(key) ?? []).some((share) => sameContent(share, after));
}
