// The accepted rows of a bundle in the engine: what each file has in each partition, which files are clean, and data files of several
// files' rows. Says nothing of what is wrong with a row: a file that has one is converted on its own.
import type { Dataset } from '../../core/contract.ts';
import { rowKeys } from '../../core/contract.ts';
import type { Column } from '../../core/schema.ts';
import { validation } from '../../core/validation-sql.ts';
import type { PartitionValues } from '../../delta/actions.ts';
import { jsonBounds } from '../../delta/stats.ts';
import { CorruptionError } from '../../errors.ts';
import type { SqlSession } from '../../ports.ts';
import { identifier, literal, writeParquet } from '../../sql/quoting.ts';
import { columnsOf, selection } from '../accepted-rows.ts';
import type { BundledSource } from '../csv/bundled-source.ts';
import { filesRepeating } from '../repeated-keys.ts';
import { rowsHash } from '../rows-hash.ts';

/** A file's rows in one partition. `file`: its number in the bundle. `stats`: as a merged file's, see shares.ts. `hash`: see ROWS in tags.ts. */
export type BundledRows = {
  readonly file: number;
  readonly partition: PartitionValues;
  readonly rows: number;
  readonly stats: string;
  readonly hash: string;
};

const [TABLE, FILE, ROW] = ['_sluice_bundle', '_sluice_file', '_sluice_place'];

/** What keys give is in the rows. */
const FROM_ROWS: ReadonlyMap<string, string | null> = new Map();

/** Of a data file. */
export function ownColumns(dataset: Dataset): Column[] {
  return columnsOf({ dataset, fromPath: FROM_ROWS }).own;
}

/** Reads the rows that are valid. */
export async function readBundle(
  session: SqlSession,
  dataset: Dataset,
  source: BundledSource,
): Promise<void> {
  const rules = validation(dataset, source.texts, source.path, source.repeatedHeader);
  const number = (text: string, name: string) => `CAST(${text} AS INTEGER) AS ${name}`;
  const numbers = [number(source.fileNumber, `${FILE}`), number(source.rowNumber, `${ROW}`)].join(', ');
  await session.run(
    `CREATE TEMP TABLE ${TABLE} AS SELECT ${numbers}, ${selection({ dataset, fromPath: FROM_ROWS }, rules)} FROM ${rules.relation(source.relation)} WHERE ${rules.valid}`,
  );
}

/** Of the files whose accepted rows are as many as `records` says, and of which no two have one key. In the files' order. */
export async function cleanRows(
  session: SqlSession,
  dataset: Dataset,
  records: readonly number[],
): Promise<BundledRows[]> {
  const all = await partsOf(session, dataset);
  const found = records.map(() => 0);
  for (const { file, rows } of all) found[file] = (found[file] ?? 0) + rows;
  const repeating = new Set<number>();
  for (const key of rowKeys(dataset))
    for (const { file } of await session.rows<{ file: number }>(filesRepeating(key, `${TABLE}`, `${FILE}`)))
      repeating.add(file);
  return all.filter(({ file }) => found[file] === records[file] && !repeating.has(file));
}

async function partsOf(session: SqlSession, dataset: Dataset): Promise<BundledRows[]> {
  const names = dataset.partitionBy.map(({ name }) => name);
  const own = ownColumns(dataset);
  const keys = own.filter(({ name }) => dataset.primaryKey.includes(name));
  type Found = {
    readonly file: number;
    readonly rows: number;
    readonly hash: string;
    readonly partition: readonly (string | null)[];
    readonly least: readonly (string | null)[];
    readonly greatest: readonly (string | null)[];
  };
  const texts = (values: readonly string[]) => `CAST([${values.join(', ')}] AS VARCHAR[])`;
  const extremes = (sql: 'min' | 'max') =>
    texts(keys.map(({ name }) => `CAST(${sql}(${identifier(name)}) AS VARCHAR)`));
  const found = await session.rows<Found>(
    `SELECT ${FILE} AS file, partition, count(*) AS rows, ${rowsHash(own, `${ROW}`)} AS hash, ${extremes('min')} AS least, ${extremes('max')} AS greatest
     FROM (SELECT *, ${texts(names.map(partitionText))} AS partition FROM ${TABLE}) GROUP BY ${FILE}, partition ORDER BY ${FILE}, partition`,
  );
  return found.map(({ file, rows, hash, partition, least, greatest }) => ({
    ...{ file, rows, hash },
    partition: Object.fromEntries(names.map((name, i) => [name, partition[i] ?? null])),
    stats: statistics(rows, keys, least, greatest),
  }));
}

/** In Delta, an empty text in a partition column is null. */
function partitionText(name: string): string {
  return `nullif(CAST(${identifier(name)} AS VARCHAR), '')`;
}

function statistics(
  numRecords: number,
  keys: readonly Column[],
  least: readonly (string | null)[],
  greatest: readonly (string | null)[],
): string {
  const bounds = keys.flatMap(({ name, type }, i) => {
    const found = jsonBounds(type, least[i] ?? null, greatest[i] ?? null);
    return found === undefined ? [] : [{ name: JSON.stringify(name), found }];
  });
  const [min, max] = [0, 1].map((which) => bounds.map(({ name, found }) => `${name}:${found[which]}`));
  return `{"numRecords":${numRecords},"minValues":{${min}},"maxValues":{${max}}}`;
}

/** Writes those rows, which are of one partition, to one file, in their files' order. */
export async function writeRows(
  session: SqlSession,
  dataset: Dataset,
  parts: readonly BundledRows[],
  path: string,
): Promise<void> {
  const columns = ownColumns(dataset)
    .map(({ name }) => identifier(name))
    .join(', ');
  const files = parts.map(({ file }) => file).join(', ');
  const isIts = Object.entries(parts[0]?.partition ?? {}).map(
    ([name, value]) => `AND ${partitionText(name)} IS NOT DISTINCT FROM ${literal(value)}`,
  );
  const query = `SELECT ${columns} FROM ${TABLE} WHERE ${FILE} IN (${files}) ${isIts.join(' ')} ORDER BY ${FILE}, ${ROW}`;
  const written = await session.run(writeParquet(query, path));
  const wanted = parts.reduce((sum, { rows }) => sum + rows, 0);
  if (written !== wanted)
    throw new CorruptionError(
      `of ${parts.length} files ${wanted} rows were accepted, and ${written} written`,
    );
}
