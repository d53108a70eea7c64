// Compares landing with the lake: which sources need an ingest, which have vanished, which are refused.
// Does not decide about rows: the keys it finds go to ingest.
import { landingTable } from '../core/catalog.ts';
import type { Dataset } from '../core/contract.ts';
import { tablePrefix } from '../core/insight.ts';
import { configuration, type Snapshot } from '../delta/snapshot.ts';
import type { DeltaTables } from '../delta/tables.ts';
import { CliError, LocationGoneError } from '../errors.ts';
import { inParallel, mapInParallel } from '../in-parallel.ts';
import { repeatedSources } from '../ingest/duplicates.ts';
import type { IngestRequest } from '../ingest/ingest.ts';
import { presentVersions } from '../ingest/present-versions.ts';
import type { Report } from '../ingest/report.ts';
import { settledBefore } from '../ingest/settled.ts';
import type { Staged } from '../ingest/staged.ts';
import { type DateRange, inRange } from '../lake/date-range.ts';
import { isKept } from '../lake/deliveries.ts';
import type { Effects } from '../lake/effects.ts';
import { type Census, type LandingObject, landingObject, takeCensus } from '../lake/landing-census.ts';
import { unknownKey } from '../lake/layout.ts';
import { decidesAlone, liveShares, sharesOfSources } from '../lake/live-shares.ts';
import { notWithdrawn } from '../lake/read-order.ts';
import type { LiveShares } from '../lake/shares.ts';
import { CONTRACT, readOrigin } from '../lake/tags.ts';
import { isUnseen } from '../lake/unseen.ts';
import type { ObjectVersion, Unseen } from '../ports.ts';
import { goingOn, type TableFailure } from '../table-failures.ts';
import { listedLake, openVersions } from './open-versions.ts';

export type Selection = {
  readonly dataset?: string;
  readonly range?: DateRange;
  /** These keys alone, without listing landing. */
  readonly keys?: readonly string[];
};

export type ReconcileOptions = {
  /** Asked between two keys; the rest is left unexamined. */
  readonly outOfTime?: () => boolean;
};

/** `etag`: of the version in landing; absent where a source is to leave a table. */
export type Wanted = IngestRequest & { readonly sizeBytes?: number; readonly etag?: string };

export type Source = { readonly source: string; readonly dataset: string };

export type Reconciliation = {
  /** New, changed, or to be read under a new contract; and keys that no dataset takes and nobody reported yet. */
  readonly ingest: readonly Wanted[];
  /** In the lake as they are in landing. */
  readonly unchanged: number;
  /** In the lake, but not in landing any more (and not kept on purpose). */
  readonly vanished: readonly Source[];
  /** In the lake under a dataset whose path does not match them any more. */
  readonly misplaced: readonly Source[];
  /** Keys that were asked for and that neither landing nor the lake has. */
  readonly absent: readonly string[];
  /** Present versions that were refused as a whole. */
  readonly rejected: readonly Report[];
  /** Of present versions all of whose rows were refused, or that have none: no data file stands for them. */
  readonly empty: readonly Report[];
  /** What is in landing and cannot be seen; what the lake holds of it has not vanished. */
  readonly unseen: readonly Unseen[];
  /** Keys in landing that there was no time for. */
  readonly unexamined: number;
  /** Datasets whose table is under another contract than this process holds: nothing of theirs is looked at. */
  readonly held: readonly string[];
  /** Datasets whose table cannot be read: nothing of theirs is looked at. */
  readonly failed: readonly TableFailure[];
  /** Keys in landing that belong, or may belong, to definitions that were set aside: nothing is done about them. */
  readonly aside: readonly string[];
};

export async function reconcile(
  effects: Effects,
  selection: Selection,
  { outOfTime = () => false }: ReconcileOptions = {},
): Promise<Reconciliation> {
  const result = {
    ingest: [] as Wanted[],
    unchanged: 0,
    unexamined: 0,
    vanished: [] as Source[],
    misplaced: [] as Source[],
    absent: [] as string[],
    rejected: [] as Report[],
    empty: [] as Report[],
    held: [] as string[],
    failed: [] as TableFailure[],
    aside: [] as string[],
    unseen: [] as Unseen[],
  };
  // Where duplicates are refused the first of them comes first: else a later one would count for a while.
  const turns = new Map<string, number>();
  // What arrives in between is in the listing alone: it is asked for, and has not vanished.
  const { bySource, held, failed } = await liveFiles(effects, selection);
  const { objects, unseen } = await examined(effects, selection);
  result.unseen.push(...unseen);
  const present = new Set(objects.map(({ version }) => version.key));
  const repeated = new Map([...bySource].map(([dataset, live]) => [dataset, standingRepeats(dataset, live)]));
  result.held.push(...Array.from(held, ({ name }) => name));
  result.failed.push(...failed);
  const { versions, unknown } = openVersions(objects, bySource);
  const open = { versions, unknown: isWhole(selection) ? unknown : [] };
  const lake = await listedLake(effects, open, bySource);
  const examine = async ({ version, state, claims: [dataset] }: LandingObject) => {
    const wanted = { source: version.key, etag: version.etag };
    if (dataset === undefined)
      return isWhole(selection) ? keepUnknown({ ...effects, lake }, version, result.ingest) : undefined;
    if (state === 'contested') {
      // Ingest refuses the key by name; the others go on.
      result.ingest.push(wanted);
      return;
    }
    const live = bySource.get(dataset);
    if (live === undefined || !isSelected(selection, dataset, version.key, version.lastModifiedMs)) return;
    const isOpen = open.versions.get(dataset)?.has(version) === true;
    const settled = isOpen ? await settledBefore({ ...effects, lake }, dataset, version, live) : LIVE;
    if (settled === undefined || repeated.get(dataset)?.has(version.key)) {
      result.ingest.push({ ...wanted, sizeBytes: version.sizeBytes });
      if (dataset.duplicates === 'reject') turns.set(version.key, version.lastModifiedMs);
    } else if (settled.report?.outcome === 'rejected') result.rejected.push(settled.report);
    else {
      if (settled.report) result.empty.push(settled.report);
      result.unchanged += 1;
    }
  };
  await inParallel(objects, async (object) => {
    const { version, state } = object;
    if (outOfTime()) {
      result.unexamined += 1;
      return;
    }
    if (state === 'aside') {
      result.aside.push(version.key);
      return;
    }
    try {
      await examine(object);
    } catch (error) {
      if (error instanceof LocationGoneError) throw error;
      // Ingest meets the same error, or gets over it, and speaks of this one key.
      result.ingest.push({ source: version.key, etag: version.etag });
    }
  });
  for (const [dataset, sources] of bySource)
    await compareLive(effects, selection, dataset, sources, present, result);
  const isLive = (key: string) => [...bySource.values()].some((sources) => sources.has(key));
  result.absent.push(
    ...(selection.keys ?? []).filter(
      (key) =>
        !present.has(key) && !isLive(key) && !effects.catalog.asideOf(key) && !isUnseen(result.unseen, key),
    ),
  );
  const turn = ({ source }: IngestRequest) => turns.get(source) ?? 0;
  result.ingest.sort((a, b) => turn(a) - turn(b) || (a.source < b.source ? -1 : 1));
  result.aside.sort();
  return result;
}

/** Live although another file has the same text: no ingest leaves this, but reverting other programs' changes may. */
function standingRepeats(dataset: Dataset, live: LiveShares): ReadonlyMap<string, string> {
  return dataset.duplicates === 'reject' ? repeatedSources(dataset, live, live.keys()) : new Map();
}

async function examined(effects: Effects, { keys }: Selection): Promise<Census> {
  if (keys === undefined) return takeCensus(effects);
  const objects: LandingObject[] = [];
  const unseen: Unseen[] = [];
  for (const [key, found] of await presentVersions(effects.landing, keys)) {
    if ('error' in found) {
      // It cannot be looked at, and the others can.
      const { error } = found;
      if (!(error instanceof CliError) || error instanceof LocationGoneError) throw error;
      unseen.push({ key, problem: error.message });
    } else if (found.version) objects.push(landingObject(effects.catalog, found.version));
  }
  return { objects, unseen };
}

type Live = {
  readonly bySource: ReadonlyMap<Dataset, LiveShares>;
  readonly held: ReadonlySet<Dataset>;
  readonly failed: readonly TableFailure[];
};

async function liveFiles(effects: Effects, selection: Selection): Promise<Live> {
  const bySource = new Map<Dataset, LiveShares>();
  const held = new Set<Dataset>();
  const failed: TableFailure[] = [];
  const isAsked = ({ name }: Dataset) => selection.dataset === undefined || selection.dataset === name;
  const looked = await mapInParallel(effects.catalog.datasets.filter(isAsked), async (dataset) => {
    const table = tablePrefix(landingTable(dataset));
    const reading = effects.tables.latest(table);
    await reading.catch(() => undefined);
    return { dataset, table, reading };
  });
  for (const { dataset, table, reading } of looked) {
    await goingOn(failed, table, async () => {
      const snapshot = await reading;
      if (snapshot && configuration(snapshot, CONTRACT) !== dataset.hash) held.add(dataset);
      else bySource.set(dataset, await liveOf(effects.tables, dataset, snapshot, selection));
    });
  }
  return { bySource, held, failed };
}

/** Those that decide on the keys alone, where there are keys. */
async function liveOf(
  tables: DeltaTables,
  dataset: Dataset,
  snapshot: Snapshot | undefined,
  { keys }: Selection,
): Promise<LiveShares> {
  const prefix = tablePrefix(landingTable(dataset));
  return keys && snapshot && decidesAlone(dataset)
    ? sharesOfSources(tables, prefix, snapshot, keys)
    : liveShares(tables, prefix, snapshot);
}

async function keepUnknown(effects: Effects, version: ObjectVersion, ingest: Wanted[]): Promise<void> {
  if ((await effects.lake.head(unknownKey(version.key, version.etag))) === undefined)
    ingest.push({ source: version.key, etag: version.etag });
}

/** Nobody is asked about what a data file stands for. */
const LIVE: Pick<Staged, 'report'> = {};

/** Only then a key that no dataset takes is spoken of. */
function isWhole({ dataset, range }: Selection): boolean {
  return dataset === undefined && range === undefined;
}

function isSelected(selection: Selection, dataset: Dataset, key: string, lastModifiedMs: number): boolean {
  if (selection.dataset !== undefined && selection.dataset !== dataset.name) return false;
  return selection.range === undefined || inRange(selection.range, key, lastModifiedMs);
}

async function compareLive(
  effects: Effects,
  selection: Selection,
  dataset: Dataset,
  sources: LiveShares,
  present: ReadonlySet<string>,
  result: { vanished: Source[]; misplaced: Source[]; ingest: IngestRequest[]; unseen: readonly Unseen[] },
): Promise<void> {
  const gone: string[] = [];
  const asked = selection.keys === undefined ? undefined : new Set(selection.keys);
  for (const [source, adds] of sources) {
    if (asked && !asked.has(source)) continue;
    const lastModifiedMs = adds[0] === undefined ? 0 : (readOrigin(adds[0])?.lastModifiedMs ?? 0);
    if (!isSelected(selection, dataset, source, lastModifiedMs)) continue;
    const [claim, rival] = effects.catalog.claims(source);
    if (rival || effects.catalog.asideOf(source)) continue;
    if (claim !== dataset) {
      result.misplaced.push({ source, dataset: dataset.name });
      result.ingest.push({ source, dataset: dataset.name });
    } else if (!present.has(source) && !isKept(dataset, adds) && !isUnseen(result.unseen, source))
      gone.push(source);
  }
  for (const source of await notWithdrawn(effects.tables, dataset, gone))
    result.vanished.push({ source, dataset: dataset.name });
}
