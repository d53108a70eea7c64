// A random SELECT over small tables: what the product proves of it, and the engine's rows of it as texts.
import type { Column } from '../../lib/core/schema.ts';
import {
  asDefinition,
  createEmptyView,
  type Proved,
  relationOfTable,
} from '../../lib/definitions/bind-sql.ts';
import { engineFunctions, parseSelect } from '../../lib/definitions/parse-select.ts';
import { CliError } from '../../lib/errors.ts';
import { type ResultColumn, type SqlEngine, SqlError, type SqlSession } from '../../lib/ports.ts';
import type { ValueProof } from './value-law.ts';

/** All with the same columns, of which in those of `varied` equal values may differ. */
export type AlikeTables = {
  readonly tables: readonly { readonly name: string; readonly key: readonly string[] | undefined }[];
  readonly columns: readonly Column[];
  readonly varied: readonly string[];
};

export type ProvedSelect = Proved & { readonly results: readonly ResultColumn[] };

/** Undefined where the SELECT is refused, or the engine does not take it. */
export async function provedSelect(
  engine: SqlEngine,
  sql: string,
  { tables, columns, varied }: AlikeTables,
  proof: Pick<ValueProof, 'proveDetermined'>,
): Promise<ProvedSelect | undefined> {
  try {
    return await engine.session(async (session) => {
      const ofTables = new Map<string, ReadonlySet<string>>();
      for (const { name } of tables)
        ofTables.set(...(await createEmptyView(session, name, { columns, varied })));
      const at = { file: 'x.sql', line: 1 };
      const functions = await engineFunctions(session);
      const { statement } = await parseSelect(session, sql, at, functions, { tables: [], columns: [] });
      const results = await asDefinition(at, () => session.describe(sql));
      const relations = tables.map(({ name, key }) =>
        relationOfTable(name, columns, { key, constants: [], required: key ?? [] }),
      );
      const bound = { sql, statement, at };
      return { results, ...(await proof.proveDetermined(session, bound, relations, functions, ofTables)) };
    });
  } catch (error) {
    if (error instanceof CliError) return undefined;
    throw error;
  }
}

/** In order, and as texts, which show the sign of a zero and of NaN; undefined where the engine does not take the SQL. */
export async function sortedTexts(session: SqlSession, sql: string): Promise<string[] | undefined> {
  try {
    const rows = await session.rows(`SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (${sql}\n)`);
    return rows.map((row) => JSON.stringify(Object.values(row))).sort();
  } catch (error) {
    if (error instanceof SqlError && error.kind !== 'resource') return undefined;
    throw error;
  }
}
