// What to say besides where SQL is refused: which of its names would have wanted quotes.

import type { SqlSession } from '../ports.ts';
import { bareNames, isReadAsName, type NameKind, nameProbe } from '../sql/bare-names.ts';
import { identifier, literal } from '../sql/quoting.ts';
import { parseTree } from '../sql/sql-tree.ts';

/** What the SQL may name. */
export type KnownNames = { readonly tables: readonly string[]; readonly columns: readonly string[] };

/** A sentence for each name. `isParsed`: the parser took the SQL, so that no word of SQL stood where a name was meant. */
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
      if (!(isWord && isParsed) && !(await isBareName(session, name, kind)))
        hints.push(
          `${name} ${isWord ? 'is a word of SQL' : 'is not one name to SQL'}: as a ${kind}'s name it is written ${identifier(name)}.`,
        );
    }
  return hints;
}

async function isBareName(session: SqlSession, name: string, kind: NameKind): Promise<boolean> {
  const probe = literal(nameProbe(name, kind));
  const [row] = await session.rows<{ tree: string }>(`SELECT json_serialize_sql(${probe}) AS tree`);
  return isReadAsName(parseTree(row?.tree ?? '{}'), name, kind);
}
