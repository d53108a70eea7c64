// Deletes reports and quarantine files of source versions superseded before the retention, and notes of keys that are no
// longer unknown. A name may be reused (the same bytes have the same ETag in S3), so each is checked right before its
// deletion: to delete a rewritten report, a whole ingest would have to fit into one delete request.

import type { Add, Remove } from '../delta/actions.ts';
import {
  DEFAULT_RETENTION_MS,
  entriesBetween,
  firstVersionSince,
  type Swept,
  sweep,
  type VacuumOptions,
} from '../delta/vacuum.ts';
import { mapInParallel } from '../in-parallel.ts';
import { uncommittedQuarantine } from '../jobs/job-files.ts';
import { JobFolder, jobNames } from '../jobs/job-folder.ts';
import { parseJsonObject } from '../json-object.ts';
import type { Effects } from '../lake/effects.ts';
import { JOBS, reportKey, SETTLEMENTS, UNKNOWN, unknownKey } from '../lake/layout.ts';
import { sharesOfSources, wholeFiles } from '../lake/live-shares.ts';
import { sourceTags } from '../lake/shares.ts';
import { readOrigin } from '../lake/tags.ts';
import { isUnseen } from '../lake/unseen.ts';
import type { ObjectVersion, Unseen } from '../ports.ts';
import type { Settlement } from './settlement.ts';

const LOOKED_AT_ONCE = 64;

/** Of one dataset, defined or not: `files/<name>/` and `quarantine/<name>/`. Throws CorruptionError on a log with gaps. */
export async function sweepReports(effects: Effects, name: string, options: VacuumOptions): Promise<Swept> {
  const cutoffMs = effects.clock().getTime() - options.retentionMs;
  const retained = await retainedReports(effects, name, cutoffMs);
  const reports = await sweepListed(effects, `files/${name}/`, cutoffMs, options, async (report) =>
    retained.has(report.key) ? [] : superseded(effects, name, report, cutoffMs),
  );
  let ofJobs: Promise<ReadonlySet<string>> | undefined;
  const lost = await sweepListed(effects, `quarantine/${name}/`, cutoffMs, options, async (file) => {
    ofJobs ??= uncommittedQuarantine(effects.lake);
    if ((await ofJobs).has(file.key)) return [];
    const report = file.key.replace(/^quarantine\//, 'files/').replace(/\.parquet$/, '.json');
    return retained.has(report) || (await effects.lake.head(report)) ? [] : [file];
  });
  return sumOf([reports, lost]);
}

/** Notes of keys that are gone from landing, hold another version, or belong to a dataset by now. */
export async function sweepUnknown(effects: Effects, options: VacuumOptions): Promise<Swept> {
  const cutoffMs = effects.clock().getTime() - options.retentionMs;
  return sweepListed(effects, UNKNOWN, cutoffMs, options, async (note) => {
    const source = await readSource(effects, note.key);
    const present = source === undefined ? undefined : await landingVersion(effects, source);
    if (present === 'unseen') return [];
    const isItsOwn = present !== undefined && unknownKey(present.key, present.etag) === note.key;
    const stays =
      isItsOwn &&
      (effects.catalog.claims(present.key).length === 0 ||
        effects.catalog.asideOf(present.key) !== undefined);
    return stays ? [] : [note];
  });
}

/** What people settled of versions that are neither in landing nor in the dataset's table any more. */
export async function sweepSettlements(effects: Effects, options: VacuumOptions): Promise<Swept> {
  const cutoffMs = effects.clock().getTime() - options.retentionMs;
  return sweepListed(effects, SETTLEMENTS, cutoffMs, options, async (object) => {
    const told = parseJsonObject<Partial<Settlement>>(await effects.lake.read(object.key));
    const { source, dataset, etag } = told ?? {};
    if (source === undefined || dataset === undefined) return [object];
    if (effects.catalog.asideOf(source) || effects.catalog.asideNamed(dataset)) return [];
    const present = await landingVersion(effects, source);
    if (present === 'unseen' || present?.etag === etag) return [];
    return (await isLiveVersion(effects, dataset, source, etag)) ? [] : [object];
  });
}

async function isLiveVersion(
  { tables }: Effects,
  dataset: string,
  source: string,
  etag: string | undefined,
): Promise<boolean> {
  for (const prefix of [`tables/${dataset}`, `arrivals/${dataset}`]) {
    const snapshot = await tables.latest(prefix);
    const live = snapshot && (await sharesOfSources(tables, prefix, snapshot, [source]));
    if (live?.get(source)?.some((share) => readOrigin(share)?.etag === etag)) return true;
  }
  return false;
}

/** Notes of large commits that were given up: a run that continues such a commit does that piece again. */
export async function sweepStaging(effects: Effects, options: VacuumOptions): Promise<Swept> {
  const cutoffMs = effects.clock().getTime() - options.retentionMs;
  return sweepListed(effects, 'staging/', cutoffMs, options, async (note) => {
    const [, , table = ''] = note.key.split('/');
    return effects.catalog.asideNamed(table) ? [] : [note];
  });
}

/** Of jobs that began longer ago than any may run: nobody asked for what they made, or they were given up. */
export async function sweepJobs(effects: Effects, options: VacuumOptions): Promise<Swept> {
  const cutoffMs = effects.clock().getTime() - Math.max(options.retentionMs, DEFAULT_RETENTION_MS);
  const live = new Set<string>();
  for (const name of await jobNames(effects.lake)) {
    const plan = await new JobFolder(effects.lake, name).plan();
    if (plan !== undefined && Date.parse(plan.startedAt) >= cutoffMs) live.add(name);
    else if (plan !== undefined && !options.dryRun) await new JobFolder(effects.lake, name).remove();
  }
  return sweepListed(effects, JOBS, cutoffMs, options, async (object) =>
    live.has(object.key.split('/')[1] ?? '') ? [] : [object],
  );
}

export function sumOf(parts: readonly Swept[]): Swept {
  return {
    files: parts.reduce((sum, { files }) => sum + files, 0),
    bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
    finished: parts.every(({ finished }) => finished),
  };
}

/** The reports of the versions that the dataset's rows come from, now or within the retention. */
async function retainedReports(
  { tables, lake }: Effects,
  name: string,
  cutoffMs: number,
): Promise<Set<string>> {
  const retained = new Set<string>();
  const keep = async (prefix: string, files: Iterable<Pick<Add | Remove, 'tags'>>) => {
    for (const share of (await wholeFiles(tables, prefix, files)).flatMap(sourceTags)) {
      const origin = readOrigin(share);
      if (origin) retained.add(reportKey(name, origin));
    }
  };
  for (const prefix of [`tables/${name}`, `arrivals/${name}`]) {
    const snapshot = await tables.latest(prefix);
    if (snapshot === undefined) continue;
    await keep(prefix, snapshot.files.values());
    const first = await firstVersionSince(lake, prefix, snapshot.version, cutoffMs);
    for await (const entry of entriesBetween(tables, prefix, first - 1, snapshot.version))
      await keep(
        prefix,
        entry.actions.flatMap((action): (Add | Remove)[] => {
          if ('add' in action) return [action.add];
          return 'remove' in action ? [action.remove] : [];
        }),
      );
  }
  return retained;
}

/** The report and its quarantine file, where what came after them stands for longer than the retention. */
async function superseded(
  effects: Effects,
  name: string,
  report: ObjectVersion,
  cutoffMs: number,
): Promise<ObjectVersion[]> {
  const { lake, catalog } = effects;
  const source = await readSource(effects, report.key);
  if (source !== undefined && catalog.asideOf(source)) return [];
  const present = source === undefined ? undefined : await landingVersion(effects, source);
  if (present === 'unseen') return [];
  const [dataset] = present ? catalog.claims(present.key) : [];
  if (present && dataset?.name === name) {
    const successor = reportKey(name, { source: present.key, etag: present.etag, contract: dataset.hash });
    if (successor === report.key) return [];
    // Not ingested yet, or a short while ago: the older version is what was known until then.
    const known = await lake.head(successor);
    if (known === undefined || known.lastModifiedMs >= cutoffMs) return [];
  }
  const quarantine = await lake.head(
    report.key.replace(/^files\//, 'quarantine/').replace(/\.json$/, '.parquet'),
  );
  return quarantine ? [report, quarantine] : [report];
}

/** By listing, so that whoever sweeps need not be allowed to read source files. `unseen`: nobody can say whether it is there. */
async function landingVersion(
  { landing }: Effects,
  source: string,
): Promise<ObjectVersion | 'unseen' | undefined> {
  const unseen: Unseen[] = [];
  // The first of all keys that begin with it.
  for await (const version of landing.list(source, undefined, (one) => unseen.push(one)))
    return version.key === source ? version : undefined;
  return isUnseen(unseen, source) ? 'unseen' : undefined;
}

/** The landing key that a report or a note is about; undefined for what is neither: it says nothing to anybody. */
async function readSource({ lake }: Effects, key: string): Promise<string | undefined> {
  const told = parseJsonObject<{ source?: unknown }>(await lake.read(key));
  return typeof told?.source === 'string' ? told.source : undefined;
}

/** Looks at the old objects below `prefix` part by part; `goes` says what is to be deleted for one of them. */
async function sweepListed(
  { lake }: Effects,
  prefix: string,
  cutoffMs: number,
  options: VacuumOptions,
  goes: (object: ObjectVersion) => Promise<readonly ObjectVersion[]>,
): Promise<Swept> {
  const swept = { files: 0, bytes: 0, finished: true };
  const look = async (objects: readonly ObjectVersion[]) => {
    const gone = (await mapInParallel(objects, goes)).flat();
    await sweep(lake, gone, options);
    swept.files += gone.length;
    swept.bytes += gone.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  };
  let old: ObjectVersion[] = [];
  for await (const object of lake.list(prefix)) {
    if (object.lastModifiedMs >= cutoffMs) continue;
    old.push(object);
    if (old.length < LOOKED_AT_ONCE) continue;
    if (options.outOfTime?.()) return { ...swept, finished: false };
    await look(old);
    old = [];
  }
  await look(old);
  return swept;
}
