// The algebra behind partition-joins.ts: of an operator's rows, which columns are certain to have the values of the partition
// that is computed, and in which scans of a table the rows of other partitions may still be felt. Knows no plan.
import type { Equality, JoinKind } from './plan-columns.ts';

/** One scan of the table, as far as its rows of other partitions may be felt. */
export type Trace = symbol;

/** `or null`: an outer join may have put a null in the place of the value. */
type Certainty = 'always' | 'or null';

/**
 * `own`: the column has one of the partition's own values. `tells`: it has the value that the scanned row has in the table's
 * partition column.
 */
export type Value = {
  readonly own?: Certainty;
  readonly tells: ReadonlyMap<Trace, Certainty>;
};

/**
 * Where one takes, for each open trace, those rows alone in which a column that tells it has one of the partition's own values
 * (and no null that an outer join put there), these rows are the same whatever rows of other partitions the table has. Any
 * column that tells it will do. Without open traces this holds for all rows.
 */
export type Rows = { readonly columns: readonly Value[]; readonly open: ReadonlySet<Trace> };

export const UNKNOWN: Value = { tells: new Map() };

/** What an outer join adds to its matched rows has nulls. */
function orNull({ own, tells }: Value): Value {
  return {
    ...(own === undefined ? {} : { own: 'or null' }),
    tells: new Map([...tells.keys()].map((trace) => [trace, 'or null'])),
  };
}

/** The same rows, scanned or computed once more. */
export function again({ columns, open }: Rows): Rows {
  const copies = new Map([...open].map((trace) => [trace, Symbol()]));
  const copied = ({ tells, ...value }: Value): Value => ({
    ...value,
    tells: new Map(
      [...tells].flatMap(([trace, how]) => {
        const copy = copies.get(trace);
        return copy === undefined ? [] : [[copy, how] as const];
      }),
    ),
  });
  return { columns: columns.map(copied), open: new Set(copies.values()) };
}

/** Each row of the one with each of the other. */
export function paired(left: Rows, right: Rows): Rows {
  return {
    columns: [...left.columns, ...right.columns],
    open: new Set([...left.open, ...right.open]),
  };
}

/** The rows in which the equalities hold. Of traces that become one, one of `kept` stays. */
export function equated(
  rows: Rows,
  equalities: readonly Equality[],
  kept: ReadonlySet<Trace> = new Set(),
): Rows {
  // What one equality says may be what another one needs.
  return equalities.reduce(
    (all) => equalities.reduce((some, equality) => equatedBy(some, equality, kept), all),
    rows,
  );
}

function equatedBy(rows: Rows, { left, right, isNullSafe }: Equality, kept: ReadonlySet<Trace>): Rows {
  const [a, b] = [rows.columns[left] ?? UNKNOWN, rows.columns[right] ?? UNKNOWN];
  // A null equals a null by IS NOT DISTINCT FROM: it must be the value's own, not that of an outer join.
  const counts = (how: Certainty | undefined) => how === 'always' || (how !== undefined && !isNullSafe);
  const told = (value: Value) => [...value.tells].flatMap(([trace, how]) => (counts(how) ? [trace] : []));
  const [ofA, ofB] = [told(a), told(b)];
  if (counts(a.own) || counts(b.own)) {
    const known = rows.columns.map((value, i) =>
      i === left || i === right ? { ...value, own: 'always' as const } : value,
    );
    return close({ columns: known, open: rows.open }, new Set([...ofA, ...ofB]));
  }
  const [[one], [other]] = [ofA, ofB];
  if (one === undefined || other === undefined || one === other) return rows;
  return kept.has(other) ? merge(rows, one, other) : merge(rows, other, one);
}

/** The scanned rows of other partitions have no part in these rows any more. */
function close({ columns, open }: Rows, closed: ReadonlySet<Trace>): Rows {
  return {
    columns: columns.map(({ own, tells }) => {
      const said = [...tells].flatMap(([trace, how]) => (closed.has(trace) ? [how] : []));
      const best = [own, ...said].includes('always') ? 'always' : (own ?? said[0]);
      return {
        ...(best === undefined ? {} : { own: best }),
        tells: new Map([...tells].filter(([trace]) => !closed.has(trace))),
      };
    }),
    open: new Set([...open].filter((trace) => !closed.has(trace))),
  };
}

/** Both traces have the same value in each row. */
function merge({ columns, open }: Rows, from: Trace, into: Trace): Rows {
  return {
    columns: columns.map(({ tells, ...value }) => {
      const [own, other] = [tells.get(into), tells.get(from)];
      const best = own === 'always' || other === 'always' ? 'always' : (own ?? other);
      const others = [...tells].filter(([trace]) => trace !== from && trace !== into);
      return { ...value, tells: new Map(best === undefined ? others : [...others, [into, best]]) };
    }),
    open: new Set([...open].filter((trace) => trace !== from)),
  };
}

/** `right` of an equality counts on from the left side's columns. Undefined: rows of other partitions are felt. */
export function joined(
  kind: JoinKind,
  left: Rows,
  right: Rows,
  equalities: readonly Equality[],
): Rows | undefined {
  const all = paired(left, right);
  switch (kind) {
    case 'INNER':
      return equated(all, equalities);
    case 'FULL':
      return { columns: all.columns.map(orNull), open: all.open };
    case 'LEFT':
      return preserved(all, left, equalities);
    default: {
      if (!staysApart(all, left.open, equalities)) return undefined;
      if (kind === 'SINGLE') return preserved(all, left, equalities);
      return kind === 'MARK' ? { ...left, columns: [...left.columns, UNKNOWN] } : left;
    }
  }
}

/** A LEFT join: the rows of the left side stay without a match. */
function preserved(all: Rows, left: Rows, equalities: readonly Equality[]): Rows {
  const matched = equated(all, equalities, left.open);
  return {
    columns: [...left.columns, ...matched.columns.slice(left.columns.length).map(orNull)],
    open: new Set([...left.open, ...matched.open]),
  };
}

/** True if each row of the left side meets rows of its own partition, or of the computed one, alone. `left`: that side's traces. */
export function staysApart(all: Rows, left: ReadonlySet<Trace>, equalities: readonly Equality[]): boolean {
  return [...equated(all, equalities, left).open].every((trace) => left.has(trace));
}

/** UNION, EXCEPT and INTERSECT, by position. Undefined: rows of other partitions are felt. */
export function stacked(inputs: readonly Rows[]): Rows | undefined {
  const [first] = inputs;
  if (first === undefined || inputs.some(({ columns }) => columns.length !== first.columns.length))
    return undefined;
  const columns = first.columns.map((_, i) => bothOwn(inputs.map((input) => input.columns[i] ?? UNKNOWN)));
  if (inputs.every(({ open }) => open.size === 0)) return { columns, open: new Set() };
  // One column of all of them: in the rows of an input without traces, two columns need not be equal.
  const telling = columns.findIndex((_, i) =>
    inputs.every(({ columns: own, open }) => [...open].every((trace) => own[i]?.tells.has(trace))),
  );
  if (telling < 0) return undefined;
  const how = inputs.every((input) =>
    [...(input.columns[telling]?.tells.values() ?? [])].every((one) => one === 'always'),
  )
    ? 'always'
    : 'or null';
  const trace = Symbol();
  return {
    columns: columns.map((value, i) =>
      i === telling ? { ...value, tells: new Map([[trace, how]]) } : value,
    ),
    open: new Set([trace]),
  };
}

/** What all of them are. */
export function bothOwn(values: readonly Value[]): Value {
  if (values.some(({ own }) => own === undefined)) return UNKNOWN;
  return { own: values.every(({ own }) => own === 'always') ? 'always' : 'or null', tells: new Map() };
}

/** True if each open trace is told by one of the columns. */
export function areTold(open: ReadonlySet<Trace>, columns: readonly Value[]): boolean {
  return [...open].every((trace) => columns.some(({ tells }) => tells.has(trace)));
}
