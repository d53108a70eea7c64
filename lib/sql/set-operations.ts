// What is known of the rows of UNION, EXCEPT and INTERSECT from their sides. Columns are paired by position.
import { type Kind, type Relation, UNKNOWN } from './relation.ts';
import type { SqlNode } from './sql-tree.ts';

export function combined(operation: SqlNode, left: Relation, right: Relation): Relation {
  const [names, others] = [left.columns, right.columns];
  const kind = String(operation.setop_type);
  if (!names || !others || names.length !== others.length || !/^(UNION|EXCEPT|INTERSECT)$/.test(kind))
    return UNKNOWN;
  const places = names.map((name, i) => [name, others[i] ?? ''] as const);
  const kinds = new Map<string, Kind>();
  for (const [name, other] of places) {
    const own = left.kinds?.get(name);
    if (own !== undefined && own === right.kinds?.get(other)) kinds.set(name, own);
  }
  const required = places.filter(([name, other]) => left.required?.has(name) && right.required?.has(other));
  const tags = new Map(
    places.flatMap(([name, other]) => taggedBy(left.tags?.get(name), right.tags?.get(other), name)),
  );
  const isWhole = operation.setop_all !== true;
  const tagged = taggedKey(places, left, right, kinds);
  return {
    columns: names,
    key: tagged ?? (isWhole ? names : undefined),
    required: new Set(required.map(([name]) => name)),
    kinds,
    tags,
  };
}

function taggedBy(
  left: ReadonlySet<string> | undefined,
  right: ReadonlySet<string> | undefined,
  name: string,
): (readonly [string, ReadonlySet<string>])[] {
  return left && right ? [[name, new Set([...left, ...right])]] : [];
}

/** Rows of different sides differ in a column of literals, and those of one side in its key. */
function taggedKey(
  places: readonly (readonly [string, string])[],
  left: Relation,
  right: Relation,
  kinds: ReadonlyMap<string, Kind>,
): string[] | undefined {
  const tag = places.find(([name, other]) => {
    const [own, its] = [left.tags?.get(name), right.tags?.get(other)];
    return kinds.has(name) && own && its && [...own].every((literal) => !its.has(literal));
  });
  if (tag === undefined || left.key === undefined || right.key === undefined) return undefined;
  const ofRight = right.key.map((column) => places.find(([, other]) => other === column)?.[0] ?? '');
  const key = [...new Set([tag[0], ...left.key, ...ofRight])];
  // A value that is turned into another type must stay another one.
  return key.every((column) => kinds.has(column)) ? key : undefined;
}
