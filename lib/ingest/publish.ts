// Uploads a conversion's result: data files with their tags, the quarantine file and the report. No commit names them yet.
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { contentHash } from '../content-hash.ts';
import type { Dataset } from '../core/contract.ts';
import { type SkippedCount, skippedTotal } from '../core/skip-rules.ts';
import { quoted, type Violation } from '../core/violation.ts';
import type { Add } from '../delta/actions.ts';
import { type Former, remarkTags, unmatchedLabels } from '../lake/delivery.ts';
import type { Effects } from '../lake/effects.ts';
import { quarantineKey } from '../lake/layout.ts';
import { filesOfMarker, isMarker } from '../lake/markers.ts';
import { publishDataFile } from '../lake/publish-data-file.ts';
import { type Origin, originTags, type Role, roleTags } from '../lake/tags.ts';
import type { ObjectVersion } from '../ports.ts';
import type { DataFile } from './accepted-rows.ts';
import { filledColumns } from './column-remarks.ts';
import type { Converted, Refused } from './convert.ts';
import type { LiveFiles } from './duplicates.ts';
import { writeEmptyFile } from './empty-file.ts';
import { shrunkFrom } from './former-delivery.ts';
import type { ColumnRemarks } from './odd-columns.ts';
import { type Facts, type Findings, factsDigest, type Report, sourceVersion, writeReport } from './report.ts';
import { fileViolation } from './row-source.ts';
import type { Staged } from './staged.ts';
import { Stopwatch } from './stopwatch.ts';

/** Where a source file's rows go. */
export type Target = {
  readonly effects: Effects;
  readonly dataset: Dataset;
  /** The table's prefix, and its live files. */
  readonly table: string;
  readonly live: LiveFiles;
};

export async function publish(
  target: Target,
  version: ObjectVersion,
  converted: Converted | Refused,
  stopwatch: Stopwatch,
): Promise<Staged> {
  const { effects, dataset } = target;
  const key = quarantineKey(dataset.name, sourceVersion(dataset, version));
  const { quarantine } = converted;
  const facts: Facts = {
    source: version.key,
    dataset: dataset.name,
    etag: version.etag,
    lastModified: new Date(version.lastModifiedMs).toISOString(),
    sizeBytes: version.sizeBytes,
    contract: dataset.hash,
    ...(isMarker(dataset, version.key) ? { readAs: 'marker' as const } : {}),
    ...(await findings(dataset, converted, key)),
  };
  const role = roleOfNew(dataset, version, converted);
  const former = role === undefined ? formerOf(target, version, converted) : undefined;
  const digest = factsDigest(facts);
  const adds = await stopwatch.time('upload', async () => {
    if (quarantine) await effects.lake.upload(quarantine.path, key);
    if (role !== undefined) return [await uploadEmptyFile(target, originOf(target, facts, digest), role)];
    if (converted.outcome === 'rejected') return [];
    const remarks = remarkTags({ former, unmatched: facts.unmatched });
    return uploadDataFiles(target, converted.dataFiles, {
      ...originTags(originOf(target, facts, digest)),
      ...remarks,
    });
  });
  const report: Report = {
    ...facts,
    facts: digest,
    ...(former === undefined ? {} : { former }),
    ms: stopwatch.elapsedMs,
    timings: stopwatch.timings,
  };
  await writeReport(effects.lake, dataset, version, report);
  return { version, replaces: converted.outcome === 'accepted', adds, report };
}

function formerOf(
  { dataset, live }: Target,
  version: ObjectVersion,
  converted: Converted | Refused,
): Former | undefined {
  if (converted.outcome === 'rejected') return undefined;
  return shrunkFrom(dataset, live, version, converted.acceptedRows, converted.text);
}

async function findings(
  dataset: Dataset,
  converted: Converted | Refused,
  quarantineKey: string,
): Promise<Findings> {
  const { quarantine } = converted;
  const stored = quarantine && {
    quarantine: quarantineKey,
    quarantineContent: await contentHash(quarantine.path),
  };
  return {
    outcome: converted.outcome,
    ...(converted.outcome === 'rejected' ? { reason: converted.violation } : {}),
    rows: converted.rows ?? 0,
    accepted: converted.outcome === 'accepted' ? converted.acceptedRows : 0,
    ...(converted.outcome === 'accepted' && converted.superseded > 0
      ? { superseded: converted.superseded }
      : {}),
    quarantined: quarantine?.rows ?? 0,
    ...skippedFindings(converted.skipped ?? []),
    violations: quarantine?.counts ?? [],
    examples: quarantine?.examples ?? [],
    ...columnFindings(dataset, converted),
    ...(converted.text === undefined ? {} : { text: converted.text }),
    ...(converted.members === undefined ? {} : { members: converted.members }),
    ...stored,
    ...(quarantine?.header === undefined ? {} : { header: quarantine.header }),
  };
}

function skippedFindings(skippedBy: readonly SkippedCount[]): Pick<Findings, 'skipped' | 'skippedBy'> {
  const skipped = skippedTotal(skippedBy);
  return skipped === 0 ? {} : { skipped, skippedBy };
}

function columnFindings(
  dataset: Dataset,
  converted: Converted | Refused,
): Pick<Findings, 'ignoredColumns' | 'missingColumns' | 'unmatched' | keyof ColumnRemarks> {
  if (converted.outcome === 'rejected') return { ignoredColumns: [], missingColumns: [] };
  const { ignoredColumns, missingColumns, columnRemarks } = converted;
  // A column that lost its name is as good as one with another name.
  const brought = [...ignoredColumns, ...filledColumns(columnRemarks).map(() => '')];
  const unmatched = unmatchedLabels(dataset, missingColumns, brought);
  return {
    ignoredColumns,
    ...columnRemarks,
    missingColumns,
    ...(unmatched === undefined ? {} : { unmatched }),
  };
}

function originOf({ dataset }: Target, facts: Facts, report: string): Origin {
  const { source, etag, lastModified, accepted, quarantined, skipped = 0, text } = facts;
  return {
    source,
    etag,
    lastModifiedMs: Date.parse(lastModified),
    contract: dataset.hash,
    acceptedRows: accepted,
    quarantinedRows: quarantined,
    skippedRows: skipped,
    report,
    ...(text === undefined ? {} : { text }),
  };
}

async function uploadDataFiles(
  { effects, dataset, table }: Target,
  files: readonly DataFile[],
  tags: Readonly<Record<string, string>>,
): Promise<Add[]> {
  const columns = dataset.partitionBy.map(({ name }) => name);
  const adds: Add[] = [];
  for (const { path, partition: partitionValues, stats } of files)
    adds.push(await publishDataFile(effects, table, columns, { path, partitionValues, stats, tags }));
  return adds;
}

/** A marker of deliveries: nothing of it is read. */
export function publishMarker(target: Target, version: ObjectVersion): Promise<Staged> {
  const isClear = filesOfMarker(target.dataset, version.key) !== undefined;
  const read = isClear
    ? { ...NO_ROWS, outcome: 'accepted' as const }
    : { outcome: 'rejected' as const, violation: unclearMarker(target.dataset, version.key) };
  return publish(target, version, read, new Stopwatch(target.effects.clock));
}

const NO_ROWS = {
  rows: 0,
  acceptedRows: 0,
  superseded: 0,
  skipped: [],
  columnRemarks: {},
  dataFiles: [],
  quarantine: undefined,
  ignoredColumns: [],
  missingColumns: [],
  text: undefined,
};

function unclearMarker({ delivery }: Dataset, key: string): Violation {
  const message = `its name can be read in two ways by ${quoted(delivery?.complete ?? '')}, so that it does not say which delivery is complete. Rename the file, or let the contract say where each capture ends`;
  return fileViolation('partition-value', message, key);
}

/** What a version without rows is in the log, where deliveries need it there. */
function roleOfNew(
  dataset: Dataset,
  { key }: ObjectVersion,
  { outcome }: Converted | Refused,
): Role | undefined {
  if (isMarker(dataset, key)) return outcome === 'accepted' ? 'marker' : undefined;
  return outcome === 'rejected' && dataset.delivery !== undefined ? 'refused' : undefined;
}

async function uploadEmptyFile(target: Target, origin: Origin, role: Role): Promise<Add> {
  const { effects, dataset } = target;
  const folder = await mkdtemp(join(effects.scratch, 'empty-'));
  try {
    const file = await effects.sql.session((session) => writeEmptyFile(session, dataset, folder), 'light');
    // Its text has no rows that could come twice.
    const { text: _, ...plain } = origin;
    const [add] = await uploadDataFiles(target, [file], { ...originTags(plain), ...roleTags(role) });
    return add as Add;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
