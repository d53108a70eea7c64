// Checks a file against a dataset's contract before it is sent: the same conversion as ingest, without a lake.
import { rm, stat } from 'node:fs/promises';
import { basename, join, resolve, sep } from 'node:path';
import { openDuckDb } from '../adapters/duckdb.ts';
import { fileError } from '../adapters/file-error.ts';
import type { Dataset } from '../core/contract.ts';
import { globMatcher } from '../core/glob.ts';
import { type SkippedCount, skippedTotal } from '../core/skip-rules.ts';
import type { PlacedViolation } from '../core/violation-text.ts';
import { CliError, UsageError } from '../errors.ts';
import type { Converted, Refused } from '../ingest/convert.ts';
import type { ColumnRemarks } from '../ingest/odd-columns.ts';
import type { ViolationCount } from '../ingest/quarantine.ts';
import { convertWithin } from '../ingest/room.ts';
import { sourceLimit } from '../ingest/size-limit.ts';
import { requireDataset } from '../inspect/find-table.ts';
import { isMarker } from '../lake/markers.ts';
import { globbedFields, pathValues } from '../lake/path-values.ts';
import { definitionsOf } from './read-definitions.ts';
import { scratchElsewhere } from './scratch.ts';
import { sizeSettings } from './size-settings.ts';

export type ValidateOptions = {
  readonly dataset: string;
  readonly schemas: string;
  /** The landing key that the file will have. */
  readonly as?: string;
  /** The most violations to list; all are counted. */
  readonly limit: number;
  readonly memoryLimitMb?: number;
};

export type Validation = {
  readonly file: string;
  readonly dataset: string;
  /** rows = accepted + rejected + skipped. If the file is rejected, no row is accepted, and the others count as rejected. */
  readonly rows: number;
  readonly accepted: number;
  /** Of them, if any, those that another row of the file with the same key keeps from being current. */
  readonly superseded?: number;
  readonly rejected: number;
  /** Records that the contract skips, also by rule. */
  readonly skipped: number;
  readonly skippedBy: readonly SkippedCount[];
  /** Why the file would be rejected. */
  readonly reason?: PlacedViolation;
  readonly counts: readonly ViolationCount[];
  /** The first violations, in the file's order. */
  readonly violations: readonly PlacedViolation[];
  readonly ignoredColumns: readonly string[];
  readonly columnRemarks: ColumnRemarks;
  /** Optional columns that the file lacks. */
  readonly missingColumns: readonly string[];
};

/** Throws UsageError if the dataset is unknown or a path value is missing, CliError if the file cannot be read. */
export async function validateFile(file: string, options: ValidateOptions): Promise<Validation> {
  await requireFile(file);
  const scratch = await scratchElsewhere();
  const { memoryLimitMb } = options;
  const memory = memoryLimitMb === undefined ? {} : { memoryLimitMb };
  try {
    const reach = { folders: [scratch], files: [resolve(file)] };
    const sql = openDuckDb({ ...memory, tempDirectory: join(scratch, 'spill'), reach });
    try {
      const dataset = requireDataset(await definitionsOf(options.schemas, sql), options.dataset);
      const source = { dataset, key: landingKey(dataset, file, options.as), path: resolve(file), scratch };
      const limit = await sourceLimit({ scratch, ...sizeSettings() });
      const space = { room: 'alone' as const, limit, bytes: 0 };
      const converted = await convertWithin(sql, space, source, { maxExamples: options.limit }).catch(
        (error: unknown) => {
          throw fileError(error, 'read', file);
        },
      );
      return { file, dataset: dataset.name, ...findings(withHint(converted, source, options.as)) };
    } finally {
      sql.close();
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** If the file is outside landing, --as can provide the values missing in its path. */
function withHint(
  converted: Converted | Refused,
  { dataset, key, path }: { readonly dataset: Dataset; readonly key: string; readonly path: string },
  as: string | undefined,
): Converted | Refused {
  if (converted.outcome === 'accepted' || converted.violation.rule !== 'partition-value') return converted;
  if (as !== undefined || globMatcher(dataset.path)(key)) return converted;
  const { violation } = converted;
  const message = `${violation.message}. Or pass the key under which it will be sent: --as ${exampleKey(dataset, basename(path))}`;
  return { ...converted, violation: { ...violation, message } };
}

function findings(converted: Converted | Refused): Omit<Validation, 'file' | 'dataset'> {
  const { quarantine } = converted;
  const { skipped: skippedBy = [] } = converted;
  const skipped = skippedTotal(skippedBy);
  const found = {
    counts: quarantine?.counts ?? [],
    violations: quarantine?.examples ?? [],
    skipped,
    skippedBy,
  };
  if (converted.outcome === 'accepted') {
    const { rows, acceptedRows, superseded, ignoredColumns, columnRemarks, missingColumns } = converted;
    const columns = { ignoredColumns, columnRemarks, missingColumns };
    const counts = { rows, accepted: acceptedRows, ...(superseded === 0 ? {} : { superseded }) };
    return { ...found, ...counts, rejected: rows - acceptedRows - skipped, ...columns };
  }
  const rows = converted.rows ?? 0;
  const reason = { line: null, ...converted.violation };
  return {
    ...found,
    rows,
    accepted: 0,
    rejected: rows - skipped,
    reason,
    ignoredColumns: [],
    columnRemarks: {},
    missingColumns: [],
  };
}

async function requireFile(file: string): Promise<void> {
  if (file === '-')
    throw new UsageError(
      'sluice validate reads a file, not standard input, because it reads it twice and its path may name values: write it to a file first',
    );
  const stats = await stat(file).catch((error: NodeJS.ErrnoException) => {
    const problem = error.code === 'ENOENT' ? 'there is no such file' : error.message;
    throw new CliError(`${file} cannot be read: ${problem}`, 1, { cause: error });
  });
  if (!stats.isFile()) throw new UsageError(`${file} is not a file: validate reads one file at a time`);
}

/**
 * The key that the file has, or would have, in landing: as given, otherwise the longest end of its path that the dataset
 * matches, otherwise the whole path, if its folders name the values that the dataset takes from there.
 */
function landingKey(dataset: Dataset, file: string, as: string | undefined): string {
  const matches = globMatcher(dataset.path);
  const segments = resolve(file)
    .split(sep)
    .filter((segment) => segment !== '');
  const ends = segments.map((_, i) => segments.slice(i).join('/'));
  if ((as === undefined ? ends : [as]).some((key) => isMarker(dataset, key)))
    throw new UsageError(
      `${as ?? file} says that a delivery of ${dataset.name} is complete (delivery.complete is ${dataset.delivery?.complete}): nothing in it is read, so there is nothing to check`,
    );
  if (as !== undefined) {
    if (matches(as)) return as;
    throw new UsageError(`--as ${as} is not a key of ${dataset.name}, whose path is ${dataset.path}`);
  }
  const key = ends.find(matches);
  if (key !== undefined) return key;
  const whole = segments.join('/');
  const { values, problem } = pathValues(dataset, whole);
  const open = globbedFields(dataset).filter((name) => !values.has(name));
  // The conversion refuses invalid folder values.
  if (open.length === 0 || problem) return whole;
  throw new UsageError(
    `${dataset.name} takes ${open.join(', ')} from the path of a file (${dataset.path}), but no folder of ${file} names ${open.length === 1 ? 'it' : 'them'}. ` +
      `Pass the key under which it will be sent: --as ${exampleKey(dataset, segments.at(-1) ?? file)}`,
  );
}

function exampleKey(dataset: Dataset, name: string): string {
  const folders = dataset.path
    .split('/')
    .slice(0, -1)
    .filter((folder) => folder !== '**');
  return [...folders.map((folder) => folder.replace(/\*+/g, '…')), name].join('/');
}
