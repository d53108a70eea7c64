// Decides the stages of a source file's job: its blocks are scanned, joined into spans of whole records, converted, compared by
// their keys and by what only the whole file tells, and summed up. Pure.
import { joinBlocks, type RecordSpan } from '../core/block-scan.ts';
import { type Dataset, rowKeys } from '../core/contract.ts';
import { MAX_RECORD_BYTES } from '../ingest/csv/csv-reader.ts';
import { trailingBy } from '../ingest/csv/record-width.ts';
import type { TrailingDelimiter } from '../ingest/odd-columns.ts';
import type { SourceManifest, SourceWork } from '../lake/jobs.ts';
import type {
  ConvertedBlock,
  ConvertResult,
  ConvertTask,
  KeysResult,
  KeysTask,
  ScanResult,
  ScanTask,
  SourceResult,
  SourceTask,
  WidthsResult,
} from './source-tasks.ts';
import { isConverted, labelsOf, NOTHING, pathFields, summedUp } from './source-total.ts';
import type { Done, Stage } from './stage.ts';

const MAX_KEY_SHARDS = 256;
/** Keys are a part of their rows: one task compares those of several blocks. */
const BLOCKS_A_SHARD = 4;

type SourceStage = Stage<SourceTask>;
export type SourceDone = Done<SourceTask, SourceResult>;

export function nextSourceStage(
  dataset: Dataset,
  work: SourceWork,
  blockBytes: number,
  done: readonly SourceDone[],
): SourceStage | { readonly manifest: SourceManifest } {
  const of = <Result>(name: string) =>
    done.find((stage) => stage.name === name)?.results as readonly Result[] | undefined;
  const scans = of<ScanResult>('scan');
  if (scans === undefined) return { name: 'scan', tasks: scanTasks(work, blockBytes) };
  const { records, spans } = wholeRecords(work, blockBytes, scans);
  const widths = of<WidthsResult>('widths');
  if (widths === undefined && mayTrail(work))
    return { name: 'widths', tasks: spans.map((span) => ({ kind: 'widths', span })) };
  const trailing = widths && trailingOf(work, widths);
  const once = of<ConvertResult>('convert');
  if (once === undefined) return { name: 'convert', tasks: convertTasks(dataset, spans, trailing) };
  const tasks = done.find(({ name }) => name === 'convert')?.tasks as readonly ConvertTask[];
  const lacking = lackingTasks(tasks, once, pathFields(dataset, work));
  const told = of<ConvertResult>('convert told');
  if (told === undefined && lacking.length > 0) return { name: 'convert told', tasks: lacking };
  const first = withSecond(once, lacking, told ?? []);
  const keyed = first.every(isConverted) ? keysTasks(first) : [];
  const keys = of<KeysResult>('keys');
  if (keys === undefined && keyed.length > 0) return { name: 'keys', tasks: keyed };
  const labels = first.every(isConverted) ? labelsOf(dataset, work, first) : undefined;
  if (labels?.violation) return { manifest: { ...NOTHING, violation: labels.violation } };
  const again = changedTasks(withSecondTasks(tasks, lacking), first, keyed, keys ?? []);
  const second = of<ConvertResult>('convert again');
  if (second === undefined && again.length > 0) return { name: 'convert again', tasks: again };
  const blocks = withSecond(first, again, second ?? []);
  return summedUp({ dataset, work, records, scans, blocks, keys: keys ?? [] }, of('quarantine'));
}

function scanTasks({ version, begin }: SourceWork, blockBytes: number): ScanTask[] {
  return blockRanges(begin.headerBytes, version.sizeBytes, blockBytes).map((range, i, all) => ({
    kind: 'scan',
    range,
    isFirst: i === 0,
    isLast: i === all.length - 1,
  }));
}

/** Also for a file that is nothing but a header: its columns are looked at. */
function blockRanges(from: number, to: number, blockBytes: number): { from: number; to: number }[] {
  const ranges = [];
  for (let at = from; at < to; at += blockBytes) ranges.push({ from: at, to: Math.min(to, at + blockBytes) });
  return ranges.length === 0 ? [{ from, to }] : ranges;
}

/** Spans and lines of the source file. A record that is too long to be read is cut where that is certain. */
function wholeRecords(
  { version, begin }: SourceWork,
  blockBytes: number,
  scans: readonly ScanResult[],
): { readonly records: number; readonly spans: readonly RecordSpan[] } {
  const sizes = blockRanges(begin.headerBytes, version.sizeBytes, blockBytes).map(
    ({ from, to }) => to - from,
  );
  const joined = joinBlocks(
    scans.map(({ scan }) => scan),
    sizes,
  );
  // No record that can be read is longer; what follows a longer one is not read either.
  const most = blockBytes + 2 * MAX_RECORD_BYTES;
  const spans = joined.spans.map(({ from, to, linesBefore }) => ({
    from: begin.headerBytes + from,
    to: begin.headerBytes + Math.min(to, from + most),
    linesBefore,
  }));
  const none = { from: begin.headerBytes, to: begin.headerBytes, linesBefore: 0 };
  return { records: joined.records, spans: spans.length === 0 ? [none] : spans };
}

function mayTrail({ begin: { first, labels } }: SourceWork): boolean {
  return first !== undefined && first.length !== labels.length;
}

function trailingOf({ begin }: SourceWork, results: readonly WidthsResult[]): TrailingDelimiter | undefined {
  const seen = results.flatMap(({ widths }) => (widths === 'unreadable' ? [] : [widths]));
  return trailingBy(begin.labels, {
    exact: seen.some(({ exact }) => exact),
    oneMore: seen.some(({ oneMore }) => oneMore),
    oneLess: seen.some(({ oneLess }) => oneLess),
  });
}

function convertTasks(
  dataset: Dataset,
  spans: readonly RecordSpan[],
  trailing: TrailingDelimiter | undefined,
): ConvertTask[] {
  const comparesKeys = rowKeys(dataset).length > 0 || dataset.mode === 'upsert';
  const keyShards =
    comparesKeys && spans.length > 1 ? Math.min(MAX_KEY_SHARDS, Math.ceil(spans.length / BLOCKS_A_SHARD)) : 0;
  return spans.map((span, block) => ({
    kind: 'convert',
    block,
    span,
    keyShards,
    ...(trailing === undefined ? {} : { trailing }),
  }));
}

/** A task for each shard of a key that several blocks have. */
function keysTasks(blocks: readonly ConvertedBlock[]): KeysTask[] {
  const tasks = new Map<string, { key: number; files: { block: number; file: string }[] }>();
  blocks.forEach(({ keys }, block) => {
    for (const { key, shard, file } of keys) {
      const id = `${key} ${shard}`;
      const task = tasks.get(id) ?? { key, files: [] };
      task.files.push({ block, file });
      tasks.set(id, task);
    }
  });
  return [...tasks.values()].map((task) => ({ kind: 'keys', ...task }));
}

/** Blocks whose records lack a field that the path gives and records of other blocks have. */
function lackingTasks(
  tasks: readonly ConvertTask[],
  results: readonly ConvertResult[],
  pathFields: readonly string[],
): ConvertTask[] {
  const seen = results.map((result) => (isConverted(result) ? Object.keys(result.labels?.taken ?? {}) : []));
  const given = pathFields.filter((name) => seen.some((names) => names.includes(name)));
  const lacks = (block: number) => given.some((name) => !seen[block]?.includes(name));
  return tasks.flatMap((task, block) => (lacks(block) ? [{ ...task, seenElsewhere: given }] : []));
}

function withSecondTasks(tasks: readonly ConvertTask[], second: readonly ConvertTask[]): ConvertTask[] {
  return tasks.map((task) => second.find(({ block }) => block === task.block) ?? task);
}

/** Blocks that are converted again, knowing what blocks before them hold, or where their quotes broke. */
function changedTasks(
  tasks: readonly ConvertTask[],
  results: readonly ConvertResult[],
  keyed: readonly KeysTask[],
  found: readonly KeysResult[],
): ConvertTask[] {
  const held = new Map<number, Map<number, string[]>>();
  for (const [i, { held: files }] of found.entries())
    for (const { block, file } of files) {
      const byKey = held.get(block) ?? new Map<number, string[]>();
      const key = keyed[i]?.key ?? 0;
      byKey.set(key, [...(byKey.get(key) ?? []), file]);
      held.set(block, byKey);
    }
  let brokenLine: number | undefined;
  return tasks.flatMap((task, block) => {
    const quotes = results[block]?.quotes ?? {};
    const isReached = brokenLine !== undefined && quotes.hasStray === true;
    const again = {
      ...task,
      ...(isReached && brokenLine !== undefined ? { brokenLine } : {}),
      ...(held.has(block)
        ? { held: [...(held.get(block) ?? [])].map(([key, files]) => ({ key, files })) }
        : {}),
    };
    brokenLine ??= quotes.brokenLine;
    return isReached || held.has(block) ? [again] : [];
  });
}

function withSecond(
  first: readonly ConvertResult[],
  again: readonly ConvertTask[],
  second: readonly ConvertResult[],
): ConvertResult[] {
  const blocks = [...first];
  again.forEach(({ block }, i) => {
    const result = second[i];
    if (result) blocks[block] = result;
  });
  return blocks;
}
