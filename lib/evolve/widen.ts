// Rewrites data files with wider columns and unchanged values, so that a column has one type in all files of a table.
import { landingTable } from '../core/catalog.ts';
import { type Dataset, tableColumns } from '../core/contract.ts';
import { tablePrefix } from '../core/insight.ts';
import type { Column } from '../core/schema.ts';
import type { Action, Add } from '../delta/actions.ts';
import { removeAction } from '../delta/partitions.ts';
import type { Snapshot } from '../delta/snapshot.ts';
import { fileStatistics } from '../delta/stats.ts';
import type { Effects } from '../lake/effects.ts';
import { goneError, republishDataFile } from '../lake/publish-data-file.ts';
import { storedColumns } from '../lake/stored-columns.ts';
import type { SqlSession } from '../ports.ts';
import { readParquet, writeParquet } from '../sql/quoting.ts';
import type { Piece, StagedFiles, StagingObserver } from './staging.ts';
import { partitionNames } from './table-metadata.ts';

/**
 * The actions that give all columns of these live files the contract's types; [] for files that have them already. The
 * rows are the same, but queries may give different results: 1 / 3 depends on the type.
 */
export async function widenFiles(
  effects: Effects,
  dataset: Dataset,
  snapshot: Snapshot,
  files: readonly Add[],
  staged: StagedFiles,
  observer: StagingObserver,
): Promise<Action[]> {
  const columns = tableColumns(dataset);
  const table = {
    prefix: tablePrefix(landingTable(dataset)),
    columns,
    partitionColumns: partitionNames(dataset),
  };
  const shape = columns.map(({ name, type }) => `${name} ${type}`).join();
  const actions: Action[] = [];
  for (const [i, add] of files.entries()) {
    const { adds } = await staged.piece(`${add.path} as ${shape}`, snapshot, () =>
      widenFile(effects, table, add),
    );
    if (adds.length > 0) actions.push(removeAction(add, effects.clock().getTime()));
    actions.push(...adds.map((wide) => ({ add: wide })));
    observer.staged?.(`widening ${dataset.name}`, i + 1, files.length);
  }
  return actions;
}

type Table = {
  readonly prefix: string;
  readonly columns: readonly Column[];
  readonly partitionColumns: readonly string[];
};

/** Uploads the new file; no commit names it yet. None if the file lacks the wider columns. The tags stay: the source is the same. */
async function widenFile(effects: Effects, table: Table, add: Add): Promise<Piece> {
  const { prefix, partitionColumns } = table;
  const wide = await republishDataFile(effects, prefix, partitionColumns, add, (from, to) =>
    effects.sql.session((session) => copyWide(session, table, from, to)),
  );
  if (wide !== 'gone') return { adds: wide ? [wide] : [] };
  throw goneError(effects, prefix, add.path);
}

/** Returns the new file's statistics; undefined if it would be the same file. */
async function copyWide(
  session: SqlSession,
  { columns }: Table,
  from: string,
  to: string,
): Promise<string | undefined> {
  const { select, isSame } = await storedColumns(session, readParquet(from), columns);
  if (isSame) return undefined;
  await session.run(writeParquet(`SELECT ${select} FROM ${readParquet(from)}`, to));
  return (await fileStatistics(session, to, columns)).stats;
}
