// Decides the stages of a source file's job: its blocks are scanned, joined into spans of whole records, converted, compared by
// their keys and by what only the whole file tells, and summed up. Pure.
import { createHash } from 'node:crypto';
import { joinBlocks, type RecordSpan } from '../core/block-scan.ts';
import { type Dataset, rowKeys } from '../core/contract.ts';
import type { SkippedCount } from '../core/skip-rules.ts';
import { CorruptionError } from '../errors.ts';
import { unnamedViolation } from '../ingest/column-remarks.ts';
import { trailingBy } from '../ingest/csv/record-width.ts';
import { labelsOfParts } from '../ingest/json/json-source.ts';
import { reported } from '../ingest/labels.ts';
import type { ColumnRemarks, TrailingDelimiter } from '../ingest/odd-columns.ts';
import { rejectionViolation } from '../ingest/rejection-limits.ts';
import type { SourceManifest, SourceWork } from '../lake/jobs.ts';
import { pathValues } from '../lake/path-values.ts';
import type {
  ConvertedBlock,
  ConvertResult,
  ConvertTask,
  KeysResult,
  KeysTask,
  QuarantineResult,
  ScanResult,
  ScanTask,
  SourceResult,
  SourceTask,
  WidthsResult,
} from './source-tasks.ts';
import type { Done, Stage } from './stage.ts';

/** No record that can be read is longer; what follows it then is not either. */
const MAX_RECORD_BYTES = 16 * 1024 * 1024;
const MAX_EXAMPLES = 20;
const MAX_KEY_SHARDS = 256;

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
  const first = of<ConvertResult>('convert');
  if (first === undefined) return { name: 'convert', tasks: convertTasks(dataset, spans, trailing) };
  const keyed = first.every(isConverted) ? keysTasks(first) : [];
  const keys = of<KeysResult>('keys');
  if (keys === undefined && keyed.length > 0) return { name: 'keys', tasks: keyed };
  const tasks = done.find(({ name }) => name === 'convert')?.tasks as readonly ConvertTask[];
  const labels = first.every(isConverted) ? labelsOf(dataset, work, first) : undefined;
  if (labels?.violation) return { manifest: { ...NOTHING, violation: labels.violation } };
  const again = changedTasks(tasks, first, keyed, keys ?? [], pathFields(dataset, work));
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
  const keyShards = comparesKeys && spans.length > 1 ? Math.min(MAX_KEY_SHARDS, spans.length) : 0;
  return spans.map((span, block) => ({
    kind: 'convert',
    block,
    span,
    keyShards,
    ...(trailing === undefined ? {} : { trailing }),
  }));
}

function isConverted(result: ConvertResult): result is ConvertedBlock {
  return result.outcome === 'accepted';
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

/** Blocks that are converted again, knowing what blocks before them hold, or where their quotes broke. */
function changedTasks(
  tasks: readonly ConvertTask[],
  results: readonly ConvertResult[],
  keyed: readonly KeysTask[],
  found: readonly KeysResult[],
  pathFields: readonly string[],
): ConvertTask[] {
  const held = new Map<number, Map<number, string[]>>();
  for (const [i, { held: files }] of found.entries())
    for (const { block, file } of files) {
      const byKey = held.get(block) ?? new Map<number, string[]>();
      const key = keyed[i]?.key ?? 0;
      byKey.set(key, [...(byKey.get(key) ?? []), file]);
      held.set(block, byKey);
    }
  const seen = (result: ConvertResult | undefined) =>
    result && isConverted(result) ? Object.keys(result.labels?.taken ?? {}) : [];
  const given = pathFields.filter((name) => results.some((result) => seen(result).includes(name)));
  let brokenLine: number | undefined;
  return tasks.flatMap((task, block) => {
    const quotes = results[block]?.quotes ?? {};
    const lacks = given.some((name) => !seen(results[block]).includes(name));
    const isReached = brokenLine !== undefined && quotes.hasStray === true;
    const again = {
      ...task,
      ...(isReached && brokenLine !== undefined ? { brokenLine } : {}),
      ...(held.has(block)
        ? { held: [...(held.get(block) ?? [])].map(([key, files]) => ({ key, files })) }
        : {}),
      ...(lacks ? { seenElsewhere: given } : {}),
    };
    brokenLine ??= quotes.brokenLine;
    return isReached || held.has(block) || lacks ? [again] : [];
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

type Sum = {
  readonly dataset: Dataset;
  readonly work: SourceWork;
  /** That the scan counted. */
  readonly records: number;
  readonly scans: readonly ScanResult[];
  readonly blocks: readonly ConvertResult[];
  readonly keys: readonly KeysResult[];
};

/** Throws CorruptionError if a record is lost or counted twice. */
function summedUp(
  { dataset, work, records, scans, blocks, keys }: Sum,
  merged: readonly QuarantineResult[] | undefined,
): SourceStage | { readonly manifest: SourceManifest } {
  const refused = blocks.find((block) => !isConverted(block));
  if (refused?.outcome === 'rejected') return { manifest: { ...NOTHING, violation: refused.violation } };
  const converted = blocks.filter(isConverted);
  const rows = sum(converted, (block) => block.rows);
  // Of JSON the blocks' own counts stand: their bytes are all bytes of the file.
  if (rows !== records && dataset.format === 'csv')
    throw new CorruptionError(
      `${work.version.key}: ${records} records, but ${rows} in its blocks. Nothing was committed; please report this file's shape.`,
    );
  const acceptedRows = sum(converted, (block) => block.acceptedRows);
  const skipped = skippedBy(converted);
  const quarantines = converted.flatMap(({ quarantine }) => (quarantine ? [quarantine] : []));
  const quarantinedRows = sum(quarantines, (quarantine) => quarantine.rows);
  if (quarantines.length > 0 && merged === undefined)
    return {
      name: 'quarantine',
      tasks: [{ kind: 'quarantine', files: quarantines.map(({ file }) => file) }],
    };
  const [whole] = merged ?? [];
  if (whole !== undefined && whole.rows !== quarantinedRows)
    throw new CorruptionError(
      `${work.version.key}: ${quarantinedRows} quarantined rows, but ${whole.rows} in their file. Nothing was committed.`,
    );
  const examples = quarantines.flatMap((quarantine) => quarantine.examples).slice(0, MAX_EXAMPLES);
  const columnRemarks = remarksOf(converted);
  const skippedRows = sum(skipped, (count) => count.rows);
  const violation =
    rejectionViolation(dataset, rows - skippedRows, quarantinedRows, examples[0]) ??
    unnamedViolation(dataset, columnRemarks);
  const header = quarantines[0]?.header;
  return {
    manifest: {
      ...(violation === undefined ? {} : { violation }),
      rows,
      acceptedRows,
      superseded: dataset.mode === 'upsert' ? superseded(converted, acceptedRows, keys) : 0,
      skipped,
      files: violation === undefined ? filesOf(dataset, converted) : [],
      ...(whole === undefined
        ? {}
        : {
            quarantine: {
              ...whole,
              counts: countsOf(quarantines),
              examples,
              ...(header === undefined ? {} : { header }),
            },
          }),
      ...columnsOf(dataset, work, converted),
      columnRemarks,
      text: textOf(work, scans),
    },
  };
}

const NOTHING: SourceManifest = {
  ...{ rows: 0, acceptedRows: 0, superseded: 0, skipped: [], files: [] },
  ...{ ignoredColumns: [], columnRemarks: {}, missingColumns: [] },
};

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

function skippedBy(blocks: readonly ConvertedBlock[]): SkippedCount[] {
  const counts = new Map<string, number>();
  for (const { rule, rows } of blocks.flatMap(({ skipped }) => skipped))
    counts.set(rule, (counts.get(rule) ?? 0) + rows);
  return [...counts].map(([rule, rows]) => ({ rule, rows }));
}

function countsOf(quarantines: readonly { readonly counts: readonly Count[] }[]): Count[] {
  const counts = new Map<string, Count>();
  for (const count of quarantines.flatMap((one) => one.counts)) {
    const id = `${count.field}\n${count.rule}`;
    counts.set(id, { ...count, rows: count.rows + (counts.get(id)?.rows ?? 0) });
  }
  return [...counts.values()];
}

type Count = { readonly field: string; readonly rule: string; readonly rows: number };

/** Its columns are the same in all blocks; values without a name are counted together. */
function remarksOf(blocks: readonly ConvertedBlock[]): ColumnRemarks {
  const [first] = blocks;
  const unnamed = first?.columnRemarks.unnamedColumns;
  if (first === undefined || unnamed === undefined) return first?.columnRemarks ?? {};
  const values = new Map<number, number>();
  for (const { column, values: more } of blocks.flatMap(
    ({ columnRemarks }) => columnRemarks.unnamedColumns ?? [],
  ))
    values.set(column, (values.get(column) ?? 0) + more);
  const columns = [...values].sort(([a], [b]) => a - b).map(([column, count]) => ({ column, values: count }));
  const filled = columns.filter(({ values: count }) => count > 0);
  const empty = columns.filter(({ values: count }) => count === 0);
  return { ...first.columnRemarks, unnamedColumns: [...filled, ...empty] };
}

/** One block's keys are its own; the keys of several were counted together. */
function superseded(
  blocks: readonly ConvertedBlock[],
  acceptedRows: number,
  keys: readonly KeysResult[],
): number {
  const [only] = blocks;
  if (blocks.length === 1 && only) return only.superseded;
  return acceptedRows - sum(keys, (shard) => shard.keys);
}

/** The fields that the file's path gives. */
function pathFields(dataset: Dataset, { version }: SourceWork): string[] {
  return [...pathValues(dataset, version.key).values.keys()];
}

/** Undefined for CSV, where each block has the header. */
function labelsOf(dataset: Dataset, { version: { key } }: SourceWork, blocks: readonly ConvertedBlock[]) {
  if (dataset.format === 'csv') return undefined;
  const parts = blocks.flatMap(({ labels }) => (labels ? [labels] : []));
  return labelsOfParts({ dataset, key, fromPath: pathValues(dataset, key).values }, parts);
}

function columnsOf(
  dataset: Dataset,
  work: SourceWork,
  blocks: readonly ConvertedBlock[],
): Pick<SourceManifest, 'ignoredColumns' | 'missingColumns'> {
  const labels = labelsOf(dataset, work, blocks);
  if (labels) return { ignoredColumns: reported(labels.ignored), missingColumns: reported(labels.missing) };
  const { ignoredColumns = [], missingColumns = [] } = blocks[0] ?? {};
  return { ignoredColumns, missingColumns };
}

/** A data file without rows says something only where no other has any. */
function filesOf(dataset: Dataset, blocks: readonly ConvertedBlock[]): SourceManifest['files'] {
  let firstRow = 0;
  const files = blocks.flatMap((block) => {
    const own = block.files.map((file) => ({ ...file, firstRow }));
    firstRow += block.rows;
    return own;
  });
  const filled = files.filter(({ stats }) => JSON.parse(stats).numRecords > 0);
  return filled.length > 0 || dataset.mode === 'append' ? filled : files.slice(0, 1);
}

/** Equal for equal bytes that were cut alike. */
function textOf({ version }: SourceWork, scans: readonly ScanResult[]): string {
  const hash = createHash('sha256').update(`${version.sizeBytes}`);
  for (const { text } of scans) hash.update(text);
  return hash.digest('hex').slice(0, 32);
}
