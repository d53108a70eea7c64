// The keys of a part's rows, so that those of several parts of one file can be compared: which rows repeat a key is asked of the whole
// file. The engine's own hash tells shards, as equal keys have equal hashes in any process of the same engine.
import { join } from 'node:path';
import { type Dataset, type RowKey, rowKeys } from '../core/contract.ts';
import type { SqlSession } from '../ports.ts';
import { fileLiteral, list, writeParquet } from '../sql/quoting.ts';
import type { KeyedRelation } from './repeated-keys.ts';
import type { SourceFile } from './row-source.ts';
import { writeParts } from './split-rows.ts';

/** Keys in a local file. `key`: its number among comparedKeys. */
export type PartKeys = { readonly key: number; readonly shard: number; readonly path: string };

/** The keys that are asked about the whole file: those that no row may repeat, or, in an upsert dataset, whose versions its rows are. */
export function comparedKeys(dataset: Dataset): readonly RowKey[] {
  return dataset.mode === 'upsert' && dataset.primaryKey.length > 0
    ? [{ rule: 'primary-key', fields: dataset.primaryKey }]
    : rowKeys(dataset);
}

/** Rows with keys: `column` gives the expression of a field; `holds`: that the row is accepted, but for keys of other rows. */
export type KeyedRows = {
  readonly relation: string;
  readonly holds: string;
  readonly column: (field: string) => string;
};

/** Each key once. Rows without one have none to compare. */
export async function writePartKeys(
  session: SqlSession,
  dataset: Dataset,
  { relation, holds, column }: KeyedRows,
  shards: number,
  folder: string,
): Promise<PartKeys[]> {
  const found: PartKeys[] = [];
  for (const [key, { fields }] of comparedKeys(dataset).entries()) {
    const names = fields.map((_, i) => `k${i}`);
    const columns = fields.map((field, i) => `${column(field)} AS k${i}`);
    const present = names.map((name) => `${name} IS NOT NULL`).join(' AND ');
    const keys = `SELECT ${names.join(', ')}, bool_or(holds) AS holds FROM (SELECT ${columns.join(', ')}, ${holds} AS holds FROM ${relation}) WHERE ${present} GROUP BY ALL`;
    const sharded = `SELECT *, CAST(hash(${names.join(', ')}) % ${shards} AS INTEGER) AS shard FROM (${keys})`;
    const parts = await writeParts(session, sharded, ['shard'], join(folder, `keys-${key}`));
    for (const { partition, paths } of parts)
      for (const path of paths) found.push({ key, shard: Number(partition.shard), path });
  }
  return found;
}

export type BlockKeys = { readonly block: number; readonly path: string };

/** Of one key and shard, how many there are. */
export async function countKeys(session: SqlSession, files: readonly BlockKeys[]): Promise<number> {
  const { relation, names } = await keysIn(session, files);
  const [counted] = await session.rows<{ keys: number }>(
    `SELECT count(*) AS keys FROM (SELECT DISTINCT ${names} FROM ${relation})`,
  );
  return Number(counted?.keys ?? 0);
}

/** Of one key and shard, by block, those that a block before it holds, in local files. */
export async function heldKeys(
  session: SqlSession,
  files: readonly BlockKeys[],
  folder: string,
): Promise<BlockKeys[]> {
  const { relation, names } = await keysIn(session, files);
  const repeated = `SELECT ${names}, block FROM ${relation} QUALIFY block > min(block) FILTER (holds) OVER (PARTITION BY ${names})`;
  await session.run(`CREATE OR REPLACE TEMP TABLE held_keys AS ${repeated}`);
  const concerned = await session.rows<{ block: number }>(
    'SELECT DISTINCT block FROM held_keys ORDER BY block',
  );
  const held: BlockKeys[] = [];
  for (const { block } of concerned) {
    const path = join(folder, `held-${block}.parquet`);
    await session.run(writeParquet(`SELECT ${names} FROM held_keys WHERE block = ${block}`, path));
    held.push({ block, path });
  }
  await session.run('DROP TABLE held_keys');
  return held;
}

/** What writePartKeys wrote of several blocks, each key with its block. */
async function keysIn(
  session: SqlSession,
  files: readonly BlockKeys[],
): Promise<{ readonly relation: string; readonly names: string }> {
  const paths = list(files.map(({ path }) => fileLiteral(path)));
  const blocks = list(files.map(({ block }) => String(block)));
  const read = `SELECT *, CAST((${blocks})[CAST(file_index AS BIGINT) + 1] AS INTEGER) AS block FROM read_parquet(${paths}, hive_partitioning = false)`;
  const columns = await session.describe(`SELECT * EXCLUDE (holds, block) FROM (${read})`);
  return { relation: `(${read})`, names: columns.map(({ name }) => name).join(', ') };
}

/** What rows of earlier parts hold of a key. `number`: among comparedKeys. */
export function heldBefore({ part }: SourceFile, key: RowKey, number: number): Pick<KeyedRelation, 'held'> {
  const paths = part?.keys?.held.get(number);
  if (paths === undefined) return {};
  const names = key.fields.map((_, i) => `k${i}`).join(', ');
  return {
    held: `SELECT ${names} FROM read_parquet(${list(paths.map(fileLiteral))}, hive_partitioning = false)`,
  };
}
