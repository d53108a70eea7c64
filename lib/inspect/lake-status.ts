// What a lake holds and how current it is, from the logs, the reports and a listing of landing. Writes nothing.

import { landingTable } from '../core/catalog.ts';
import { tablePrefix } from '../core/insight.ts';
import type { SetAside } from '../core/set-aside.ts';
import type { ForeignCommit } from '../delta/snapshot.ts';
import type { Effects } from '../lake/effects.ts';
import {
  type Census,
  keysIn,
  type LandingSight,
  takeCensus,
  versionsByDataset,
} from '../lake/landing-census.ts';
import { downstreamFirst, notWithdrawn } from '../lake/read-order.ts';
import { undefinedTables } from '../maintain/lake-tables.ts';
import { Settling } from '../maintain/settling.ts';
import type { Unseen } from '../ports.ts';
import { goingOn, onePerTable, type TableFailure } from '../table-failures.ts';
import { type DatasetFiles, type FilesByDataset, filesOf } from './dataset-files.ts';
import { type DatasetStatus, datasetStatus } from './dataset-status.ts';
import { type DerivedStatus, derivedStatus } from './derived-status.ts';

export type LakeStatus = {
  readonly datasets: readonly DatasetStatus[];
  readonly derived: readonly DerivedStatus[];
  /** Landing files that no dataset's path matches. */
  readonly unknown: readonly string[];
  /** What is in landing and cannot be seen. */
  readonly unseen: readonly Unseen[];
  /** What other programs committed to tables since Sluice last did. */
  readonly foreign: readonly { readonly table: string; readonly commits: readonly ForeignCommit[] }[];
  /** Sentences on logs that lost a part. */
  readonly logs: readonly string[];
  /** Tables that are no longer defined, as `insights/<name>`. */
  readonly left: readonly string[];
  /** Wrong definitions, and the landing files that belong, or may belong, to them. */
  readonly aside: readonly SetAside[];
  readonly asideKeys: readonly string[];
  /** Tables that cannot be read: they are missing above. */
  readonly failures: readonly TableFailure[];
};

/** `files`: by the name of the dataset; those whose table cannot be read are missing. */
export type LakeSurvey = { readonly status: LakeStatus; readonly files: ReadonlyMap<string, DatasetFiles> };

export async function lakeStatus(effects: Effects): Promise<LakeStatus> {
  return (await surveyLake(effects)).status;
}

/**
 * The status, with the files that it was made from: landing is listed once for both. `seen`: what a look a while ago saw. It will
 * do where the tables say the same; where they do not, one of the two may be older, and landing is looked at now. `known`: kept by
 * whoever surveys again; of this survey's files they are the same objects.
 */
export async function surveyLake(
  present: Effects,
  seen?: LandingSight,
  known: FilesByDataset = new Map(),
): Promise<LakeSurvey> {
  const effects = { ...present, tables: present.tables.still() };
  for (const dataset of known.keys()) if (!effects.catalog.datasets.includes(dataset)) known.delete(dataset);
  await readTables(effects);
  const survey = await surveyOf(present, effects, await takeCensus(effects, seen), known);
  const isSettled = survey.status.datasets.every(
    ({ waiting, vanished }) => waiting === 0 && vanished.length === 0,
  );
  return seen === undefined || isSettled
    ? survey
    : surveyOf(present, effects, await takeCensus(effects), known);
}

/** `effects`: with tables that were read before the census was taken. */
async function surveyOf(
  present: Effects,
  effects: Effects,
  census: Census,
  known: FilesByDataset,
): Promise<LakeSurvey> {
  const { objects, unseen } = census;
  const landed = versionsByDataset(objects, 'claimed', 'contested');
  const settling = await Settling.of(effects);
  const failures: TableFailure[] = [];
  const datasets: DatasetStatus[] = [];
  const files = new Map<string, DatasetFiles>();
  for (const dataset of effects.catalog.datasets)
    await goingOn(failures, tablePrefix(landingTable(dataset)), async () => {
      const found = await filesOf(effects, dataset, landed.get(dataset) ?? [], known);
      const status = await datasetStatus(effects, dataset, found, unseen, settling);
      const vanished = await notWithdrawn(present.tables, dataset, status.vanished);
      datasets.push({ ...status, vanished });
      files.set(dataset.name, found);
    });
  const derived: DerivedStatus[] = [];
  for (const derivation of effects.catalog.derivations)
    await goingOn(failures, tablePrefix(derivation.target), async () => {
      derived.push(await derivedStatus(effects, derivation));
    });
  const left = await undefinedTables(effects);
  const states = await tableStates(effects, left, failures);
  const { aside } = effects.catalog;
  const [unknown, asideKeys] = [keysIn(census, 'unknown'), keysIn(census, 'aside')];
  const found = { datasets, derived, unknown, unseen, left, aside, asideKeys };
  return { status: { ...found, ...states, failures: onePerTable(failures) }, files };
}

/** Each stays as it is read here. What cannot be read is told where it is asked for. */
async function readTables({ catalog, tables }: Effects): Promise<void> {
  for (const table of downstreamFirst(catalog))
    await tables.latest(tablePrefix(table)).catch(() => undefined);
}

/** Of every table that the lake holds: what its log says besides rows. `left`: those that nothing defines. */
async function tableStates(
  { catalog, tables }: Effects,
  left: readonly string[],
  failures: TableFailure[],
): Promise<Pick<LakeStatus, 'foreign' | 'logs'>> {
  const foreign: { table: string; commits: readonly ForeignCommit[] }[] = [];
  const logs: string[] = [];
  const defined = [...catalog.datasets.map(landingTable), ...catalog.derivations.map(({ target }) => target)];
  for (const table of [...defined.map(tablePrefix), ...left])
    await goingOn(failures, table, async () => {
      const commits = (await tables.latest(table))?.foreign ?? [];
      if (commits.length > 0) foreign.push({ table, commits });
      logs.push(...(await tables.problems(table)));
    });
  return { foreign, logs };
}
