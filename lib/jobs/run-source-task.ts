// Does one task of a source file's job. Whatever a task uploads has a new name, so that it may be done twice, also side by side.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { contentHash } from '../content-hash.ts';
import { BlockScanner, LineBlockScanner, type RecordSpan } from '../core/block-scan.ts';
import type { Dataset } from '../core/contract.ts';
import { TryAgainError } from '../errors.ts';
import { mapInParallel } from '../in-parallel.ts';
import { convertSource } from '../ingest/convert.ts';
import { partWidths } from '../ingest/csv/header.ts';
import { countKeys, heldKeys } from '../ingest/part-keys.ts';
import { uploadDataFiles } from '../ingest/publish.ts';
import type { ComparedKeys, FilePart, SourceFile } from '../ingest/row-source.ts';
import type { SourceWork } from '../lake/jobs.ts';
import { quarantineKey } from '../lake/layout.ts';
import { pathValues } from '../lake/path-values.ts';
import { uploadedFile } from '../lake/uploaded-file.ts';
import type { ByteRange, SqlSession } from '../ports.ts';
import { fileLiteral, list, writeParquet } from '../sql/quoting.ts';
import type { JobRun } from './job-folder.ts';
import type {
  ConvertResult,
  ConvertTask,
  KeysResult,
  KeysTask,
  QuarantineResult,
  QuarantineTask,
  ScanResult,
  ScanTask,
  SourceResult,
  SourceTask,
  WidthsResult,
  WidthsTask,
} from './source-tasks.ts';
import { jobFiles, type TaskEffects, uploadToJob } from './task-files.ts';

type Doing = {
  readonly effects: TaskEffects;
  readonly dataset: Dataset;
  readonly work: SourceWork;
  readonly run: JobRun;
};

export function runSourceTask(doing: Doing, task: SourceTask): Promise<SourceResult> {
  switch (task.kind) {
    case 'scan':
      return scan(doing, task);
    case 'widths':
      return widths(doing, task);
    case 'convert':
      return convert(doing, task);
    case 'keys':
      return keys(doing, task);
    case 'quarantine':
      return quarantine(doing, task);
  }
}

async function scan(doing: Doing, { range, isFirst, isLast }: ScanTask): Promise<ScanResult> {
  const { dataset, work } = doing;
  const { key, etag } = work.version;
  const read = (part: ByteRange) => doing.effects.landing.readRange(key, etag, part);
  const lastByte = isFirst
    ? work.begin.lastByte
    : await lastByteOf(read({ from: range.from - 1, to: range.from }));
  const scanner =
    dataset.format === 'csv'
      ? new BlockScanner(dataset.dialect, work.begin.labels.length, lastByte, isFirst)
      : new LineBlockScanner(lastByte, isFirst);
  const hash = createHash('sha256');
  for await (const chunk of read(range)) {
    scanner.push(chunk);
    hash.update(chunk);
  }
  return { scan: scanner.end(isLast), text: hash.digest('hex').slice(0, 32) };
}

/** -1 without any. */
async function lastByteOf(bytes: AsyncIterable<Uint8Array>): Promise<number> {
  let last = -1;
  for await (const chunk of bytes) last = chunk.at(-1) ?? last;
  return last;
}

/** Parts of the source file's version as a new file. Throws TryAgainError if landing no longer holds it. */
async function rangesOf({ effects, work }: Doing, ranges: readonly ByteRange[]): Promise<string> {
  const { key, etag } = work.version;
  const file = await effects.landing.downloadRanges(key, etag, ranges);
  if (file === undefined) throw new TryAgainError(`${key} has changed since its job began`);
  effects.held.push(file);
  return file.path;
}

/** The span's records behind the file's header. */
async function partOf(
  doing: Doing,
  span: RecordSpan,
  told: Pick<FilePart, 'brokenLine' | 'keys' | 'labels' | 'seenElsewhere'> & {
    readonly trailing?: FilePart['trailing'];
  } = {},
): Promise<SourceFile & { readonly key: string; readonly part: FilePart }> {
  const { effects, dataset, work } = doing;
  const { begin } = work;
  const path = await rangesOf(doing, [{ from: 0, to: begin.headerBytes }, span]);
  const part: FilePart = {
    headerLines: begin.headerLines,
    linesBefore: span.linesBefore,
    first: begin.first,
    trailing: undefined,
    quotes: {},
    ...told,
  };
  const { key } = work.version;
  const fromPath = pathValues(dataset, key).values;
  return { dataset, key, path, scratch: effects.folder, fromPath, part };
}

async function widths(doing: Doing, { span }: WidthsTask): Promise<WidthsResult> {
  return { widths: (await partWidths(await partOf(doing, span))) ?? 'unreadable' };
}

async function convert(doing: Doing, task: ConvertTask): Promise<ConvertResult> {
  const { effects, dataset, work, run } = doing;
  const { trailing, brokenLine, keyShards, held = [] } = task;
  const heldBefore = new Map<number, readonly string[]>();
  for (const { key, files } of held) heldBefore.set(key, await jobFiles(effects, run, files));
  const keys: ComparedKeys | undefined =
    keyShards === 0 ? undefined : { shards: keyShards, held: heldBefore };
  const source = await partOf(doing, task.span, {
    ...(trailing === undefined ? {} : { trailing }),
    ...(brokenLine === undefined ? {} : { brokenLine }),
    ...(keys === undefined ? {} : { keys }),
    ...(dataset.format === 'csv' ? {} : { labels: { taken: {}, ignored: [], records: 0 } }),
    ...(task.seenElsewhere === undefined ? {} : { seenElsewhere: task.seenElsewhere }),
  });
  const { quotes, labels } = source.part;
  const converted = await effects.sql.session((session) => convertSource(session, source, {}));
  if (converted.outcome === 'rejected')
    return { outcome: 'rejected', violation: converted.violation, quotes };
  const { dataFiles, quarantine: refused, keys: own = [], members: _, text: __, ...found } = converted;
  const files = (await uploadDataFiles(effects, dataset, work.table, dataFiles)).map(uploadedFile);
  const uploadedKeys = await mapInParallel(own, async ({ key, shard, path }) => ({
    key,
    shard,
    file: await uploadToJob(effects, run, path),
  }));
  const block = { ...found, files, quotes, keys: uploadedKeys, ...(labels === undefined ? {} : { labels }) };
  if (refused === undefined) return block;
  const { path, ...said } = refused;
  const file = await uploadToJob(effects, run, path);
  return { ...block, quarantine: { ...said, file } };
}

async function keys({ effects, dataset, run }: Doing, task: KeysTask): Promise<KeysResult> {
  const paths = await jobFiles(
    effects,
    run,
    task.files.map(({ file }) => file),
  );
  const files = task.files.map(({ block }, i) => ({ block, path: paths[i] as string }));
  // In an upsert dataset rows with one key are versions of one row: no block holds anything against another.
  if (dataset.mode === 'upsert')
    return { keys: await effects.sql.session((session) => countKeys(session, files)), held: [] };
  const found = await effects.sql.session((session) => heldKeys(session, files, effects.folder));
  const held = await mapInParallel(found, async ({ block, path }) => ({
    block,
    file: await uploadToJob(effects, run, path),
  }));
  return { held };
}

/** Under its name in the lake: one task writes it, and what an attempt before it wrote is replaced. */
async function quarantine(doing: Doing, { files }: QuarantineTask): Promise<QuarantineResult> {
  const { effects, dataset, work, run } = doing;
  const paths = await jobFiles(effects, run, files);
  const path = join(effects.folder, 'quarantine.parquet');
  const write = (session: SqlSession) =>
    session.run(
      writeParquet(
        `SELECT * FROM read_parquet(${list(paths.map(fileLiteral))}, hive_partitioning = false)`,
        path,
      ),
    );
  const rows = await effects.sql.session(write);
  const content = await contentHash(path);
  const { key: source, etag } = work.version;
  await effects.lake.upload(path, quarantineKey(dataset.name, { source, etag, contract: work.contract }));
  return { rows, content };
}
