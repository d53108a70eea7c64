// Converts one source file to Parquet: accepted rows by partition, rejected rows for quarantine, and a check that none is lost.
// Knows no tables, commits or reports. Guarantees law 3 (conservation) and law 8 (bounded memory).
import { join } from 'node:path';
import { anySkips, type SkippedCount, skipConditions, skippedTotal } from '../core/skip-rules.ts';
import { pathTexts, validation } from '../core/validation-sql.ts';
import type { Violation } from '../core/violation.ts';
import { CorruptionError } from '../errors.ts';
import { pathValues } from '../lake/path-values.ts';
import { OutOfMemoryError, SqlError, type SqlSession } from '../ports.ts';
import { identifier, readParquet } from '../sql/quoting.ts';
import {
  copyAccepted,
  countSuperseded,
  type DataFile,
  hasRepeatedKey,
  keepFirstOfEachKey,
  splitByPartition,
} from './accepted-rows.ts';
import { unnamedViolation } from './column-remarks.ts';
import { flaggedKeys, refusedRows } from './find-violations.ts';
import { reported } from './labels.ts';
import { type MemberCount, memberCounts } from './member-counts.ts';
import type { ColumnRemarks } from './odd-columns.ts';
import { openSource } from './open-source.ts';
import { type PartKeys, writePartKeys } from './part-keys.ts';
import { type QuarantineFile, writeQuarantine } from './quarantine.ts';
import { rejectionViolation } from './rejection-limits.ts';
import { fileViolation, type RowSource, type SourceFile } from './row-source.ts';
import { unpackedViolation } from './size-limit.ts';
import { countSkipped, type SkippedRows } from './skipped-rows.ts';
import { BrokenArchiveError, TooLargeError } from './source-bytes.ts';
import { type TimeStage, untimed } from './stopwatch.ts';

/** In a report. */
export const MAX_EXAMPLES = 20;

export type Converted = {
  readonly outcome: 'accepted';
  readonly rows: number;
  readonly acceptedRows: number;
  /** Of them, those that another row of the file with the same key hides: see countSuperseded. */
  readonly superseded: number;
  /** Records that the contract skips, by rule. rows = acceptedRows + quarantine.rows + these. */
  readonly skipped: readonly SkippedCount[];
  readonly dataFiles: readonly DataFile[];
  readonly quarantine: QuarantineFile | undefined;
  readonly ignoredColumns: readonly string[];
  readonly columnRemarks: ColumnRemarks;
  /** Optional columns that the file lacks. */
  readonly missingColumns: readonly string[];
  /** Hash of the source's text; see RecordCount. */
  readonly text: string | undefined;
  /** Of an archive. */
  readonly members?: readonly MemberCount[];
  /** Of a part. */
  readonly keys?: readonly PartKeys[];
};
/** The whole file is refused. If its records were read: their number, and the refused ones. */
export type Refused = {
  readonly outcome: 'rejected';
  readonly violation: Violation;
  readonly rows?: number;
  readonly skipped?: readonly SkippedCount[];
  readonly quarantine?: QuarantineFile;
  /** As of an accepted file, if its records were read. */
  readonly text?: string | undefined;
  readonly members?: readonly MemberCount[];
};

export type ConvertOptions = {
  readonly time?: TimeStage;
  /** Violations that are kept in memory, as examples. */
  readonly maxExamples?: number;
};

/** `key`: in landing. Its folders may give values. */
export type ConvertibleSource = Omit<SourceFile, 'fromPath'> & { readonly key: string };

/** Throws like `convert`. */
export async function convertSource(
  session: SqlSession,
  file: ConvertibleSource,
  options: ConvertOptions,
): Promise<Converted | Refused> {
  const { values, problem } = pathValues(file.dataset, file.key);
  if (problem)
    return {
      outcome: 'rejected',
      violation: fileViolation('partition-value', problem.message, problem.text),
    };
  return convert(session, { ...file, fromPath: values }, options);
}

/**
 * Throws CorruptionError if the counts do not add up, OutOfMemoryError, and SqlError if DuckDB fails for a reason other than
 * the data.
 */
export async function convert(
  session: SqlSession,
  file: SourceFile,
  options: ConvertOptions = {},
): Promise<Converted | Refused> {
  try {
    const source = await openSource(file);
    return 'rule' in source
      ? { outcome: 'rejected', violation: source }
      : await convertEitherWay(session, file, source, options);
  } catch (error) {
    if (error instanceof SqlError && error.kind === 'data') {
      return {
        outcome: 'rejected',
        violation: fileViolation('source-error', error.message.split('\n')[0] ?? ''),
      };
    }
    if (error instanceof BrokenArchiveError)
      return { outcome: 'rejected', violation: fileViolation('source-error', error.message) };
    if (error instanceof TooLargeError && file.limit)
      return { outcome: 'rejected', violation: unpackedViolation(error.bytes, file.limit) };
    throw error;
  }
}

/** Files that DuckDB's reader cannot read, or counts wrongly, are read by ours. If that fails too, the first error is thrown. */
async function convertEitherWay(
  session: SqlSession,
  file: SourceFile,
  source: RowSource,
  options: ConvertOptions,
): Promise<Converted | Refused> {
  const { rewritten } = source;
  try {
    return await convertRows(session, file, source, options);
  } catch (error) {
    // DuckDB supports other archives, encodings and lengths than we do: our reader decides, whatever DuckDB reports.
    const isMisread =
      error instanceof CorruptionError || (error instanceof SqlError && !(error instanceof OutOfMemoryError));
    if (rewritten === undefined || !isMisread) throw error;
  }
  const other = await (options.time ?? untimed)('rewrite', rewritten);
  return 'rule' in other
    ? { outcome: 'rejected', violation: other }
    : convertRows(session, file, other, options);
}

async function convertRows(
  session: SqlSession,
  file: SourceFile,
  source: RowSource,
  { time = untimed, maxExamples = MAX_EXAMPLES }: ConvertOptions,
): Promise<Converted | Refused> {
  const rules = validation(file.dataset, source.texts, pathTexts(file.fromPath), source.repeatedHeader);
  const { skipConditions: aboutRecords = [], skipped: without = [] } = source;
  const conditions = [...aboutRecords, ...skipConditions(file.dataset, source.texts, source.missing)];
  const skipping = anySkips(conditions);
  const accepted = join(file.scratch, 'accepted.parquet');
  const stop = new AbortController();
  const counting = time('count', source.countRecords);
  // An archive may hold far more than was read when the file was refused.
  counting.then(
    ({ isPlain }) => isPlain || stop.abort(),
    () => stop.abort(),
  );
  const [copied, counted] = await Promise.allSettled([
    time('convert', () => copyAccepted(session, file, source, rules, accepted, skipping, stop.signal)),
    counting,
  ]);
  if (counted.status === 'rejected') throw counted.reason;
  if (!counted.value.isPlain)
    throw new CorruptionError(`${file.path}: DuckDB may parse this file differently from our reader`);
  if (copied.status === 'rejected') throw copied.reason;
  const valid = copied.value.rows;
  const rows = counted.value.records;
  const { acceptedRows, superseded } = await time('deduplicate', async () => {
    const acceptedRows =
      valid > 0 && (await hasRepeatedKey(session, file, accepted))
        ? await keepFirstOfEachKey(session, file, accepted)
        : valid;
    return { acceptedRows, superseded: await countSuperseded(session, file, accepted, acceptedRows) };
  });
  const isWhole = valid + skippedTotal(without) === rows;
  const found: SkippedRows = isWhole ? { skipped: [] } : await countSkipped(session, source, conditions);
  const { relationRows = rows - skippedTotal(without) } = found;
  if (aboutRecords.length > 0 && relationRows + skippedTotal(without) !== rows)
    throw new CorruptionError(`${file.path}: a record that is no row may be one to skip`);
  const skipped = [...without, ...found.skipped];
  const skippedRows = skippedTotal(skipped);
  const quarantine =
    acceptedRows + skippedRows === rows
      ? undefined
      : await time('quarantine', () =>
          writeQuarantine(
            session,
            file,
            refusedRows(session, file, source, rules, counted.value, skipping),
            maxExamples,
            source.headerText,
          ),
        );
  const refused = quarantine?.rows ?? 0;
  if (acceptedRows + refused + skippedRows !== rows)
    throw new CorruptionError(
      `${file.path}: ${rows} records, but ${acceptedRows} accepted, ${refused} quarantined and ${skippedRows} skipped. Nothing was committed; please report this file's shape.`,
    );
  const columnRemarks = (await source.columnRemarks?.(session)) ?? {};
  // Of a part nothing follows yet for the whole file.
  const violation =
    file.part === undefined
      ? (rejectionViolation(file.dataset, rows - skippedRows, refused, quarantine?.examples[0]) ??
        unnamedViolation(file.dataset, columnRemarks))
      : undefined;
  if (violation)
    return {
      outcome: 'rejected',
      violation,
      rows,
      text: counted.value.text,
      skipped,
      ...memberCounts(source, counted.value),
      ...(quarantine ? { quarantine } : {}),
    };
  const dataFiles = await time('split', () =>
    splitByPartition(session, file, accepted, { ...copied.value, rows: acceptedRows }),
  );
  return {
    outcome: 'accepted',
    rows,
    acceptedRows,
    superseded,
    skipped,
    dataFiles,
    quarantine,
    ignoredColumns: reported(source.ignored),
    columnRemarks,
    missingColumns: reported(source.missing),
    text: counted.value.text,
    ...memberCounts(source, counted.value),
    ...(await keysOfPart(session, file, accepted, quarantine === undefined)),
  };
}

/** `isClean`: all rows are accepted. */
async function keysOfPart(
  session: SqlSession,
  file: SourceFile,
  accepted: string,
  isClean: boolean,
): Promise<Pick<Converted, 'keys'>> {
  const shards = file.part?.keys?.shards;
  if (shards === undefined) return {};
  const ofAccepted = { relation: readParquet(accepted), holds: 'true', column: identifier };
  const rows = isClean || file.dataset.mode === 'upsert' ? ofAccepted : flaggedKeys(file);
  return { keys: await writePartKeys(session, file.dataset, rows, shards, file.scratch) };
}
