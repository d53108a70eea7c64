// The judge of the law of joined inputs: each insight's SQL, run partition by partition over the whole of all other tables, as its
// meaning is defined. It knows neither plans nor logs: its rows are those of the files in landing.
import { type SqlEngine, SqlError, type SqlSession } from '../../lib/ports.ts';
import {
  INSIGHTS,
  type JoinedInsight,
  type Landing,
  PARTS,
  TABLE_NAMES,
  type TableName,
} from './joined-history.ts';

const SQL_TYPES = { string: 'VARCHAR', date: 'DATE', integer: 'BIGINT' } as const;
const text = (value: string | null) => (value === null ? 'NULL' : `'${value}'`);

/** By insight and partition, as sorted texts; a partition whose SQL fails is left out. */
export type Judged = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

export async function judged(sql: SqlEngine, landing: Landing): Promise<Judged> {
  return sql.session(async (session) => {
    for (const table of TABLE_NAMES) await fill(session, table, landing);
    const found: Record<string, Record<string, readonly string[]>> = {};
    for (const [name, insight] of Object.entries(INSIGHTS)) {
      found[name] = {};
      for (const partition of partitionsOf(insight, landing)) {
        const rows = await rowsOf(session, insight, partition);
        if (rows) found[name][JSON.stringify(partition)] = rows;
      }
    }
    return found;
  });
}

async function fill(session: SqlSession, table: TableName, landing: Landing): Promise<void> {
  const parts = PARTS[table];
  const columns = [
    ...parts.map(([name, type]) => `${name} ${SQL_TYPES[type]}`),
    'k VARCHAR',
    'n BIGINT',
    'note VARCHAR',
  ];
  await session.run(`CREATE TEMP TABLE all_${table} (${columns.join(', ')})`);
  for (const file of landing.values()) {
    if (file.table !== table) continue;
    const values = parts.map(([name]) => text(file.values[name] ?? null));
    const rows = file.rows.map(({ k, n, note }) => `(${[...values, text(k), n, text(note)].join(', ')})`);
    await session.run(`INSERT INTO all_${table} VALUES ${rows.join(', ')}`);
  }
  await session.run(`CREATE TEMP VIEW ${table} AS FROM all_${table}`);
}

export function partitionsOf(
  { partitionBy }: Pick<JoinedInsight, 'partitionBy'>,
  landing: Landing,
): (string | null)[][] {
  const sales = [...landing.values()].filter(({ table }) => table === 'sales');
  const all = sales.map(({ values }) => JSON.stringify(partitionBy.map((column) => values[column] ?? null)));
  return [...new Set(all)].map((one) => JSON.parse(one) as (string | null)[]);
}

async function rowsOf(
  session: SqlSession,
  { partitionBy, windowDays = 0, sql }: JoinedInsight,
  partition: readonly (string | null)[],
): Promise<readonly string[] | undefined> {
  const typed = partitionBy.map((column, i) => {
    const value = text(partition[i] ?? null);
    return { column, value: column === 'day' ? `CAST(${value} AS DATE)` : `CAST(${value} AS VARCHAR)` };
  });
  const seen = typed.map(({ column, value }) =>
    column === 'day'
      ? `day BETWEEN ${value} - ${windowDays} AND ${value}`
      : `${column} IS NOT DISTINCT FROM ${value}`,
  );
  await session.run(`CREATE OR REPLACE TEMP VIEW sales AS FROM all_sales WHERE ${seen.join(' AND ')}`);
  await session.run(
    `CREATE OR REPLACE TEMP VIEW this_partition AS SELECT ${typed.map(({ column, value }) => `${value} AS ${column}`).join(', ')}`,
  );
  try {
    return rowTexts(await session.rows(`SELECT * FROM (${sql})`));
  } catch (error) {
    if (error instanceof SqlError && error.kind === 'data') return undefined;
    throw error;
  }
}

export function rowTexts(rows: readonly object[]): readonly string[] {
  return rows
    .map((row) => JSON.stringify(Object.values(row).map((value) => (value === null ? null : String(value)))))
    .sort();
}
