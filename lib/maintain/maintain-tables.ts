// Keeps a lake cheap: deletes files past their retention, merges small data files and writes missing checkpoints. Goes by the lake's
// contents, not by the catalog, so tables without a definition are maintained too, except that they are not merged. Leaves alone
// whatever belongs, or may belong, to a definition that was set aside.
import { landingTable } from '../core/built-in.ts';
import { TABLE_KINDS, tablePrefix } from '../core/insight.ts';
import { requireRetention, type Swept, type VacuumOptions, vacuumTable } from '../delta/vacuum.ts';
import { uncommittedFiles } from '../jobs/job-files.ts';
import type { Effects } from '../lake/effects.ts';
import { type Compacted, type Compaction, compactTable } from './compact.ts';
import { folders, holdsObjects } from './lake-tables.ts';
import {
  sumOf,
  sweepJobs,
  sweepReports,
  sweepSettlements,
  sweepStaging,
  sweepUnknown,
} from './sweep-reports.ts';

export type MaintainOptions = VacuumOptions & {
  /** What is small, and what is merged: for tests. */
  readonly compaction?: Compaction;
  /** Lets tests do with less than an hour. */
  readonly anyRetention?: boolean;
};

/** `place`: a table's prefix, `files/<dataset>`, `unknown`, `settlements`, `jobs` or `staging`. `checkpoint`: the version of one that was written now. */
export type Maintained = Swept & {
  readonly place: string;
  readonly checkpoint: number | undefined;
  /** Of a dataset's table. */
  readonly merged?: Compacted;
};

export type Maintenance = {
  /** Those that were not reached in time are missing. */
  readonly places: readonly Maintained[];
  /** All places together; not finished where time ran out. */
  readonly total: Swept;
  /** Why places, or some data files of a place, were left as they are; the others were not held up. */
  readonly failures: readonly { readonly place: string; readonly error: unknown }[];
};

type Place = { readonly name: string; readonly work: () => Promise<Omit<Maintained, 'place'>> };

const DAY_MS = 24 * 3600 * 1000;
const REPORT_KINDS = ['files', 'quarantine'];

/** Safe at any moment, beside everything else that works on the lake; repeating it finds nothing to do. Throws CliError on a retention that is too short. */
export async function maintainTables(effects: Effects, options: MaintainOptions): Promise<Maintenance> {
  if (!options.anyRetention) requireRetention(options.retentionMs);
  const places = await allPlaces(effects, options);
  const done: Maintained[] = [];
  const failures: { place: string; error: unknown }[] = [];
  let reached = 0;
  for (const { name: place, work } of inTurn(places, effects.clock())) {
    if (options.outOfTime?.()) break;
    reached += 1;
    try {
      const maintained = await work();
      done.push({ place, ...maintained });
      for (const error of maintained.merged?.failures ?? []) failures.push({ place, error });
    } catch (error) {
      failures.push({ place, error });
    }
  }
  const total = sumOf(done);
  return {
    places: done.sort(byPlace),
    total: { ...total, finished: total.finished && reached === places.length },
    failures: failures.sort(byPlace),
  };
}

function byPlace(a: { readonly place: string }, b: { readonly place: string }): number {
  return a.place < b.place ? -1 : 1;
}

/** Each day another place comes first, so that every place is reached even if time is always short. */
function inTurn(places: readonly Place[], now: Date): Place[] {
  const first = Math.floor(now.getTime() / DAY_MS) % Math.max(1, places.length);
  return [...places.slice(first), ...places.slice(0, first)];
}

async function allPlaces(effects: Effects, options: MaintainOptions): Promise<Place[]> {
  const places: Place[] = [];
  const namesOf = async (kind: string) => {
    const names: string[] = [];
    for await (const folder of folders(effects.lake, `${kind}/`))
      if (await holdsObjects(effects.lake, `${folder}/`)) names.push(folder.slice(kind.length + 1));
    return names.filter((name) => !effects.catalog.asideNamed(name));
  };
  for (const kind of TABLE_KINDS)
    for (const name of await namesOf(kind))
      places.push({
        name: `${kind}/${name}`,
        work: () => maintainTable(effects, `${kind}/${name}`, options),
      });
  const datasets = new Set<string>();
  for (const kind of REPORT_KINDS) for (const name of await namesOf(kind)) datasets.add(name);
  const swept = async (work: Promise<Swept>) => ({ ...(await work), checkpoint: undefined });
  for (const name of datasets)
    places.push({ name: `files/${name}`, work: () => swept(sweepReports(effects, name, options)) });
  places.push({ name: 'unknown', work: () => swept(sweepUnknown(effects, options)) });
  places.push({ name: 'settlements', work: () => swept(sweepSettlements(effects, options)) });
  places.push({ name: 'jobs', work: () => swept(sweepJobs(effects, options)) });
  places.push({ name: 'staging', work: () => swept(sweepStaging(effects, options)) });
  return places;
}

// The checkpoint comes last, so that it includes the entries of the vacuum and of what was merged.
async function maintainTable(effects: Effects, prefix: string, options: MaintainOptions) {
  const swept = await vacuumTable(effects, prefix, {
    ...options,
    uncommitted: () => uncommittedFiles(effects.lake),
  });
  const dataset = effects.catalog.datasets.find((one) => prefix === tablePrefix(landingTable(one)));
  const merged = dataset && (await compactTable(effects, dataset, options));
  return {
    ...swept,
    ...(merged === undefined ? {} : { merged, finished: swept.finished && merged.finished }),
    checkpoint: options.dryRun ? undefined : await effects.tables.checkpointNewest(prefix),
  };
}
