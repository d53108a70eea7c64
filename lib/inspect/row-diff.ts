// Compares a table's rows between two versions: by key if it has one, otherwise as added and removed rows. Reads only
// data files that are not in both versions.

import { type Column, sqlType } from '../core/schema.ts';
import type { Add } from '../delta/actions.ts';
import type { DeltaTables } from '../delta/tables.ts';
import type { Effects } from '../lake/effects.ts';
import type { Row, SqlSession } from '../ports.ts';
import { LocalFiles } from '../refresh/inputs.ts';
import { identifier, literal } from '../sql/quoting.ts';
import type { Lifespan } from './share-lives.ts';
import { sumText } from './sum-text.ts';
import { columnsAt, relationAt } from './table-at.ts';
import type { TableLog } from './table-log.ts';

/** `old` is null for an added row, `new` for a removed one; both have all of `columns`. */
export type RowChange = {
  readonly change: 'added' | 'removed' | 'changed';
  readonly old: Row | null;
  readonly new: Row | null;
};

export type RowDiff = {
  /** [] where rows have no key, or it is not unique: then no row is `changed`. */
  readonly key: readonly string[];
  /** Of both versions; one that a version does not have is null there. */
  readonly columns: readonly { readonly name: string; readonly sqlType: string }[];
  readonly counts: Readonly<Record<RowChange['change'], number>>;
  /** In the order of the key, or of the columns. */
  changes(limit?: number): AsyncIterable<readonly RowChange[]>;
  /**
   * Over all changed rows, of each of these columns, as texts; null where no row has a value. Throws SqlError where one is no
   * number in both versions, or a sum has more than 38 digits.
   */
  sums(columns: readonly string[]): Promise<ColumnSums[]>;
};

export type ColumnSums = {
  readonly column: string;
  readonly old: string | null;
  readonly new: string | null;
};

export type DiffSide = { readonly version: number; readonly files: readonly Lifespan[] };

/** Throws CliError where a file of the older version was swept since. */
export async function withRowDiff<T>(
  effects: Effects,
  log: TableLog,
  before: DiffSide,
  after: DiffSide,
  key: readonly string[],
  work: (diff: RowDiff) => Promise<T>,
): Promise<T> {
  const local = new LocalFiles(effects.lake);
  const columns = sharedColumns(
    columnsAt(log.metadata(before.version)),
    columnsAt(log.metadata(after.version)),
  );
  try {
    return await effects.sql.session(async (session) => {
      const { tables } = effects;
      await createSide(session, 'old', tables, local, log, before, after, columns);
      await createSide(session, 'new', tables, local, log, after, before, columns);
      const isKeyed = await isUnique(session, columns, key);
      await session.run(isKeyed ? keyedDiff(key) : unkeyedDiff());
      const counts = { added: 0, removed: 0, changed: 0 };
      const found = await session.rows<{ change: RowChange['change']; n: number }>(
        'SELECT change, count(*) AS n FROM row_changes GROUP BY change',
      );
      for (const { change, n } of found) counts[change] = n;
      const order = (isKeyed ? key : columns.map(({ name }) => name)).map(
        (name) => `struct_extract(coalesce(new, old), ${literal(name)})`,
      );
      const select = `SELECT * FROM row_changes ORDER BY ${order.join(', ')}, change DESC`;
      return work({
        key: isKeyed ? key : [],
        columns,
        counts,
        changes: (limit) =>
          session.stream<RowChange>(limit === undefined ? select : `${select} LIMIT ${limit}`),
        sums: (names) => changedSums(session, columns, names),
      });
    });
  } finally {
    await local.release();
  }
}

/** Columns of either; one whose type changed is compared as text, unless both types are numbers. */
function sharedColumns(before: readonly Column[], after: readonly Column[]): RowDiff['columns'] {
  const old = new Map(before.map(({ name, type }) => [name, sqlType(type)]));
  const now = new Map(after.map(({ name, type }) => [name, sqlType(type)]));
  return [...new Set([...now.keys(), ...old.keys()])].map((name) => {
    const [from, to] = [old.get(name), now.get(name)];
    return {
      name,
      sqlType: from === undefined || to === undefined || from === to ? (to ?? from ?? '') : 'VARCHAR',
    };
  });
}

/** The table `old` or `new`: a struct a row, of the files that the other side does not have. */
async function createSide(
  session: SqlSession,
  name: 'old' | 'new',
  tables: DeltaTables,
  local: LocalFiles,
  log: TableLog,
  side: DiffSide,
  other: DiffSide,
  columns: RowDiff['columns'],
): Promise<void> {
  const common = new Set(other.files.map(({ add }) => add.path));
  const files = side.files.flatMap(({ add }): Add[] => (common.has(add.path) ? [] : [add]));
  const metadata = log.metadata(side.version);
  const at = { prefix: log.prefix, version: side.version, metadata };
  const relation = await relationAt(tables, local, at, files);
  const own = new Set(columnsAt(metadata).map((column) => column.name));
  const members = columns.map(
    (column) =>
      `${identifier(column.name)} := CAST(${own.has(column.name) ? identifier(column.name) : 'NULL'} AS ${column.sqlType})`,
  );
  await session.run(
    `CREATE TEMP TABLE ${name}_rows AS SELECT struct_pack(${members.join(', ')}) AS ${name} FROM (${relation})`,
  );
}

async function isUnique(
  session: SqlSession,
  columns: RowDiff['columns'],
  key: readonly string[],
): Promise<boolean> {
  if (key.length === 0 || key.some((name) => !columns.some((column) => column.name === name))) return false;
  for (const side of ['old', 'new']) {
    const names = key.map((name) => `struct_extract(${side}, ${literal(name)})`);
    const repeated = await session.rows(
      `SELECT 1 AS n FROM ${side}_rows GROUP BY ${names.join(', ')} HAVING count(*) > 1 LIMIT 1`,
    );
    if (repeated.length > 0) return false;
  }
  return true;
}

async function changedSums(
  session: SqlSession,
  columns: RowDiff['columns'],
  names: readonly string[],
): Promise<ColumnSums[]> {
  if (names.length === 0) return [];
  const isDouble = (name: string) =>
    columns.some((column) => column.name === name && column.sqlType === 'DOUBLE');
  const select = names.flatMap((name, i) =>
    ['old', 'new'].map(
      (side) => `${sumText(`struct_extract(${side}, ${literal(name)})`, isDouble(name))} AS ${side}${i}`,
    ),
  );
  const [row] = await session.rows<Record<string, string | null>>(
    `SELECT ${select.join(', ')} FROM row_changes`,
  );
  return names.map((column, i) => ({
    column,
    old: row?.[`old${i}`] ?? null,
    new: row?.[`new${i}`] ?? null,
  }));
}

function keyedDiff(key: readonly string[]): string {
  const same = key.map(
    (name) =>
      `struct_extract(old, ${literal(name)}) IS NOT DISTINCT FROM struct_extract(new, ${literal(name)})`,
  );
  return `CREATE TEMP TABLE row_changes AS
    SELECT CASE WHEN old IS NULL THEN 'added' WHEN new IS NULL THEN 'removed' ELSE 'changed' END AS change, old, new
    FROM old_rows FULL JOIN new_rows ON ${same.join(' AND ')}
    WHERE old IS DISTINCT FROM new`;
}

/** Equal rows cancel each other out, as often as they are in both. */
function unkeyedDiff(): string {
  return `CREATE TEMP TABLE row_changes AS
    SELECT CASE WHEN n > 0 THEN 'added' ELSE 'removed' END AS change,
      CASE WHEN n < 0 THEN row END AS old, CASE WHEN n > 0 THEN row END AS new
    FROM (
      SELECT row, n, unnest(range(abs(n))) AS nth
      FROM (
        SELECT row, CAST(sum(side) AS BIGINT) AS n
        FROM (SELECT old AS row, -1 AS side FROM old_rows UNION ALL SELECT new, 1 FROM new_rows)
        GROUP BY row
      )
      WHERE n <> 0
    )`;
}
