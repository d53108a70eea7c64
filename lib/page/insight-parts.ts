// An insight's rows and receipts, in documents of neighbouring partitions: one touched partition rewrites one of them.
import { sqlType } from '../core/schema.ts';
import { recordCount } from '../delta/stats.ts';
import { cellText } from '../inspect/cell-text.ts';
import type { Lifespan } from '../inspect/share-lives.ts';
import { columnsAt, relationOf } from '../inspect/table-at.ts';
import type { TableLog } from '../inspect/table-log.ts';
import { partitionId, partitionOf } from '../lake/partition.ts';
import type { SqlSession } from '../ports.ts';
import { LocalFiles } from '../refresh/inputs.ts';
import { identifier } from '../sql/quoting.ts';
import { cutParts, type Sized } from './cut-parts.ts';
import type { InsightPart, RowsDocument } from './insight-documents.ts';
import type { Cell } from './page-values.ts';
import { lineageBasis, receiptsRef } from './receipts.ts';
import type { ShownTable } from './shown-table.ts';
import type { Writing } from './writing.ts';

/** `files`: at least one. */
export type LivePartition = Sized & { readonly files: readonly Lifespan[] };

/** Of one document. */
const MAX_ROWS = 20_000;

/** The newest partitions first. Throws CorruptionError where a data file is gone. */
export async function insightParts(
  writing: Writing,
  shown: ShownTable,
): Promise<{ readonly parts: InsightPart[]; readonly newest: readonly LivePartition[] }> {
  const cuts = cutParts(livePartitions(shown.log));
  const lineage = await lineageBasis(writing, shown);
  const parts: InsightPart[] = [];
  for (const partitions of cuts) {
    const rowCount = partitions.reduce((sum, { rows }) => sum + rows, 0);
    parts.push({
      partitions: partitions.map(({ partition }) => partition),
      rowCount,
      moreRows: Math.max(0, rowCount - MAX_ROWS),
      rows: await rowsRef(writing, shown, partitions),
      receipts: await receiptsRef(writing, shown, partitions, lineage),
    });
  }
  return { parts, newest: cuts[0] ?? [] };
}

function livePartitions(log: TableLog): LivePartition[] {
  const { partitionColumns } = log.metadata(log.newest);
  const groups = new Map<string, Lifespan[]>();
  for (const file of log.filesAt(log.newest)) {
    const id = partitionId(partitionOf(file.add.partitionValues, partitionColumns));
    const group = groups.get(id);
    if (group) group.push(file);
    else groups.set(id, [file]);
  }
  return [...groups.values()].map((files) => ({
    partition: partitionOf(files[0]?.add.partitionValues ?? {}, partitionColumns),
    files,
    rows: recordCount(files.map(({ add }) => add)),
  }));
}

function rowsRef(writing: Writing, shown: ShownTable, partitions: readonly LivePartition[]) {
  const { id, schemaString, partitionColumns } = shown.log.metadata(shown.log.newest);
  const paths = partitions.flatMap(({ files }) => files.map(({ add }) => add.path)).sort();
  const basis = { id, schemaString, partitionColumns, key: shown.derivation.key, paths };
  return writing.site.document('rows', basis, () => partRows(writing, shown, partitions));
}

async function partRows(
  writing: Writing,
  shown: ShownTable,
  partitions: readonly LivePartition[],
): Promise<RowsDocument> {
  const { partitionColumns } = shown.log.metadata(shown.log.newest);
  const columns = shownColumns(shown.log);
  const names = columns.map(({ name }) => name);
  const key = shown.derivation.key.filter((name) => names.includes(name));
  const order = [
    ...partitionColumns.map((name) => `${identifier(name)} DESC NULLS LAST`),
    ...[...key, ...names].map(identifier),
  ];
  return withRows(writing, shown, partitions, async (session, relation) => {
    const sql = `SELECT ${names.map(identifier).join(', ')} FROM (${relation}) ORDER BY ${order.join(', ')} LIMIT ${MAX_ROWS}`;
    const rows: Cell[][] = [];
    for await (const chunk of session.stream(sql))
      for (const row of chunk)
        rows.push(columns.map(({ name, type }) => cellText(row[name] ?? null, sqlType(type))));
    return { rows };
  });
}

/** Runs `work` with a SELECT of the partitions' rows. */
export async function withRows<T>(
  { effects }: Writing,
  { log }: ShownTable,
  partitions: readonly LivePartition[],
  work: (session: SqlSession, relation: string) => Promise<T>,
): Promise<T> {
  const local = new LocalFiles(effects.lake);
  try {
    const files = partitions.flatMap((one) => one.files.map(({ add }) => add));
    const relation = await relationOf(local, log.prefix, log.metadata(log.newest), files);
    return await effects.sql.session((session) => work(session, relation), 'light');
  } finally {
    await local.release();
  }
}

/** Of the table's own schema, partition columns first. */
export function shownColumns(log: TableLog) {
  const { partitionColumns } = log.metadata(log.newest);
  const columns = columnsAt(log.metadata(log.newest));
  const first = partitionColumns.flatMap((name) => columns.find((column) => column.name === name) ?? []);
  return [...first, ...columns.filter(({ name }) => !partitionColumns.includes(name))];
}
