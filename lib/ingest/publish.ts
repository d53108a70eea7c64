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
import type { LiveShares } from '../lake/shares.ts';
import { type Origin, originTags, ROWS, type Role, roleTags } from '../lake/tags.ts';
import type { ObjectVersion } from '../ports.ts';
import type { DataFile } from './accepted-rows.ts';
import { filledColumns } from './column-remarks.ts';
import type { Converted, Refused } from './convert.ts';
import { writeEmptyFile } from './empty-file.ts';
import { shrunkFrom } from './former-delivery.ts';
import type { ColumnRemarks } from './odd-columns.ts';
import type { QuarantineFile } from './quarantine.ts';
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
  readonly live: LiveShares;
};

/** What reading a file found, without the local files that it wrote. */
export type ReadResult = Omit<Converted, 'dataFiles' | 'quarantine'> | Omit<Refused, 'quarantine'>;

/** What was made of it is in the lake. `adds`: with the tags that are their own. */
export type Uploaded = {
  readonly adds: readonly Add[];
  readonly quarantine: StoredQuarantine | undefined;
};

/** `content`: the hash of the file's bytes. */
export type StoredQuarantine = Omit<QuarantineFile, 'path'> & { readonly content: string };

export async function publish(
  target: Target,
  version: ObjectVersion,
  converted: Converted | Refused,
  stopwatch: Stopwatch,
): Promise<Staged> {
  const uploaded = await stopwatch.time('upload', () => upload(target, version, converted));
  return publishUploaded(target, version, converted, uploaded, stopwatch);
}

async function upload(
  { effects, dataset, table }: Target,
  version: ObjectVersion,
  converted: Converted | Refused,
): Promise<Uploaded> {
  const { quarantine } = converted;
  const stored = quarantine && { ...quarantine, content: await contentHash(quarantine.path) };
  if (quarantine)
    await effects.lake.upload(quarantine.path, quarantineKey(dataset.name, sourceVersion(dataset, version)));
  const isEmpty = roleOfNew(dataset, version, converted) !== undefined;
  const files = converted.outcome === 'rejected' || isEmpty ? [] : converted.dataFiles;
  return { adds: await uploadDataFiles(effects, dataset, table, files), quarantine: stored };
}

/** Writes the report on a version, whose rows are in the lake already, and says where they come from. */
export async function publishUploaded(
  target: Target,
  version: ObjectVersion,
  read: ReadResult,
  { adds: uploaded, quarantine }: Uploaded,
  stopwatch: Stopwatch,
): Promise<Staged> {
  const { effects, dataset } = target;
  const facts: Facts = {
    source: version.key,
    dataset: dataset.name,
    etag: version.etag,
    lastModified: new Date(version.lastModifiedMs).toISOString(),
    sizeBytes: version.sizeBytes,
    contract: dataset.hash,
    ...(isMarker(dataset, version.key) ? { readAs: 'marker' as const } : {}),
    ...findings(dataset, version, read, quarantine),
  };
  const role = roleOfNew(dataset, version, read);
  const former = role === undefined ? formerOf(target, version, read) : undefined;
  const digest = factsDigest(facts);
  const origin = originOf(target, facts, digest);
  const remarks = remarkTags({ former, unmatched: facts.unmatched });
  const adds =
    role === undefined
      ? uploaded.map((add) => ({ ...add, tags: { ...originTags(origin), ...remarks, ...add.tags } }))
      : [await stopwatch.time('upload', () => uploadEmptyFile(target, origin, role))];
  const report: Report = {
    ...facts,
    facts: digest,
    ...(former === undefined ? {} : { former }),
    ms: stopwatch.elapsedMs,
    timings: stopwatch.timings,
  };
  await writeReport(effects.lake, dataset, version, report);
  return { version, replaces: read.outcome === 'accepted', adds, report };
}

function formerOf({ dataset, live }: Target, version: ObjectVersion, read: ReadResult): Former | undefined {
  if (read.outcome === 'rejected') return undefined;
  return shrunkFrom(dataset, live, version, read.acceptedRows, read.text);
}

function findings(
  dataset: Dataset,
  version: ObjectVersion,
  read: ReadResult,
  quarantine: StoredQuarantine | undefined,
): Findings {
  const stored = quarantine && {
    quarantine: quarantineKey(dataset.name, sourceVersion(dataset, version)),
    quarantineContent: quarantine.content,
  };
  return {
    outcome: read.outcome,
    ...(read.outcome === 'rejected' ? { reason: read.violation } : {}),
    rows: read.rows ?? 0,
    accepted: read.outcome === 'accepted' ? read.acceptedRows : 0,
    ...(read.outcome === 'accepted' && read.superseded > 0 ? { superseded: read.superseded } : {}),
    quarantined: quarantine?.rows ?? 0,
    ...skippedFindings(read.skipped ?? []),
    violations: quarantine?.counts ?? [],
    examples: quarantine?.examples ?? [],
    ...columnFindings(dataset, read),
    ...(read.text === undefined ? {} : { text: read.text }),
    ...(read.members === undefined ? {} : { members: read.members }),
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
  read: ReadResult,
): Pick<Findings, 'ignoredColumns' | 'missingColumns' | 'unmatched' | keyof ColumnRemarks> {
  if (read.outcome === 'rejected') return { ignoredColumns: [], missingColumns: [] };
  const { ignoredColumns, missingColumns, columnRemarks } = read;
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

/** Their tags are those that every data file has. */
export async function uploadDataFiles(
  effects: Pick<Effects, 'lake' | 'newId' | 'clock'>,
  dataset: Dataset,
  table: string,
  files: readonly DataFile[],
): Promise<Add[]> {
  const columns = dataset.partitionBy.map(({ name }) => name);
  const adds: Add[] = [];
  for (const { path, partition: partitionValues, stats, hash } of files) {
    const tags = hash === undefined ? {} : { [ROWS]: hash };
    adds.push(await publishDataFile(effects, table, columns, { path, partitionValues, stats, tags }));
  }
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
function roleOfNew(dataset: Dataset, { key }: ObjectVersion, { outcome }: ReadResult): Role | undefined {
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
    const [add] = await uploadDataFiles(effects, dataset, target.table, [file]);
    return { ...(add as Add), tags: { ...originTags(plain), ...roleTags(role), ...add?.tags } };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
