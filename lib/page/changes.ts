// What one version of an insight changed: its rows of before and after, and what moved them. Never changes once it is written.
import { CliError, CorruptionError, LocationGoneError } from '../errors.ts';
import { cellText } from '../inspect/cell-text.ts';
import type { VersionHistory } from '../inspect/history.ts';
import { type ColumnSums, type RowChange, type RowDiff, withRowDiff } from '../inspect/row-diff.ts';
import type { Lifespan } from '../inspect/share-lives.ts';
import { columnsAt } from '../inspect/table-at.ts';
import { keyOf } from '../inspect/table-diff.ts';
import type { TableLog } from '../inspect/table-log.ts';
import { type Row, SqlError } from '../ports.ts';
import type { ChangeDocument, ChangeRef, PageColumn } from './insight-documents.ts';
import { isMeasure, pageColumns } from './page-columns.ts';
import type { Cell, Ref } from './page-values.ts';
import type { ShownTable, Side } from './shown-table.ts';
import { movesBetween } from './source-moves.ts';
import type { Writing } from './writing.ts';

const MAX_CHANGES = 20;
const MAX_ROWS = 2000;

/** Of the newest versions that changed rows, the newest first. */
export async function changeRefs(writing: Writing, shown: ShownTable): Promise<ChangeRef[]> {
  const changed = shown.history.filter(changesRows).slice(0, MAX_CHANGES);
  const refs: ChangeRef[] = [];
  for (const { version, committedAt } of changed) {
    const change = await changeRef(writing, shown, version);
    refs.push({ version, committedAt, change });
  }
  return refs;
}

export function changesRows({ version, rowsAdded, rowsRemoved }: VersionHistory): boolean {
  return version > 0 && rowsAdded + rowsRemoved > 0;
}

/** What vacuum sweeps later stays told: the document is made from what was there when it was first written. */
export function changeRef(
  writing: Writing,
  shown: ShownTable,
  version: number,
): Promise<Ref<ChangeDocument>> {
  const { log } = shown;
  const basis = { table: log.metadata(version).id, version, commit: log.commitId(version) ?? null };
  return writing.site.document('change', basis, () => changeOf(writing, shown, version));
}

async function changeOf(writing: Writing, shown: ShownTable, version: number): Promise<ChangeDocument> {
  const { log, history } = shown;
  const told = history[log.newest - version];
  if (told?.version !== version) throw new Error(`the history of ${log.prefix} has no version ${version}`);
  const [before, after] = [sideAt(log, version - 1, told), sideAt(log, version, told)];
  return {
    table: shown.derivation.target.name,
    version,
    committedAt: told.committedAt,
    ...(await rowChanges(writing, shown, before, after)),
    ...(await movesBetween(writing, log, before, after)),
  };
}

/** Of the partitions that the version touched. */
function sideAt(log: TableLog, version: number, { partitions }: VersionHistory): Side {
  const files = new Map<string, Lifespan>();
  for (const partition of partitions)
    for (const file of log.partitionAt(version, partition)) files.set(file.add.path, file);
  return { version, files: [...files.values()] };
}

type RowPart = Pick<ChangeDocument, 'columns' | 'key' | 'counts' | 'rows' | 'moreRows' | 'totals'>;

async function rowChanges(
  { effects }: Writing,
  shown: ShownTable,
  before: Side,
  after: Side,
): Promise<RowPart> {
  const key = keyOf(effects, shown.derivation.target);
  const useful = key.length === 0 ? shown.derivation.partitionBy : key;
  try {
    return await withRowDiff(effects, shown.log, before, after, useful, (diff) =>
      readChanges(shown, after.version, diff),
    );
  } catch (error) {
    // A live file that is gone stops the reading of the table's rows, which come before.
    const isSwept = error instanceof CliError || error instanceof CorruptionError;
    if (!isSwept || error instanceof LocationGoneError) throw error;
    return sweptRows(shown, after.version);
  }
}

function sweptRows({ log, history }: ShownTable, version: number): RowPart {
  const { rowsAdded = 0, rowsRemoved = 0 } = history[log.newest - version] ?? {};
  return {
    columns: pageColumns(columnsAt(log.metadata(version))),
    key: [],
    counts: { added: rowsAdded, removed: rowsRemoved, changed: 0 },
    rows: null,
    moreRows: 0,
    totals: null,
  };
}

async function readChanges(shown: ShownTable, version: number, diff: RowDiff): Promise<RowPart> {
  const { log } = shown;
  const known = [...columnsAt(log.metadata(version)), ...columnsAt(log.metadata(version - 1))];
  const columns = diff.columns.flatMap(({ name }) => known.find((column) => column.name === name) ?? []);
  const rows: NonNullable<ChangeDocument['rows']>[number][] = [];
  for await (const chunk of diff.changes(MAX_ROWS))
    for (const { change, old, new: now } of chunk as readonly RowChange[])
      rows.push({
        change,
        old: old && cellsOf(old, diff.columns),
        new: now && cellsOf(now, diff.columns),
      });
  const { added, removed, changed } = diff.counts;
  const shownColumns = pageColumns(columns);
  return {
    columns: shownColumns,
    key: diff.key,
    counts: { added, removed, changed },
    rows,
    moreRows: added + removed + changed - rows.length,
    totals: await totalsOf(diff, measuresOf(shown, diff, shownColumns)),
  };
}

function cellsOf(row: Row, columns: RowDiff['columns']): Cell[] {
  return columns.map(({ name, sqlType }) => cellText(row[name] ?? null, sqlType));
}

/** A column whose type changed is compared as text. */
function measuresOf(
  { derivation: { key, partitionBy } }: ShownTable,
  diff: RowDiff,
  columns: readonly PageColumn[],
): string[] {
  const isText = new Set(diff.columns.filter(({ sqlType }) => sqlType === 'VARCHAR').map(({ name }) => name));
  const tells = [...key, ...partitionBy, ...diff.key];
  return columns
    .filter((column) => isMeasure(column, tells) && !isText.has(column.name))
    .map(({ name }) => name);
}

/** Null where a sum has more than 38 digits. */
async function totalsOf(diff: RowDiff, measures: readonly string[]): Promise<ColumnSums[] | null> {
  try {
    return await diff.sums(measures);
  } catch (error) {
    if (error instanceof SqlError && error.kind === 'data') return null;
    throw error;
  }
}
