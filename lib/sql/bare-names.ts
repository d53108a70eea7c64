// Names of tables and columns that an SQL text uses without the quotes they need: reserved keywords, names with a dot, a
// space or a hyphen. DuckDB's parser decides whether they need quotes.
import { isNode, lower, nodes } from './sql-tree.ts';

export type NameKind = 'table' | 'column';

const QUOTED_OR_COMMENT = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\//g;

const MAX_CHARACTERS = 50_000;

/** The names that occur in the SQL outside quotes and comments, ignoring case. */
export function bareNames(sql: string, names: Iterable<string>): string[] {
  // Longer SQL is unlikely to be written by hand.
  if (sql.length > MAX_CHARACTERS) return [];
  const bare = sql.replace(QUOTED_OR_COMMENT, ' ').toLowerCase();
  // A name that is a number cannot be distinguished from the number.
  const isSeen = (name: string) => !/^[\d.]*$/.test(name) && standsIn(bare, name.toLowerCase());
  return [...new Set(names)].filter(isSeen);
}

/** Where the word stands in the SQL outside quotes and comments, ignoring case. */
export function placesOfBare(sql: string, word: string): number[] {
  const bare = sql.replace(QUOTED_OR_COMMENT, (part) => ' '.repeat(part.length)).toLowerCase();
  return placesIn(bare, word.toLowerCase());
}

function standsIn(text: string, name: string): boolean {
  return placesIn(text, name).length > 0;
}

function placesIn(text: string, name: string): number[] {
  const isWord = (character: string | undefined) =>
    character !== undefined && /[\p{L}\p{N}_$]/u.test(character);
  const places: number[] = [];
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1))
    if (!isWord(text[at - 1]) && !isWord(text[at + name.length])) places.push(at);
  return places;
}

/** An SQL text that uses the name without quotes; see isReadAsName. */
export function nameProbe(name: string, kind: NameKind): string {
  return kind === 'table' ? `SELECT 1 FROM ${name}` : `SELECT min(${name}), ${name} FROM t`;
}

/** Whether the parser reads the unquoted name as that name. `tree`: of nameProbe, as json_serialize_sql gives it. */
export function isReadAsName(tree: unknown, name: string, kind: NameKind): boolean {
  const [statement, ...more] = isNode(tree) ? nodes(tree.statements) : [];
  const select = isNode(statement?.node) ? statement.node : undefined;
  if (select === undefined || more.length > 0) return false;
  if (kind === 'table') {
    const from = isNode(select.from_table) ? select.from_table : {};
    return (
      from.type === 'BASE_TABLE' && from.schema_name === '' && lower(from.table_name) === name.toLowerCase()
    );
  }
  const [call, column] = nodes(select.select_list);
  return [...nodes(call?.children), column].every(
    (found) =>
      Array.isArray(found?.column_names) &&
      found.column_names.length === 1 &&
      lower(found.column_names[0]) === name.toLowerCase(),
  );
}
