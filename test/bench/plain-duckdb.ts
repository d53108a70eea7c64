// The same work in DuckDB alone, without validation, tables or commits: what Sluice is measured against.
import { type Dataset, tableColumns } from '../../lib/core/contract.ts';
import type { Derivation } from '../../lib/core/insight.ts';
import { sqlType } from '../../lib/core/schema.ts';
import { identifier, literal } from '../../lib/sql/quoting.ts';

/** The file with the contract's types, as one would write it by hand. */
export function conversionSql(
  dataset: Dataset,
  file: string,
  parquet: string,
  { ignoreErrors = false } = {},
): string {
  const types = new Map(tableColumns(dataset).map(({ name, type }) => [name, sqlType(type)]));
  const columns = dataset.fields.map(
    ({ name }) => `${literal(name)}: ${literal(types.get(name) ?? 'VARCHAR')}`,
  );
  const read = `read_csv(${literal(file)}, header = true, hive_partitioning = false, ${ignoreErrors ? 'ignore_errors = true, ' : ''}columns = {${columns.join(', ')}})`;
  return `COPY (SELECT * FROM ${read}) TO ${literal(parquet)} (FORMAT parquet, COMPRESSION zstd)`;
}

/** The insights' SELECTs over the Parquet file, each into a table in memory that the next one may read. */
export function insightStatements(insights: readonly Derivation[], parquet: string): string[] {
  return [
    `CREATE TEMP VIEW billing AS SELECT * FROM read_parquet(${literal(parquet)})`,
    ...insights.map(({ target, sql }) => `CREATE TEMP TABLE ${identifier(target.name)} AS ${sql}`),
  ];
}
