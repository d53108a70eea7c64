// Which totals of a computed table differ between two snapshots: sums of its numeric columns and counts of its rows, by partition
// and over all. Decimals and whole numbers are summed exactly, doubles are not and say so. Knows not where the snapshots are from.
import type { Derivation } from '../core/insight.ts';
import { tablePrefix } from '../core/insight.ts';
import type { Column } from '../core/schema.ts';
import type { PartitionValues } from '../delta/actions.ts';
import type { Snapshot } from '../delta/snapshot.ts';
import type { Effects } from '../lake/effects.ts';
import { partitionId } from '../lake/partition.ts';
import { SqlError, type SqlSession } from '../ports.ts';
import { LocalFiles } from '../refresh/inputs.ts';
import { identifier } from '../sql/quoting.ts';
import { addDecimals, isZero, negated } from './decimal-text.ts';
import { isNumeric, sumText } from './sum-text.ts';
import { columnsAt, relationOf } from './table-at.ts';

/** Plain digits; null where there is no such column, no value, or a sum that `tooLarge` names. */
export type ColumnTotal = {
  readonly column: string;
  readonly old: string | null;
  readonly new: string | null;
  /** New minus old, of which one that is null counts as 0; null where it cannot be said. */
  readonly difference: string | null;
  /** Of a double: the last digits depend on the order of the rows. Moved only where more than the 9th digit differs. */
  readonly approximate: boolean;
};

export type RowTotal = { readonly old: number; readonly new: number };

export type PartitionTotals = {
  readonly partition: PartitionValues;
  readonly rows: RowTotal;
  /** Those that differ. */
  readonly columns: readonly ColumnTotal[];
};

export type MovedTotals = {
  readonly rows: RowTotal;
  /** Over all partitions: every numeric column that is neither of the key nor of the partitioning. */
  readonly columns: readonly ColumnTotal[];
  /** Where a total or the number of rows differs. */
  readonly partitions: readonly PartitionTotals[];
  /** Partitions of which all totals are equal. */
  readonly equalPartitions: number;
  /** Columns of which a sum has more than 38 digits. */
  readonly tooLarge: readonly string[];
};

/** A difference of doubles below this share of the larger one is taken for the order of the rows. */
const DOUBLE_PRECISION = 1e-9;

/** `effects.lake` has the data files of both. */
export async function movedTotals(
  effects: Pick<Effects, 'lake' | 'sql'>,
  derivation: Derivation,
  before: Snapshot | undefined,
  after: Snapshot | undefined,
): Promise<MovedTotals> {
  const columns = summedColumns(derivation, before, after);
  const groups = sharedPartitioning(derivation, before, after);
  const prefix = tablePrefix(derivation.target);
  const old = await sumsOf(effects, before, prefix, groups, columns);
  const now = await sumsOf(effects, after, prefix, groups, columns);
  const ids = [...new Set([...old.groups.keys(), ...now.groups.keys()])];
  const partitions = ids.map((id): PartitionTotals => {
    const [was, is] = [old.groups.get(id), now.groups.get(id)];
    return {
      partition: (is ?? was)?.partition ?? {},
      rows: { old: was?.rows ?? 0, new: is?.rows ?? 0 },
      columns: columns.map((column) => total(column, was?.sums.get(column.name), is?.sums.get(column.name))),
    };
  });
  const tooLarge = [...new Set([...old.tooLarge, ...now.tooLarge])];
  const moved = partitions.flatMap((one) => {
    const differing = one.columns.filter(hasMoved);
    return differing.length > 0 || one.rows.old !== one.rows.new ? [{ ...one, columns: differing }] : [];
  });
  return {
    rows: { old: rowsIn(old.groups), new: rowsIn(now.groups) },
    columns: columns.map((column) => total(column, overAll(old, column), overAll(now, column))),
    partitions: moved,
    equalPartitions: partitions.length - moved.length,
    tooLarge,
  };
}

export function hasMoved({ old, new: now, difference, approximate }: ColumnTotal): boolean {
  if (difference === null) return old !== now;
  if (!approximate) return !isZero(difference);
  const largest = Math.max(Math.abs(Number(old ?? 0)), Math.abs(Number(now ?? 0)));
  return Math.abs(Number(difference)) > DOUBLE_PRECISION * largest;
}

type Summed = { readonly name: string; readonly approximate: boolean };

/** Numbers that identify a row say nothing when they are summed. */
function summedColumns(
  { key, partitionBy }: Derivation,
  before: Snapshot | undefined,
  after: Snapshot | undefined,
): Summed[] {
  const found = new Map<string, Summed>();
  for (const { name, type } of [...columnsOf(after), ...columnsOf(before)]) {
    if (!isNumeric(type) || key.includes(name) || partitionBy.includes(name)) continue;
    const approximate = type === 'double' || found.get(name)?.approximate === true;
    found.set(name, { name, approximate });
  }
  return [...found.values()];
}

function columnsOf(snapshot: Snapshot | undefined): Column[] {
  return snapshot === undefined ? [] : columnsAt(snapshot.metadata);
}

/** Columns that rows of both versions have: a table may have been partitioned in another way. */
function sharedPartitioning({ partitionBy }: Derivation, ...snapshots: (Snapshot | undefined)[]): string[] {
  return partitionBy.filter((name) =>
    snapshots.every((one) => one === undefined || columnsOf(one).some((column) => column.name === name)),
  );
}

type Group = {
  readonly partition: PartitionValues;
  readonly rows: number;
  readonly sums: ReadonlyMap<string, string | null>;
};
type Sums = { readonly groups: ReadonlyMap<string, Group>; readonly tooLarge: readonly string[] };

async function sumsOf(
  effects: Pick<Effects, 'lake' | 'sql'>,
  snapshot: Snapshot | undefined,
  prefix: string,
  groups: readonly string[],
  columns: readonly Summed[],
): Promise<Sums> {
  if (snapshot === undefined) return { groups: new Map(), tooLarge: [] };
  const own = new Set(columnsOf(snapshot).map(({ name }) => name));
  const present = columns.filter(({ name }) => own.has(name));
  const local = new LocalFiles(effects.lake);
  try {
    const relation = await relationOf(local, prefix, snapshot.metadata, [...snapshot.files.values()]);
    return await effects.sql.session((session) => summed(session, relation, groups, present));
  } finally {
    await local.release();
  }
}

/** If a sum overflows, the columns are summed one by one, so that it takes no other along. */
async function summed(
  session: SqlSession,
  relation: string,
  groups: readonly string[],
  columns: readonly Summed[],
): Promise<Sums> {
  try {
    return { groups: await groupSums(session, relation, groups, columns), tooLarge: [] };
  } catch (error) {
    if (!(error instanceof SqlError && error.kind === 'data') || columns.length === 0) throw error;
    const [first, ...others] = columns;
    if (first === undefined || others.length === 0) {
      const counted = await groupSums(session, relation, groups, []);
      return { groups: counted, tooLarge: columns.map(({ name }) => name) };
    }
    const parts: Sums[] = [];
    for (const column of columns) parts.push(await summed(session, relation, groups, [column]));
    return joined(parts);
  }
}

function joined(parts: readonly Sums[]): Sums {
  const groups = new Map<string, Group>();
  for (const part of parts)
    for (const [id, group] of part.groups) {
      const sums = new Map([...(groups.get(id)?.sums ?? []), ...group.sums]);
      groups.set(id, { ...group, sums });
    }
  return { groups, tooLarge: parts.flatMap(({ tooLarge }) => tooLarge) };
}

async function groupSums(
  session: SqlSession,
  relation: string,
  groups: readonly string[],
  columns: readonly Summed[],
): Promise<Map<string, Group>> {
  const select = [
    ...groups.map((name, i) => `CAST(${identifier(name)} AS VARCHAR) AS p${i}`),
    'count(*) AS n',
    ...columns.map(({ name, approximate }, i) => `${sumText(identifier(name), approximate)} AS s${i}`),
  ];
  const by = groups.length === 0 ? 'HAVING count(*) > 0' : 'GROUP BY ALL ORDER BY ALL';
  const found = new Map<string, Group>();
  const sql = `SELECT ${select.join(', ')} FROM (${relation}) ${by}`;
  for await (const rows of session.stream<Record<string, string | number | null>>(sql))
    for (const row of rows) {
      const texts = groups.map((name, i) => [name, row[`p${i}`] as string | null] as const);
      const partition = Object.fromEntries(texts);
      const sums = new Map(columns.map(({ name }, i) => [name, row[`s${i}`] as string | null]));
      found.set(partitionId(partition), { partition, rows: Number(row.n), sums });
    }
  return found;
}

function total(
  { name, approximate }: Summed,
  old: string | null = null,
  now: string | null = null,
): ColumnTotal {
  const difference = approximate
    ? finite(Number(now ?? 0) - Number(old ?? 0))
    : addDecimals([now ?? '0', negated(old ?? '0')]);
  return { column: name, old, new: now, difference, approximate };
}

function finite(value: number): string | null {
  return Number.isFinite(value) ? String(value) : null;
}

function rowsIn(groups: Sums['groups']): number {
  return [...groups.values()].reduce((total, { rows }) => total + rows, 0);
}

function overAll({ groups, tooLarge }: Sums, { name, approximate }: Summed): string | null {
  if (tooLarge.includes(name)) return null;
  const sums = [...groups.values()].flatMap(({ sums }) => sums.get(name) ?? []);
  if (sums.length === 0) return null;
  return approximate ? String(sums.reduce((total, text) => total + Number(text), 0)) : addDecimals(sums);
}
