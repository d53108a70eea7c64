// Lists and structs as types: a text that is equal for equal types, a tree, and what DuckDB writes. Knows not what they are made of.

/** `array<long>`, `struct<id:long,"b c":array<string>>`: a name with other characters than letters, digits and `_` has quotes. */
export type NestedType = `array<${string}>` | `struct<${string}>`;

export type TypeField<Leaf> = { readonly name: string; readonly type: TypeTree<Leaf> };

/** `size`: of DuckDB's ARRAY, whose values all have as many elements. */
export type TypeTree<Leaf> =
  | { readonly leaf: Leaf }
  | { readonly element: TypeTree<Leaf>; readonly size?: number }
  | { readonly fields: readonly TypeField<Leaf>[] };

export function isNested(type: string): type is NestedType {
  return /^(array|struct)</.test(type);
}

/** Undefined where a leaf has none. */
export function mapTree<From, To>(
  tree: TypeTree<From>,
  of: (leaf: From) => To | undefined,
): TypeTree<To> | undefined {
  if ('leaf' in tree) {
    const leaf = of(tree.leaf);
    return leaf === undefined ? undefined : { leaf };
  }
  if ('element' in tree) {
    const element = mapTree(tree.element, of);
    return element && { ...tree, element };
  }
  const fields = tree.fields.flatMap(({ name, type }) => {
    const mapped = mapTree(type, of);
    return mapped ? [{ name, type: mapped }] : [];
  });
  return fields.length === tree.fields.length ? { fields } : undefined;
}

/** What it is made of, each with its place in a value called `path`: `x.tags[]`. */
export function leavesOf<Leaf>(
  tree: TypeTree<Leaf>,
  path: string,
): { readonly path: string; readonly leaf: Leaf }[] {
  if ('leaf' in tree) return [{ path, leaf: tree.leaf }];
  if ('element' in tree) return leavesOf(tree.element, `${path}[]`);
  return tree.fields.flatMap(({ name, type }) => leavesOf(type, `${path}.${nameText(name)}`));
}

/** The structs in it, each with its place. */
export function structsOf<Leaf>(
  tree: TypeTree<Leaf>,
  path: string,
): { readonly path: string; readonly fields: readonly TypeField<Leaf>[] }[] {
  if ('leaf' in tree) return [];
  if ('element' in tree) return structsOf(tree.element, `${path}[]`);
  const inner = tree.fields.flatMap(({ name, type }) => structsOf(type, `${path}.${nameText(name)}`));
  return [{ path, fields: tree.fields }, ...inner];
}

export function typeText(tree: TypeTree<string>): string {
  if ('leaf' in tree) return tree.leaf;
  if ('element' in tree) return `array<${typeText(tree.element)}>`;
  return `struct<${tree.fields.map(({ name, type }) => `${nameText(name)}:${typeText(type)}`).join(',')}>`;
}

/** The inverse of typeText. */
export function typeTree(text: string): TypeTree<string> {
  const inner = /^\w+<(.*)>$/s.exec(text)?.[1];
  if (inner === undefined || !isNested(text)) return { leaf: text };
  if (text.startsWith('array<')) return { element: typeTree(inner) };
  return { fields: fieldsOf(inner, ':', typeTree) };
}

/** Of a type as DuckDB writes it: `STRUCT("a" BIGINT, "b c" VARCHAR[])`. MAP, UNION and ENUM are leaves. */
export function sqlTree(text: string): TypeTree<string> {
  const [, element, size = ''] = /^(.+)\[(\d*)\]$/s.exec(text) ?? [];
  if (element !== undefined)
    return { element: sqlTree(element), ...(size === '' ? {} : { size: Number(size) }) };
  const inner = /^STRUCT\((.*)\)$/s.exec(text)?.[1];
  return inner === undefined ? { leaf: text } : { fields: fieldsOf(inner, ' ', sqlTree) };
}

/** The inverse of sqlTree. */
export function sqlText(tree: TypeTree<string>): string {
  if ('leaf' in tree) return tree.leaf;
  if ('element' in tree) return `${sqlText(tree.element)}[${tree.size ?? ''}]`;
  return `STRUCT(${tree.fields.map(({ name, type }) => `${quoted(name)} ${sqlText(type)}`).join(', ')})`;
}

function nameText(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : quoted(name);
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

const NAME = /^\s*(?:"((?:[^"]|"")*)"|(\w+))/;

/** A name, `between` and a type each. */
function fieldsOf(
  text: string,
  between: string,
  parse: (type: string) => TypeTree<string>,
): TypeField<string>[] {
  return membersOf(text).map((member) => {
    const [whole, inQuotes, plain = ''] = NAME.exec(member) ?? [''];
    const type = member.slice(whole.length + between.length);
    return { name: inQuotes?.replaceAll('""', '"') ?? plain, type: parse(type) };
  });
}

/** Cut at the commas that stand in no brackets and no quotes. */
function membersOf(text: string): string[] {
  const members: string[] = [];
  let [depth, start] = [0, 0];
  for (const { 0: token, index } of text.matchAll(/"(?:[^"]|"")*"|'(?:[^']|'')*'|[(<[\])>,]/g)) {
    if (/^[(<[]/.test(token)) depth += 1;
    else if (/^[\])>]/.test(token)) depth -= 1;
    else if (token === ',' && depth === 0) {
      members.push(text.slice(start, index));
      start = index + 1;
    }
  }
  return [...members, text.slice(start)];
}
