// One dataset's part of a certificate: the state of each of its landing objects, the balance of each of its source files, and
// the rows that no file in landing accounts for. Writes nothing.

import { landingTable } from '../core/catalog.ts';
import type { Dataset } from '../core/contract.ts';
import { tablePrefix } from '../core/insight.ts';
import { inParallel } from '../in-parallel.ts';
import type { Report } from '../ingest/report.ts';
import { isLive, settledBefore } from '../ingest/settled.ts';
import { unaccountedFiles } from '../ingest/unaccounted.ts';
import { deliveryLabel, isKept, type Standings, standingsOf, waitsFor } from '../lake/deliveries.ts';
import type { Effects } from '../lake/effects.ts';
import { liveShares } from '../lake/live-shares.ts';
import { type Overdue, overdueOf } from '../lake/overdue.ts';
import type { LiveShares, Share } from '../lake/shares.ts';
import { readOrigin, roleOf } from '../lake/tags.ts';
import { isUnseen } from '../lake/unseen.ts';
import type { ObjectVersion, Unseen } from '../ports.ts';
import { balanceSources, type SourceBalance } from './source-balance.ts';

/**
 * `live`: its rows are in the table. `superseded`: rows of it are in the lake, and they are not the ones that count: an older
 * version's, while the present one waits, or an older delivery's of a replace dataset. `rejected`: refused as a whole.
 * `waiting`: nothing of it is in the lake yet, or its delivery is not complete.
 */
export type ObjectState = 'live' | 'superseded' | 'rejected' | 'waiting';

export type CertifiedObject = {
  readonly source: string;
  readonly etag: string;
  readonly state: ObjectState;
  /** Why it is not live; absent where it is. */
  readonly reason?: string;
};

export type DatasetCertificate = {
  readonly dataset: string;
  readonly table: string;
  readonly objects: readonly CertifiedObject[];
  /** Live, and gone from landing; `kept`: as the contract wants it. */
  readonly vanished: readonly string[];
  readonly kept: readonly string[];
  /** Expected files that have not come; null if the contract expects none. */
  readonly overdue: Overdue | null;
  /** Of the sources that the table stands on. */
  readonly sources: readonly SourceBalance[];
  /** Data files of the table that no source file made. */
  readonly foreign: readonly string[];
};

/** `listed`: what landing holds of it; `unseen`: what may be there besides. Throws CorruptionError where its table cannot be read. */
export async function certifyDataset(
  effects: Effects,
  dataset: Dataset,
  listed: readonly ObjectVersion[],
  unseen: readonly Unseen[],
): Promise<DatasetCertificate> {
  const table = tablePrefix(landingTable(dataset));
  const snapshot = await effects.tables.latest(table);
  const live = await liveShares(effects.tables, table, snapshot);
  const standings =
    dataset.mode === 'replace' && snapshot ? standingsOf(dataset, [...live.values()].flat()) : undefined;
  const objects: CertifiedObject[] = [];
  const reports: Report[] = [];
  await inParallel(listed, async (version) => {
    const found = await certifyObject(effects, dataset, standings, version, live);
    if (found === undefined) return;
    objects.push(found.object);
    if (found.report) reports.push(found.report);
  });
  const keys = new Set(listed.map(({ key }) => key));
  const gone: string[] = [];
  await inParallel(live.keys(), async (source) => {
    // What came after the listing is no loss.
    if (keys.has(source) || effects.catalog.asideOf(source) || isUnseen(unseen, source)) return;
    if ((await effects.landing.head(source)) === undefined) gone.push(source);
  });
  const isHeld = (source: string) => isKept(dataset, live.get(source) ?? []);
  return {
    dataset: dataset.name,
    table,
    objects: objects.sort((a, b) => (a.source < b.source ? -1 : 1)),
    vanished: gone.filter((source) => !isHeld(source)).sort(),
    kept: gone.filter(isHeld).sort(),
    overdue: overdueOf(dataset, effects.clock(), keys, live.keys()),
    sources: await balanceSources(effects, dataset, table, live, reports),
    foreign: snapshot === undefined ? [] : unaccountedFiles(snapshot).map(({ path }) => path),
  };
}

/** `report`: where it is all that the lake holds of this version. */
type Found = { readonly object: CertifiedObject; readonly report?: Report };

/** Undefined for what was deleted since it was listed. `standings`: of a replace dataset. */
async function certifyObject(
  effects: Effects,
  dataset: Dataset,
  standings: Standings | undefined,
  listed: ObjectVersion,
  table: LiveShares,
): Promise<Found | undefined> {
  const live = table.get(listed.key) ?? [];
  // The table may hold a version that came after the listing.
  const version = isLive(dataset, live, listed) ? listed : await effects.landing.head(listed.key);
  if (version === undefined) return undefined;
  const settled = await settledBefore(effects, dataset, version, table);
  const state = (state: ObjectState, reason?: string): CertifiedObject => ({
    source: version.key,
    etag: version.etag,
    state,
    ...(reason === undefined ? {} : { reason }),
  });
  if (settled?.report?.outcome === 'rejected') {
    const kept = live.some((share) => roleOf(share) === undefined)
      ? '; the rows of its older version stay'
      : '';
    const reason = `${settled.report.reason?.message ?? 'no reason given'}${kept}`;
    const object = state('rejected', reason);
    return live.some((share) => roleOf(share) === 'refused')
      ? { object }
      : { object, report: settled.report };
  }
  if (settled?.report) return { object: state('live'), report: settled.report };
  if (settled === undefined) return { object: behind(state, version, live) };
  const standing = standings?.get(version.key);
  if (standing === undefined || standing.counts) return { object: state('live') };
  const { delivery, by } = standing;
  if (by) return { object: state('superseded', `${deliveryLabel(by)} is newer`) };
  return { object: state('waiting', `its delivery (${deliveryLabel(delivery)}) ${waitsFor(delivery)}`) };
}

function behind(
  state: (state: ObjectState, reason: string) => CertifiedObject,
  version: ObjectVersion,
  live: readonly Share[],
): CertifiedObject {
  const [held] = live.flatMap((share) => readOrigin(share) ?? []);
  if (held === undefined) return state('waiting', 'the next sync reads it');
  const what = held.etag === version.etag ? 'it under an older contract' : 'an older version of it';
  return state('superseded', `the lake holds ${what}: the next sync reads it`);
}

/** A sentence for each thing that does not share up. */
export function problemsOf({ catalog }: Effects, certificate: DatasetCertificate): string[] {
  const { dataset, table, vanished, sources, foreign } = certificate;
  const misplaced = sources.filter(
    ({ source }) => !catalog.asideOf(source) && catalog.claims(source).every(({ name }) => name !== dataset),
  );
  return [
    ...vanished.map(
      (source) =>
        `${source} is gone from landing, and its rows are in ${table} still. "npx sluice sync --prune" withdraws them`,
    ),
    ...misplaced.map(
      ({ source }) =>
        `${source} is not taken by ${dataset} any more, and its rows are in ${table} still. "npx sluice sync" withdraws them`,
    ),
    ...foreign.map(
      (path) =>
        `${table}/${path} does not come from a source file: who wrote it? "npx sluice rebuild ${dataset}" rebuilds the table from landing only`,
    ),
    ...sources.flatMap(({ source, problems }) =>
      problems.map((problem) => `${source} (${dataset}): ${problem}`),
    ),
  ];
}
