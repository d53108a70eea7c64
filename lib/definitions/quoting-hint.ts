// Extra hints for refused SQL: which of its names need quotes.

import type { SqlSession } from '../ports.ts';
import { bareNames, isReadAsName, type NameKind, nameProbe } from '../sql/bare-names.ts';
import { identifier, literal } from '../sql/quoting.ts';
import { parseTree } from '../sql/sql-tree.ts';

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
      if (!(isWord && isParsed) && !(await isBareName(session, name, kind)))
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
