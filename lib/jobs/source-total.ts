// What the blocks of a source file's job give together: counts, files, remarks, and whether the whole file is refused. Pure.
import { createHash } from 'node:crypto';
import type { Dataset } from '../core/contract.ts';
import type { SkippedCount } from '../core/skip-rules.ts';
import { CorruptionError } from '../errors.ts';
import { columnRemarks, unnamedViolation } from '../ingest/column-remarks.ts';
import { MAX_EXAMPLES } from '../ingest/convert.ts';
import { labelsOfParts } from '../ingest/json/json-source.ts';
import { reported } from '../ingest/labels.ts';
import type { ColumnRemarks } from '../ingest/odd-columns.ts';
import { rejectionViolation } from '../ingest/rejection-limits.ts';
import type { SourceManifest, SourceWork } from '../lake/jobs.ts';
import { pathValues } from '../lake/path-values.ts';
import type {
  ConvertedBlock,
  ConvertResult,
  KeysResult,
  QuarantineResult,
  ScanResult,
  SourceTask,
} from './source-tasks.ts';
import type { Stage } from './stage.ts';

export function isConverted(result: ConvertResult): result is ConvertedBlock {
  return result.outcome === 'accepted';
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
export function summedUp(
  { dataset, work, records, scans, blocks, keys }: Sum,
  merged: readonly QuarantineResult[] | undefined,
): Stage<SourceTask> | { readonly manifest: SourceManifest } {
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
  const remarks = remarksOf(converted);
  const skippedRows = sum(skipped, (count) => count.rows);
  const violation =
    rejectionViolation(dataset, rows - skippedRows, quarantinedRows, examples[0]) ??
    unnamedViolation(dataset, remarks);
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
      columnRemarks: remarks,
      text: textOf(work, scans),
    },
  };
}

export const NOTHING: SourceManifest = {
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
  const first = blocks[0]?.columnRemarks ?? {};
  const values = new Map<number, number>();
  for (const { column, values: more } of blocks.flatMap((block) => block.columnRemarks.unnamedColumns ?? []))
    values.set(column - 1, (values.get(column - 1) ?? 0) + more);
  const unnamed = [...values.keys()].sort((a, b) => a - b);
  const counts = unnamed.map((index) => values.get(index) ?? 0);
  return { ...first, ...columnRemarks({ ignored: [], unnamed }, counts) };
}

/** One block's keys are its own; the keys of several were counted together. */
function superseded(
  blocks: readonly ConvertedBlock[],
  acceptedRows: number,
  keys: readonly KeysResult[],
): number {
  const [only] = blocks;
  if (blocks.length === 1 && only) return only.superseded;
  return acceptedRows - sum(keys, (shard) => shard.keys ?? 0);
}

/** The fields that the file's path gives. */
export function pathFields(dataset: Dataset, { version }: SourceWork): string[] {
  return [...pathValues(dataset, version.key).values.keys()];
}

/** Undefined for CSV, where each block has the header. */
export function labelsOf(
  dataset: Dataset,
  { version: { key } }: SourceWork,
  blocks: readonly ConvertedBlock[],
) {
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

/** A data file without rows stays only if all are: it says that the source has none. */
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
