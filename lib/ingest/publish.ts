// Uploads a conversion's result: data files with their tags, the quarantine file and the report. No commit names them yet.
import { contentHash } from '../content-hash.ts';
import type { Dataset } from '../core/contract.ts';
import type { Add } from '../delta/actions.ts';
import { type Former, remarkTags, unmatchedLabels } from '../lake/delivery.ts';
import type { Effects } from '../lake/effects.ts';
import { quarantineKey } from '../lake/layout.ts';
import { publishDataFile } from '../lake/publish-data-file.ts';
import { originTags } from '../lake/tags.ts';
import type { ObjectVersion } from '../ports.ts';
import type { Converted, Refused } from './convert.ts';
import type { LiveFiles } from './duplicates.ts';
import { shrunkFrom } from './former-delivery.ts';
import { type Facts, type Findings, factsDigest, type Report, sourceVersion, writeReport } from './report.ts';
import type { Staged } from './staged.ts';
import type { Stopwatch } from './stopwatch.ts';

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
    ...(await findings(dataset, converted, key)),
  };
  const former = formerOf(target, version, converted);
  const digest = factsDigest(facts);
  const adds = await stopwatch.time('upload', async () => {
    if (quarantine) await effects.lake.upload(quarantine.path, key);
    if (converted.outcome === 'rejected') return [];
    const remarks = remarkTags({ former, unmatched: facts.unmatched });
    return uploadDataFiles(target, version, converted, digest, remarks);
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
    quarantined: quarantine?.rows ?? 0,
    violations: quarantine?.counts ?? [],
    examples: quarantine?.examples ?? [],
    ...columnFindings(dataset, converted),
    ...(converted.text === undefined ? {} : { text: converted.text }),
    ...(converted.members === undefined ? {} : { members: converted.members }),
    ...stored,
    ...(quarantine?.header === undefined ? {} : { header: quarantine.header }),
  };
}

function columnFindings(
  dataset: Dataset,
  converted: Converted | Refused,
): Pick<Findings, 'ignoredColumns' | 'missingColumns' | 'unmatched'> {
  if (converted.outcome === 'rejected') return { ignoredColumns: [], missingColumns: [] };
  const { ignoredColumns, missingColumns } = converted;
  const unmatched = unmatchedLabels(dataset, missingColumns, ignoredColumns);
  return { ignoredColumns, missingColumns, ...(unmatched === undefined ? {} : { unmatched }) };
}

async function uploadDataFiles(
  { effects, dataset, table }: Target,
  version: ObjectVersion,
  converted: Converted,
  report: string,
  remarks: Record<string, string>,
): Promise<Add[]> {
  const origin = originTags({
    source: version.key,
    etag: version.etag,
    lastModifiedMs: version.lastModifiedMs,
    contract: dataset.hash,
    acceptedRows: converted.acceptedRows,
    quarantinedRows: converted.rows - converted.acceptedRows,
    report,
    ...(converted.text === undefined ? {} : { text: converted.text }),
  });
  const tags = { ...origin, ...remarks };
  const columns = dataset.partitionBy.map(({ name }) => name);
  const adds: Add[] = [];
  for (const { path, partition: partitionValues, stats } of converted.dataFiles)
    adds.push(await publishDataFile(effects, table, columns, { path, partitionValues, stats, tags }));
  return adds;
}
