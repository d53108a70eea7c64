// Computes a small part of an insight from the lake as it is, for people who write its SQL: the rows of its newest partition. Writes
// nothing, and audits nothing.
import { type Derivation, sameTable, tablePrefix } from '../core/insight.ts';
import type { PartitionValues } from '../delta/actions.ts';
import type { Effects } from '../lake/effects.ts';
import { partitionOf } from '../lake/partition.ts';
import { comparePartitions } from '../lake/partition-filter.ts';
import { roleOf } from '../lake/tags.ts';
import type { ResultColumn, Row, SqlSession } from '../ports.ts';
import { SqlError } from '../ports.ts';
import { createPartitionView, rowsSql } from '../refresh/compute.ts';
import { createWholeViews, PartedViews } from '../refresh/compute-all.ts';
import { type Input, isUnderDefinition, LocalFiles } from '../refresh/inputs.ts';
import { SeenFiles } from '../refresh/seen-files.ts';
import { identifier } from '../sql/quoting.ts';

export type InsightSample = {
  readonly partition: PartitionValues;
  readonly columns: readonly ResultColumn[];
  /** The first ones by the key; without one, by all columns. */
  readonly rows: readonly Row[];
  /** Of the partition. */
  readonly rowCount: number;
};

export type SampleLimits = { readonly rows: number; readonly bytes: number };

/** Or a sentence why there is none. `bytes`: of the data files that the SQL reads. */
export async function insightSample(
  effects: Effects,
  derivation: Derivation,
  limits: SampleLimits,
): Promise<InsightSample | { readonly problem: string }> {
  const inputs: Input[] = [];
  for (const table of derivation.inputs) {
    const snapshot = await effects.tables.latest(tablePrefix(table));
    const isOver = derivation.over !== undefined && sameTable(derivation.over, table);
    const input = snapshot && { table, snapshot, isOver };
    if (input === undefined || !isUnderDefinition(effects.catalog, input))
      return { problem: `${table.name} is not in the lake as it is defined now: run "npx sluice sync"` };
    inputs.push(input);
  }
  const over = inputs.find(({ isOver }) => isOver);
  const files = [...(over?.snapshot.files.values() ?? [])].filter((add) => roleOf(add) === undefined);
  const partitions = files.map((add) => partitionOf(add.partitionValues, derivation.partitionBy));
  const partition = partitions.toSorted(comparePartitions).at(-1) ?? {};
  if (over && files.length === 0) return { problem: `${over.table.name} has no rows` };
  const seen = new SeenFiles(derivation, inputs);
  const bytes = inputs.flatMap((input) => seen.of(input, partition)).reduce((sum, { size }) => sum + size, 0);
  if (bytes > limits.bytes)
    return {
      problem: `the SQL reads ${Math.ceil(bytes / 1_000_000)} MB for one partition, which takes too long here: "npx sluice plan" computes it`,
    };
  return computed(effects, derivation, seen, partition, limits.rows);
}

async function computed(
  effects: Effects,
  derivation: Derivation,
  seen: SeenFiles,
  partition: PartitionValues,
  limit: number,
): Promise<InsightSample | { readonly problem: string }> {
  const local = new LocalFiles(effects.lake);
  const parted = new PartedViews(effects, seen);
  try {
    return await effects.sql.session(async (session) => {
      await createWholeViews(session, effects, local, seen);
      await parted.create(session, partition);
      if (derivation.readsPartition) await createPartitionView(session, derivation, partition);
      return { partition, ...(await firstRows(session, derivation, limit)) };
    });
  } catch (error) {
    if (!(error instanceof SqlError) || error.kind !== 'data') throw error;
    return { problem: `the SQL fails on the rows of the lake: ${error.message}` };
  } finally {
    await parted.release();
    await local.release();
  }
}

async function firstRows(session: SqlSession, derivation: Derivation, limit: number) {
  await session.run(`CREATE TEMP TABLE _sluice_sample AS ${rowsSql(derivation)}`);
  const names = derivation.columns.map(({ name }) => identifier(name)).join(', ');
  const key = derivation.key.map(identifier);
  const order = key.length === 0 ? 'ALL' : key.join(', ');
  const rows = `SELECT ${names} FROM _sluice_sample ORDER BY ${order} LIMIT ${limit}`;
  const [counted] = await session.rows<{ n: number | string }>('SELECT count(*) AS n FROM _sluice_sample');
  return {
    columns: await session.describe(rows),
    rows: await session.rows(rows),
    rowCount: Number(counted?.n ?? 0),
  };
}
