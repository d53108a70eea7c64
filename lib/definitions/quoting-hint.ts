// Extra hints for refused SQL: which of its names need quotes.

import type { SqlSession } from '../ports.ts';
import { bareNames, isReadAsName, type NameKind, nameProbe, placesOfBare } from '../sql/bare-names.ts';
import { identifier, literal } from '../sql/quoting.ts';
import { isNode, parseTree } from '../sql/sql-tree.ts';

/** The names that the SQL may use. */
export type KnownNames = { readonly tables: readonly string[]; readonly columns: readonly string[] };

/** One sentence per name. `isParsed`: the SQL parsed, so no reserved keyword was used as a name. */
export async function quotingHints(
  session: SqlSession,
  sql: string,
  { tables, columns }: KnownNames,
  isParsed: boolean,
): Promise<string[]> {
  const hints: string[] = [];
  const kinds: [NameKind, readonly string[]][] = [
    ['table', tables],
    ['column', columns],
  ];
  for (const [kind, names] of kinds)
    for (const name of bareNames(sql, names)) {
      const isWord = /^[a-z_]\w*$/i.test(name);
      if (isWord && isParsed) continue;
      if (!(await isBareName(session, name, kind)) && (!isWord || (await quotesHelp(session, sql, name))))
        hints.push(
          `${name} ${isWord ? 'is a reserved SQL keyword' : 'is not a plain SQL name'}: write it as a ${kind} name with quotes, ${identifier(name)}.`,
        );
    }
  return hints;
}

async function isBareName(session: SqlSession, name: string, kind: NameKind): Promise<boolean> {
  const probe = literal(nameProbe(name, kind));
  const [row] = await session.rows<{ tree: string }>(`SELECT json_serialize_sql(${probe}) AS tree`);
  return isReadAsName(parseTree(row?.tree ?? '{}'), name, kind);
}

/** True if the text with quotes around one occurrence of the word is read further than it is without, or is read anyhow. */
async function quotesHelp(session: SqlSession, sql: string, word: string): Promise<boolean> {
  const before = await readUpTo(session, sql);
  if (before === Number.POSITIVE_INFINITY) return true;
  for (const at of placesOfBare(sql, word)) {
    const quoted = `${sql.slice(0, at)}${identifier(word)}${sql.slice(at + word.length)}`;
    // The two quotes themselves move what follows.
    if ((await readUpTo(session, quoted)) > before + 2) return true;
  }
  return false;
}

/** The position of the parser's error, in bytes; infinite if there is none. */
async function readUpTo(session: SqlSession, sql: string): Promise<number> {
  const [row] = await session.rows<{ tree: string }>(`SELECT json_serialize_sql(${literal(sql)}) AS tree`);
  const tree = parseTree(row?.tree ?? '{}');
  if (!isNode(tree) || tree.error !== true) return Number.POSITIVE_INFINITY;
  return Number(tree.position ?? Buffer.byteLength(sql));
}
