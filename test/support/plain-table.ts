// A Delta table read without Sluice, as the judge of what Sluice says of it: the JSON entries of its log, and its data files by SQL.
import type { ObjectStore, SqlEngine } from '../../lib/ports.ts';

type LogFile = { readonly path: string; readonly partitionValues: Readonly<Record<string, string | null>> };
type LogAction = {
  readonly add?: LogFile;
  readonly remove?: { readonly path: string };
  readonly metaData?: { readonly schemaString: string; readonly partitionColumns: readonly string[] };
};
type Schema = { readonly fields: readonly { readonly name: string; readonly type: string }[] };

export type PlainVersion = {
  readonly columns: Schema['fields'];
  readonly partitionColumns: readonly string[];
  readonly files: readonly LogFile[];
};

/** Of each version, from 0 on; [] where there is no table. */
export async function plainVersions(lake: ObjectStore, prefix: string): Promise<PlainVersion[]> {
  const versions: PlainVersion[] = [];
  const live = new Map<string, LogFile>();
  let [columns, partitionColumns]: [Schema['fields'], readonly string[]] = [[], []];
  for await (const { key } of lake.list(`${prefix}/_delta_log/`)) {
    if (!/\/\d{20}\.json$/.test(key)) continue;
    const text = new TextDecoder().decode(await lake.read(key));
    const actions = text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as LogAction]));
    for (const { remove } of actions) if (remove) live.delete(remove.path);
    for (const { add, metaData } of actions) {
      if (add) live.set(add.path, add);
      if (metaData) columns = (JSON.parse(metaData.schemaString) as Schema).fields;
      if (metaData) partitionColumns = metaData.partitionColumns;
    }
    versions.push({ columns, partitionColumns, files: [...live.values()] });
  }
  return versions;
}

export type PlainRow = Readonly<Record<string, string | null>>;

/** In no order; undefined where a data file is gone. Each value is cast to the table's type, and then to a text. */
export async function plainRows(
  { lake, sql }: { readonly lake: ObjectStore; readonly sql: SqlEngine },
  prefix: string,
  { columns, partitionColumns, files }: PlainVersion,
): Promise<PlainRow[] | undefined> {
  const rows: PlainRow[] = [];
  for (const { path, partitionValues } of files) {
    const local = await lake.download(`${prefix}/${decodeURIComponent(path)}`);
    if (local === undefined) return undefined;
    const source = `read_parquet('${local.path}', hive_partitioning = false)`;
    const read = await sql.session(async (session) => {
      const own = (await session.describe(`FROM ${source}`)).map(({ name }) => name);
      const texts = columns.map(({ name, type }) => {
        const value = own.includes(name) ? `"${name}"` : 'NULL';
        return `CAST(CAST(${value} AS ${SQL_TYPES[type] ?? type}) AS VARCHAR) AS "${name}"`;
      });
      return session.rows<Record<string, string | null>>(`SELECT ${texts.join(', ')} FROM ${source}`);
    });
    for (const row of read) {
      const parts = partitionColumns.map((name) => [name, partitionValues[name] ?? null] as const);
      rows.push({ ...row, ...Object.fromEntries(parts) });
    }
  }
  return rows;
}

const SQL_TYPES: Readonly<Record<string, string>> = {
  string: 'VARCHAR',
  long: 'BIGINT',
  timestamp: 'TIMESTAMPTZ',
};
