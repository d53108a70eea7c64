// A derived table's inputs at fixed versions: their snapshots, and their rows as views over local files.

import { landingTable } from '../core/built-in.ts';
import type { Catalog } from '../core/catalog.ts';
import type { Dataset } from '../core/contract.ts';
import { type Derivation, relatedTables, sameTable, type TableRef, tablePrefix } from '../core/insight.ts';
import type { Add } from '../delta/actions.ts';
import { readEntries } from '../delta/log.ts';
import { objectKey } from '../delta/partitions.ts';
import { configuration, type Snapshot } from '../delta/snapshot.ts';
import { recordCount } from '../delta/stats.ts';
import { CorruptionError, TryAgainError } from '../errors.ts';
import { mapInParallel } from '../in-parallel.ts';
import { type Standings, standingsOf } from '../lake/deliveries.ts';
import type { Effects } from '../lake/effects.ts';
import type { InputVersion } from '../lake/jobs.ts';
import { wholeFiles } from '../lake/live-shares.ts';
import { type RelationFile, type Run, relationSql } from '../lake/scan-sql.ts';
import { allShares, isMerged, sharesOf } from '../lake/shares.ts';
import { CONTRACT, DEFINITION, FIRST_ROW, readOrigin, roleOf } from '../lake/tags.ts';
import type { LocalFile, ObjectStore } from '../ports.ts';
import { identifier } from '../sql/quoting.ts';

export type Input = { readonly table: TableRef; readonly snapshot: Snapshot; readonly isOver: boolean };

export function loadInputs(effects: Effects, derivation: Derivation): Promise<Input[]> {
  return loadTables(effects, derivation.inputs, derivation.over);
}

/** What its audits look up. */
export function loadRelated(effects: Effects, derivation: Derivation): Promise<Input[]> {
  return loadTables(effects, relatedTables(derivation));
}

function loadTables(effects: Effects, tables: readonly TableRef[], over?: TableRef): Promise<Input[]> {
  return mapInParallel(tables, async (table) => {
    const snapshot = await effects.tables.latest(tablePrefix(table));
    if (snapshot === undefined)
      throw new TryAgainError(
        `${tablePrefix(table)} does not exist yet: run "sluice sync", which creates it`,
      );
    return { table, snapshot, isOver: over !== undefined && sameTable(over, table) };
  });
}

/** The same at fixed versions, by the tables' prefixes. Throws TryAgainError where a log is not the one it was. */
export function loadInputsAt(
  { tables }: Pick<Effects, 'tables'>,
  derivation: Derivation,
  versions: Readonly<Record<string, InputVersion>>,
  of: readonly TableRef[],
): Promise<Input[]> {
  return mapInParallel(of, async (table) => {
    const { version, commitId } = versions[tablePrefix(table)] ?? { version: -1, commitId: null };
    const snapshot = await tables.at(tablePrefix(table), version);
    if ((snapshot.commitId ?? null) !== commitId)
      throw new TryAgainError(
        `${tablePrefix(table)} has another commit as its version ${version} than it had`,
      );
    return { table, snapshot, isOver: derivation.over !== undefined && sameTable(derivation.over, table) };
  });
}

/** A table under another contract or SQL than this process holds would be read with the wrong columns. Throws TryAgainError. */
export function requireDefinitions(catalog: Catalog, inputs: readonly Input[]): void {
  for (const input of inputs)
    if (!isUnderDefinition(catalog, input))
      throw new TryAgainError(
        `${tablePrefix(input.table)} is under another definition than this process holds: run "sluice sync", which applies the definitions or reports why it cannot`,
      );
}

/** The one that the catalog holds. */
export function isUnderDefinition(catalog: Catalog, { table, snapshot }: Input): boolean {
  const held = configuration(snapshot, CONTRACT) ?? configuration(snapshot, DEFINITION);
  return held === presentHash(catalog, table);
}

/** Nothing is computed from rows that another program wrote: whoever owns the table takes them back first. Throws TryAgainError. */
export function requireOwnRows(inputs: readonly Input[]): void {
  for (const { table, snapshot } of inputs) {
    const [change] = snapshot.foreign;
    if (change !== undefined)
      throw new TryAgainError(
        `${tablePrefix(table)} was changed by another program in version ${change.version}: run "sluice sync", which reverts that`,
      );
  }
}

/** The local copies of data files, fetched when first needed and released together. */
export class LocalFiles {
  readonly #files = new Map<string, Promise<LocalFile>>();
  readonly #lake: ObjectStore;
  constructor(lake: ObjectStore) {
    this.#lake = lake;
  }

  path(prefix: string, add: Add): Promise<string> {
    const key = objectKey(prefix, add.path);
    const known = this.#files.get(key) ?? this.#fetch(key);
    this.#files.set(key, known);
    return known.then((file) => file.path);
  }

  /** See wholeFiles. */
  whole(prefix: string, files: readonly Add[]): Promise<Add[]> {
    const entries = async (...range: [prefix: string, after: number, upTo: number]) =>
      (await readEntries(this.#lake, ...range)).filter((entry) => entry !== undefined);
    return wholeFiles({ entries }, prefix, files);
  }

  async #fetch(key: string): Promise<LocalFile> {
    const file = await this.#lake.download(key);
    if (file) return file;
    throw new CorruptionError(
      `${this.#lake.location}/${key} is gone, although its table's log names it: restore it, or rebuild the table`,
    );
  }

  /** Releases all but the copies of `adds`. */
  async releaseOthers(prefix: string, adds: readonly Add[]): Promise<void> {
    const kept = new Set(adds.map(({ path }) => objectKey(prefix, path)));
    for (const [key, file] of this.#files) {
      if (kept.has(key)) continue;
      await file.then((f) => f.release()).catch(() => undefined);
      this.#files.delete(key);
    }
  }

  release(): Promise<void> {
    return this.releaseOthers('', []);
  }
}

/** CREATE VIEW text for the table's `files` (all, or one partition's) under the table's name. */
export async function inputView(
  catalog: Catalog,
  local: LocalFiles,
  table: TableRef,
  snapshot: Snapshot,
  files: readonly Add[],
): Promise<string> {
  return `CREATE OR REPLACE TEMP VIEW ${identifier(table.name)} AS ${await tableRelation(catalog, local, table, snapshot, files)}`;
}

/** `withSource`: with SOURCE_COLUMNS, which tell of a table of landing files from which of them a row is. */
export async function tableRelation(
  catalog: Catalog,
  local: LocalFiles,
  table: TableRef,
  snapshot: Snapshot,
  files: readonly Add[],
  withSource = table.kind === 'arrivals',
): Promise<string> {
  const standings = await standingsAt(catalog, local, table, snapshot);
  const relationFiles: RelationFile[] = [];
  const ofRows = files.filter((file) => roleOf(file) === undefined);
  for (const add of withSource ? await local.whole(tablePrefix(table), ofRows) : ofRows) {
    const isOfSeveral = withSource && isMerged(add);
    const origin = withSource && !isOfSeveral ? readOrigin(add) : undefined;
    const standing = origin && standings?.get(origin.source);
    relationFiles.push({
      path: await local.path(tablePrefix(table), add),
      partitionValues: add.partitionValues,
      ...(isOfSeveral ? { runs: runsOf(add) } : {}),
      ...(origin
        ? {
            origin: {
              source: origin.source,
              lastModifiedMs: origin.lastModifiedMs,
              newest: standing?.counts === true,
              delivery: standing?.rank ?? null,
              firstRow: Number(add.tags?.[FIRST_ROW] ?? 0),
            },
          }
        : {}),
    });
  }
  const hash = presentHash(catalog, table);
  return relationSql(
    {
      columns: catalog.columnsOf(table),
      partitionColumns: catalog.partitionColumnsOf(table),
      withSource,
      mixed: files.some(({ tags }) => (tags?.[CONTRACT] ?? tags?.[DEFINITION]) !== hash),
    },
    relationFiles,
  );
}

/** One for each source with rows; if all sources are without rows, one for the first. */
function runsOf(file: Add): Run[] {
  const shares = sharesOf(file);
  const withRows = shares.filter((share) => recordCount([share]) > 0);
  return (withRows.length > 0 ? withRows : shares.slice(0, 1)).map((share) => {
    const { source = '', lastModifiedMs = 0 } = readOrigin(share) ?? {};
    return { source, lastModifiedMs, firstRow: share.firstRow };
  });
}

/** Of the definition that the columns come from; files of another may lack some of them. */
function presentHash(catalog: Catalog, table: TableRef): string | undefined {
  const derivation = catalog.derivations.find(({ target }) => sameTable(target, table));
  return (derivation ?? catalog.datasets.find((dataset) => sameTable(landingTable(dataset), table)))?.hash;
}

// Each partition of a version asks; neither a snapshot nor a dataset ever changes.
const known = new WeakMap<Dataset, WeakMap<Snapshot, Standings>>();

/** Which source files of a replace dataset's arrivals count; undefined for other tables. */
async function standingsAt(
  catalog: Catalog,
  local: LocalFiles,
  table: TableRef,
  snapshot: Snapshot,
): Promise<Standings | undefined> {
  const dataset = replacedDataset(catalog, table);
  if (dataset === undefined) return undefined;
  const own = known.get(dataset) ?? new WeakMap<Snapshot, Standings>();
  known.set(dataset, own);
  const shares = async () => allShares(await local.whole(tablePrefix(table), [...snapshot.files.values()]));
  const standings = own.get(snapshot) ?? standingsOf(dataset, await shares());
  own.set(snapshot, standings);
  return standings;
}

/** The replace dataset whose arrivals the table has. */
export function replacedDataset({ datasets }: Catalog, table: TableRef): Dataset | undefined {
  if (table.kind !== 'arrivals') return undefined;
  return datasets.find((one) => one.mode === 'replace' && sameTable(landingTable(one), table));
}
