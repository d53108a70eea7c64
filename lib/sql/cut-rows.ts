// The algebra behind divisible.ts: of an operator's rows, from which scans of the cut table they are made, and which columns are
// sure to have the key by which its rows are distributed. Knows no plan.
import type { Equality, JoinKind } from './plan-columns.ts';

/** Columns of one class have the same value in each row. */
export type Class = symbol;

/** A scan of the cut table: for each key column, the class of columns that have its value in the scanned row. */
export type Scan = readonly Class[];

/**
 * `columns`: the class of each. Let every scan see the rows of one shard, in all ways that there are: these rows are the union, as
 * a multiset, of what comes out, and each row has, of each scan, a key of the scan's shard. Without scans they are the same in
 * every shard.
 */
export type Rows = { readonly columns: readonly Class[]; readonly scans: readonly Scan[] };

export function otherColumns(count: number): Class[] {
  return Array.from({ length: count }, () => Symbol());
}

/** The same rows once more: what is equal in one row need not be equal to the other's. */
export function again({ columns, scans }: Rows): Rows {
  const copies = new Map<Class, Class>();
  const copyOf = (one: Class) => {
    const copy = copies.get(one) ?? Symbol();
    copies.set(one, copy);
    return copy;
  };
  return { columns: columns.map(copyOf), scans: scans.map((scan) => scan.map(copyOf)) };
}

/** Each row of the one with each of the other. */
export function paired(left: Rows, right: Rows): Rows {
  return { columns: [...left.columns, ...right.columns], scans: [...left.scans, ...right.scans] };
}

/** The rows in which the equalities hold. Scans whose keys are equal become one. */
export function equated(rows: Rows, equalities: readonly Equality[]): Rows {
  return equalities.reduce(equatedBy, rows);
}

function equatedBy({ columns, scans }: Rows, { left, right }: Equality): Rows {
  const [a, b] = [columns[left], columns[right]];
  if (a === undefined || b === undefined) return { columns, scans };
  const merged = (one: Class) => (one === b ? a : one);
  return { columns: columns.map(merged), scans: distinct(scans.map((scan) => scan.map(merged))) };
}

function distinct(scans: readonly Scan[]): Scan[] {
  return scans.filter((scan, i) => scans.findIndex((other) => isSame(scan, other)) === i);
}

function isSame(one: Scan, other: Scan): boolean {
  return one.every((key, i) => key === other[i]);
}

/** `right` of an equality counts on from the left side's columns. Undefined: a row may meet rows of other shards. */
export function joined(
  kind: JoinKind,
  left: Rows,
  right: Rows,
  equalities: readonly Equality[],
): Rows | undefined {
  if (kind === 'INNER') return equated(paired(left, right), equalities);
  if (kind === 'FULL') return full(left, right, equalities);
  if (kind === 'SEMI') return semi(left, right, equalities);
  if (!meetsOwn(left, right, equalities)) return undefined;
  const matched = again(equated(paired(left, right), equalities)).columns.slice(left.columns.length);
  switch (kind) {
    case 'LEFT':
    case 'SINGLE':
      return { columns: [...left.columns, ...matched], scans: left.scans };
    case 'MARK':
      return { columns: [...left.columns, ...otherColumns(1)], scans: left.scans };
    default:
      return left;
  }
}

/** A row that has the keys of what it meets has its matches in one shard alone. */
function semi(left: Rows, right: Rows, equalities: readonly Equality[]): Rows | undefined {
  const all = paired(left, right);
  const { columns, scans } = equated(all, equalities);
  const own = columns.slice(0, left.columns.length);
  const ofLeft = equated({ ...all, scans: left.scans }, equalities).scans;
  const isFound = (scan: Scan) => areTold([scan], own) || ofLeft.some((other) => isSame(scan, other));
  return scans.every(isFound) ? { columns: own, scans } : undefined;
}

/** In a row without a match the columns of one side are null, so that no column has the key of all rows. */
function full(left: Rows, right: Rows, equalities: readonly Equality[]): Rows | undefined {
  const isWhole = left.scans.length === 0 && right.scans.length === 0;
  const isOne = left.scans.length === 1 && right.scans.length === 1;
  const isTied = isOne && equated(paired(left, right), equalities).scans.length === 1;
  if (!isWhole && !isTied) return undefined;
  const columns = [...again(left).columns, ...again(right).columns];
  return { columns, scans: left.scans.map((scan) => otherColumns(scan.length)) };
}

/** True if each row of the left side meets rows of its own shards alone, of the cut ones. */
export function meetsOwn(left: Rows, right: Rows, equalities: readonly Equality[]): boolean {
  const { columns } = paired(left, right);
  const [ofLeft, ofRight] = [left, right].map(({ scans }) => equated({ columns, scans }, equalities).scans);
  return (ofRight ?? []).every((scan) => ofLeft?.some((other) => isSame(scan, other)));
}

/** True if rows that are equal in these columns are of the same shards. */
export function areTold(scans: readonly Scan[], columns: readonly Class[]): boolean {
  return scans.every((scan) => scan.every((key) => columns.includes(key)));
}

export type SetOperation = 'UNION' | 'EXCEPT' | 'INTERSECT';

/** By position; `isAll`: rows that are equal stay several. Undefined: rows of other shards may count. */
export function stacked(operation: SetOperation, isAll: boolean, inputs: readonly Rows[]): Rows | undefined {
  const [first] = inputs;
  const cut = inputs.filter(({ scans }) => scans.length > 0);
  const width = first?.columns.length ?? 0;
  const [scan] = cut.flatMap(({ scans }) => scans);
  if (scan === undefined) return { columns: otherColumns(width), scans: [] };
  if (cut.some(({ scans }) => scans.length > 1)) return undefined;
  // Of an input that is whole every shard would add all rows.
  if (operation === 'UNION' && cut.length < inputs.length) return undefined;
  if (operation === 'EXCEPT' && first?.scans.length === 0) return undefined;
  const has = (place: number, key: number) =>
    cut.every(({ columns, scans }) => columns[place] !== undefined && columns[place] === scans[0]?.[key]);
  const places = Array.from({ length: width }, (_, place) => place);
  const isTold = scan.every((_, key) => places.some((place) => has(place, key)));
  if (!isTold && !(operation === 'UNION' && isAll)) return undefined;
  const keys = otherColumns(scan.length);
  const columns = places.map((place) => keys.find((_, key) => has(place, key)) ?? Symbol());
  return { columns, scans: [keys] };
}
