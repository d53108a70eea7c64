// What is known of the rows that a query returns: its columns, a key if it has one by construction, what is never NULL. If that
// is unknown, the answer is undefined, which proves nothing.
import { isNeverNull, kindOf } from './expression-facts.ts';
import { areGroupsToldApart, isSplit } from './grouping.ts';
import { Joins } from './joins.ts';
import { areNumbered } from './numbered-rows.ts';
import { isCutToOne } from './order-clauses.ts';
import { ORDER_FREE } from './order-sensitivity.ts';
import { outerColumns } from './outer-columns.ts';
import {
  columnIdent,
  type Ident,
  type Kind,
  type Leaf,
  type Relation,
  type Scope,
  tagOf,
  UNKNOWN,
} from './relation.ts';
import {
  hasGroups,
  isDistinct,
  isMadeUp,
  isSeveral,
  isUnnest,
  madeUpName,
  outputName,
} from './select-shape.ts';
import { combined } from './set-operations.ts';
import { Source } from './source.ts';
import {
  columnNames,
  definedCtes,
  expressions,
  functionName,
  isNode,
  lower,
  nodes,
  offsetOf,
  type SqlNode,
} from './sql-tree.ts';

/** A SELECT in a scope has one source, however many of its columns ask for it: else deep nesting would take for ever. */
const SOURCES = new WeakMap<Scope, WeakMap<SqlNode, Source>>();

/** The rows that a SELECT is made from. */
export function sourceOf(select: SqlNode, scope: Scope): Source {
  const known = SOURCES.get(scope) ?? new WeakMap<SqlNode, Source>();
  SOURCES.set(scope, known);
  const joins = () =>
    new Joins(select.from_table, select.where_clause, (from, before) => leaf(from, before, scope));
  const source = known.get(select) ?? new Source(joins(), select.select_list, isOwnIn(scope));
  known.set(select, source);
  return source;
}

function isOwnIn(scope: Scope) {
  return (select: SqlNode, column: SqlNode) => sourceOf(select, scope).hasOwn(column);
}

function leaf(from: SqlNode, before: readonly Leaf[], scope: Scope): Leaf {
  const renamed = Array.isArray(from.column_name_alias) && from.column_name_alias.length > 0;
  const known = (): Relation => {
    if (from.type === 'BASE_TABLE') return scope.get(lower(from.table_name)) ?? UNKNOWN;
    const query = from.type === 'SUBQUERY' && isNode(from.subquery) ? from.subquery.node : undefined;
    return isNode(query) ? relationOf(query, scope) : UNKNOWN;
  };
  const alias = lower(from.alias === '' || from.alias === undefined ? (from.table_name ?? '') : from.alias);
  const isFixed = from.type === 'BASE_TABLE' || before.length === 0 || !mayBeLateral(from, before, scope);
  const { constants, ...relation } = renamed ? UNKNOWN : named(known());
  const id = alias === '' ? `\u0000${offsetOf(from) ?? before.length}` : alias;
  return { ...relation, ...(isFixed && constants ? { constants } : {}), alias, id, isFixed };
}

/** A name that the engine makes up may be another column's, so that no name is certain. */
function named(relation: Relation): Relation {
  const isNamed = relation.columns?.every((name) => !isMadeUp(name));
  return isNamed ? relation : { columns: undefined, key: relation.key?.length === 0 ? [] : undefined };
}

/** True if a subquery may name columns of the relations before it. */
function mayBeLateral(from: SqlNode, before: readonly Leaf[], scope: Scope): boolean {
  const outer = from.type === 'SUBQUERY' ? outerColumns(from, isOwnIn(scope)) : undefined;
  const isBefore = (column: SqlNode) => {
    const [first = '', second] = columnNames(column) ?? [];
    return before.some(
      ({ alias, columns }) =>
        alias === first || (second === undefined && (columns === undefined || columns.includes(first))),
    );
  };
  return outer === undefined || outer.some(isBefore);
}

export function relationOf(query: SqlNode, outer: Scope): Relation {
  const scope = withCtes(query, outer);
  if (query.type === 'SET_OPERATION_NODE' && isNode(query.left) && isNode(query.right)) {
    const rows = combined(query, relationOf(query.left, scope), relationOf(query.right, scope));
    return isCutToOne(query) ? { ...rows, key: [] } : rows;
  }
  if (query.type !== 'SELECT_NODE') return UNKNOWN;
  const source = sourceOf(query, scope);
  const isOne = isOneRow(query, source) || isCutToOne(query);
  const outputs = outputsOf(query, source);
  if (outputs === undefined) return { columns: undefined, key: isOne ? [] : undefined };
  return {
    columns: outputs.map(({ name }) => name),
    key: isOne ? [] : shortestKey(query, source, outputs),
    ...factsOf(query, source, outputs),
  };
}

type Output = { readonly name: string; readonly item: SqlNode; readonly ident: Ident };

/** The columns that a SELECT returns; undefined if it is not certain which. */
function outputsOf(query: SqlNode, source: Source): Output[] | undefined {
  const outputs: Output[] = [];
  const names = new Set<string>();
  for (const item of nodes(query.select_list)) {
    const items = item.class === 'STAR' ? source.columnsOfStar(item) : isSeveral(item) ? undefined : [item];
    if (items === undefined) return undefined;
    for (const one of items) {
      const name = outputName(one) ?? madeUpName(outputs.length);
      let own = name;
      for (let n = 1; names.has(own); n++) own = `${name}_${n}`;
      names.add(own);
      outputs.push({ name: own, item: one, ident: source.ident(one) });
    }
  }
  return outputs;
}

/** True if a SELECT returns one row at most, whatever its tables' rows: it reads no table, or aggregates without groups. */
export function isOneRow(select: SqlNode, source: Source): boolean {
  const sets = Array.isArray(select.group_sets) ? select.group_sets : [];
  const items = [...expressions(select.select_list)];
  if (hasGroups(select) || sets.length > 0 || items.some(isUnnest)) return false;
  if (isNode(select.from_table) && select.from_table.type === 'EMPTY') return true;
  return [...items, ...expressions(select.having)].some(
    (part) => part.class === 'FUNCTION' && ORDER_FREE.has(functionName(part) ?? '') && source.owns(part),
  );
}

/** A key of the result from which no column can be left out; undefined if it has none by construction. */
function shortestKey(query: SqlNode, source: Source, outputs: readonly Output[]): string[] | undefined {
  const isKey = keyTest(query, source, outputs);
  const ofTables = new Set(
    source.leaves.flatMap((own) => (own.key ?? []).map((column) => columnIdent(own, column))),
  );
  const isOfKey = ({ ident }: Output) => Number(ofTables.has(ident));
  let kept = [...outputs];
  if (!isKey(kept)) return undefined;
  for (const output of outputs.toReversed().sort((one, other) => isOfKey(one) - isOfKey(other))) {
    const fewer = kept.filter((one) => one !== output);
    if (isKey(fewer)) kept = fewer;
  }
  return kept.map(({ name }) => name);
}

function keyTest(
  query: SqlNode,
  source: Source,
  outputs: readonly Output[],
): (of: readonly Output[]) => boolean {
  const keysOf = (of: readonly Output[]) => ({
    all: new Set(of.map(({ ident }) => ident)),
    exact: new Set<Ident>(),
  });
  if (isDistinct(query))
    return (of) => {
      const exact = isSplit(query) ? new Set<Ident>() : source.closed(keysOf(of)).exact;
      return outputs.every((output) => of.includes(output) || exact.has(output.ident));
    };
  const on = distinctOn(query, source);
  if (on) return (of) => on.every((ident) => of.some((output) => output.ident === ident));
  if (outputs.some(({ item }) => [...expressions(item)].some(isUnnest))) return () => false;
  return (of) => {
    const keys = keysOf(of);
    const all = isSplit(query) ? keys.all : source.closed(keys).all;
    if (areNumbered(query, all, source)) return true;
    if (!hasGroups(query)) return source.isIdentifiedBy(all);
    return areGroupsToldApart(
      query,
      keys,
      source,
      of.map(({ item }) => item),
    );
  };
}

/** What DISTINCT ON keeps one row of; undefined if there is none. A bare name is first an alias to the engine, as in ORDER BY. */
function distinctOn(query: SqlNode, source: Source): Ident[] | undefined {
  const targets = nodes(query.modifiers).flatMap((modifier) => nodes(modifier.distinct_on_targets));
  return targets.length > 0 ? targets.map((target) => source.ident(target, 'order')) : undefined;
}

/** Of ROLLUP, what is grouped by is NULL in some rows. */
function factsOf(query: SqlNode, source: Source, outputs: readonly Output[]): Partial<Relation> {
  const isRolledUp = isSplit(query);
  const facts = isRolledUp ? { ...source.facts, isFilled: () => false } : source.facts;
  const constant = isRolledUp ? new Set<Ident>() : source.closed({ all: new Set(), exact: new Set() }).exact;
  const kinds = new Map<string, Kind>();
  const tags = new Map<string, ReadonlySet<string>>();
  for (const { name, item } of outputs) {
    const kind = kindOf(item, facts);
    if (kind !== undefined) kinds.set(name, kind);
    const tag = tagOf(item);
    const known = tag === undefined ? (isRolledUp ? undefined : source.tagsOf(item)) : new Set([tag]);
    if (known) tags.set(name, known);
  }
  return {
    constants: outputs.filter(({ ident }) => constant.has(ident)).map(({ name }) => name),
    required: new Set(outputs.filter(({ item }) => isNeverNull(item, facts)).map(({ name }) => name)),
    kinds,
    tags,
  };
}

export function withCtes(query: SqlNode, outer: Scope): Scope {
  const ctes = definedCtes(query);
  if (ctes.length === 0) return outer;
  const scope = new Map(outer);
  for (const { name, query: defined, aliases } of ctes)
    scope.set(name, aliases.length > 0 ? UNKNOWN : relationOf(defined, scope));
  return scope;
}
