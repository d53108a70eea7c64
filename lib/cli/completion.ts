// What Tab offers in the shell: its commands, names of tables and columns, words of SQL. Pure.

import { visible } from '../core/visible-text.ts';
import { identifier } from '../sql/quoting.ts';

export type Names = {
  readonly tables: readonly { readonly name: string; readonly columns: readonly string[] }[];
  /** Words of SQL that have to be quoted to be names, in lower case. */
  readonly reserved: ReadonlySet<string>;
};

const WORDS =
  `SELECT FROM WHERE GROUP BY ORDER HAVING LIMIT OFFSET JOIN LEFT RIGHT FULL INNER OUTER CROSS ON USING UNION ALL
EXCEPT INTERSECT DISTINCT WITH AS AND OR NOT IN IS NULL LIKE ILIKE BETWEEN EXISTS CASE WHEN THEN ELSE END CAST ASC DESC NULLS
FIRST LAST OVER PARTITION ROWS RANGE FILTER QUALIFY WINDOW VALUES DESCRIBE SUMMARIZE SHOW TABLES PIVOT UNPIVOT EXCLUDE REPLACE
COLUMNS DATE TIMESTAMP INTERVAL TRUE FALSE count sum avg min max round coalesce date_trunc`.split(/\s+/);

/** After these comes a table. */
const BEFORE_TABLE = /\b(?:from|join|describe|summarize|table)\s+$/i;

/** `line`: what is typed of it before the cursor. `before`: the lines of the statement before it. Returns what readline expects. */
export function complete(
  { tables, reserved }: Names,
  commands: readonly string[],
  line: string,
  before = '',
): [string[], string] {
  const command = /^\s*(\.\S*)$/.exec(line)?.[1];
  if (command !== undefined && before.trim() === '') return [starting(commands, command), command];
  const argument = /^\s*\.\S+\s+(\S*)$/.exec(line)?.[1];
  const written = (name: string) => (isPlain(name, reserved) ? name : identifier(name));
  const tableNames = tables.map(({ name }) => written(name));
  if (argument !== undefined && before.trim() === '')
    return [
      starting(
        tables.map(({ name }) => name),
        argument,
      ),
      argument,
    ];
  const token = line.slice(tokenStart(line));
  const left = line.slice(0, line.length - token.length);
  const text = `${before}\n${line}`;
  const owner = /(?:"((?:[^"]|"")+)"|([\p{L}\p{N}_$]+))\.$/u.exec(left);
  if (owner)
    return [starting(columnsOf(tables, text, owner[1] ?? owner[2] ?? '').map(written), token), token];
  if (token === '' || left.endsWith('.')) return [[], token];
  if (BEFORE_TABLE.test(left)) return [starting(tableNames, token), token];
  const columns = columnsOf(tables, text).map(written);
  const words = WORDS.map((word) => (token === token.toLowerCase() ? word.toLowerCase() : word));
  return [starting([...columns, ...tableNames, ...words], token), token];
}

/** Of the name that is being typed, which may have its opening quote already. */
function tokenStart(line: string): number {
  const open = line.replace(/"[^"]*"/g, (quoted) => ' '.repeat(quoted.length));
  return /(?:"[^"]*|[\p{L}\p{N}_$]*)$/u.exec(open)?.index ?? line.length;
}

function isPlain(name: string, reserved: ReadonlySet<string>): boolean {
  return /^[a-z_]\w*$/i.test(name) && !reserved.has(name.toLowerCase());
}

/** Of the owner if it is a table, else of the tables that the text names, else of all. */
function columnsOf(tables: Names['tables'], text: string, owner?: string): string[] {
  const isNamed = ({ name }: { readonly name: string }) =>
    new RegExp(`(?<![\\w.])"?${name.replace(/[^\w]/g, '\\$&')}"?(?!\\w)`, 'i').test(text);
  const own = tables.filter(({ name }) => name.toLowerCase() === owner?.toLowerCase());
  const named = tables.filter(isNamed);
  const chosen = own.length > 0 ? own : named.length > 0 ? named : tables;
  return chosen.flatMap(({ columns }) => columns);
}

function starting(names: readonly string[], token: string): string[] {
  const isQuoted = token.startsWith('"');
  const bare = (text: string) => (isQuoted ? text : text.replace(/^"/, '')).toLowerCase();
  // readline prints what is offered as it is: names that would move the cursor are not.
  const isHarmless = (name: string) => visible(name) === name;
  return [...new Set(names)].filter((name) => bare(name).startsWith(bare(token)) && isHarmless(name));
}
