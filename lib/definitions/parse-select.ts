// Parses an SQL text with DuckDB's parser: exactly one SELECT, and what it reads; or a refusal with the line.
import { placeInText } from '../core/definition-hash.ts';
import type { SqlSession } from '../ports.ts';
import { bareNames } from '../sql/bare-names.ts';
import { literal } from '../sql/quoting.ts';
import { type SqlInputs, sqlInputs } from '../sql/sql-inputs.ts';
import { parseTree, type SqlProblem } from '../sql/sql-tree.ts';
import { Place } from './place.ts';
import { Problems } from './problems.ts';
import { type KnownNames, quotingHints } from './quoting-hint.ts';

/** The position of an SQL text: `line` (from 1) of its first character, and the path within it, such as `audits[0]`. */
export type SqlPlace = { readonly file: string; readonly line: number; readonly words?: string };

/** DuckDB's own functions by property, in lower case. */
export type EngineFunctions = {
  /** Their result does not only depend on their arguments. */
  readonly unstable: ReadonlySet<string>;
  readonly aggregates: ReadonlySet<string>;
};

/** The same in every session of this process: nothing adds functions of the engine's own. */
let known: EngineFunctions | undefined;

/** The engine takes longer to list them than to do all else that a small verb asks of it: it is asked once. */
export async function engineFunctions(session: SqlSession): Promise<EngineFunctions> {
  known ??= await askForFunctions(session);
  return known;
}

async function askForFunctions(session: SqlSession): Promise<EngineFunctions> {
  const rows = await session.rows<{ name: string; unstable: boolean; aggregate: boolean }>(
    `SELECT lower(function_name) AS name, bool_or(stability <> 'CONSISTENT') AS unstable,
       bool_or(function_type = 'aggregate') AS aggregate
     FROM duckdb_functions() WHERE function_type IN ('scalar', 'aggregate') GROUP BY ALL`,
  );
  const named = (kind: 'unstable' | 'aggregate') =>
    new Set(rows.filter((row) => row[kind]).map((row) => row.name));
  return { unstable: named('unstable'), aggregates: named('aggregate') };
}

/** `statement`: the parse tree; see lib/sql/sql-tree.ts. */
export type ParsedSelect = SqlInputs & { readonly statement: unknown };

/**
 * Throws DefinitionError if the text is not one SELECT, or contains something an insight must not do. `names`: tables and
 * columns for hints.
 */
export async function parseSelect(
  session: SqlSession,
  sql: string,
  at: SqlPlace,
  functions: Pick<EngineFunctions, 'unstable'>,
  names: KnownNames,
): Promise<ParsedSelect> {
  return withinStack(at, () => parseWithinStack(session, sql, at, functions, names));
}

async function parseWithinStack(
  session: SqlSession,
  sql: string,
  at: SqlPlace,
  { unstable }: Pick<EngineFunctions, 'unstable'>,
  names: KnownNames,
): Promise<ParsedSelect> {
  const [row] = await session.rows<{ tree: string }>(`SELECT json_serialize_sql(${literal(sql)}) AS tree`);
  const tree = parseTree(row?.tree ?? '{}') as Serialized;
  if (tree.error) {
    const problem =
      tree.error_type === 'not implemented'
        ? notSelect(sql)
        : `${asSaid(tree.error_message ?? '')}. ${[...(await quotingHints(session, sql, names, false)), 'Correct the SQL there'].join(' ')}`;
    return placeAt(at, sql, Number(tree.position ?? 0)).refuse(problem);
  }
  if (tree.statements?.length !== 1)
    return placeAt(at, sql, 0).refuse(
      `there are ${tree.statements?.length ?? 0} statements: write one SELECT`,
    );
  const [statement] = tree.statements;
  const inputs = sqlInputs(statement, unstable);
  refuseAll(inputs.problems, at, sql);
  return { ...inputs, statement };
}

/** For what DuckDB makes several statements of, or none that reads. */
function notSelect(sql: string): string {
  return bareNames(sql, ['PIVOT', 'PIVOT_WIDER']).length > 0
    ? "PIVOT without IN has other columns for other rows: list the values, PIVOT … ON x IN ('a', 'b') USING …"
    : 'this is not a SELECT: write one SELECT';
}

/** An error of the engine's in one line, to be followed by another sentence. */
export function asSaid(message: string): string {
  return message
    .trim()
    .replaceAll(/\s*\n\s*/g, ' ')
    .replace(/[.!]+$/, '');
}

/** Throws DefinitionError if the SQL is nested so deeply that walking its tree overflows the stack. */
export async function withinStack<T>(at: SqlPlace, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return lineOf(at, 1).refuse('the SQL is nested too deeply to be analysed: split it into CTEs');
  }
}

/** Throws one DefinitionError with all problems, if there are any. */
export function refuseAll(problems: readonly SqlProblem[], at: SqlPlace, sql: string): void {
  const found = new Problems();
  for (const { problem, offset } of problems) found.now(() => placeAt(at, sql, offset ?? 0).refuse(problem));
  found.refuse();
}

type Serialized = {
  readonly error?: boolean;
  readonly error_type?: string;
  readonly error_message?: string;
  readonly position?: string;
  readonly statements?: readonly unknown[];
};

/** `offset` in bytes of UTF-8, as DuckDB counts. */
export function placeAt(at: SqlPlace, sql: string, offset: number): Place {
  const characters = Buffer.from(sql).subarray(0, offset).toString().length;
  return lineOf(at, placeInText(sql, characters).line);
}

/** The position of the SQL's nth line. */
export function lineOf(at: SqlPlace, nth: number): Place {
  return new Place(
    at.file,
    at.words === undefined ? `line ${at.line + nth - 1}` : `line ${at.line}, ${at.words}`,
  );
}
