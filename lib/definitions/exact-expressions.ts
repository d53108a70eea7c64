// Asks DuckDB, using plans only, for which of a query's keys equal values are identical.

import { oneByOne, type TypeProbe, typeProbes } from '../core/type-probes.ts';
import { SqlError, type SqlSession } from '../ports.ts';
import { planValues } from '../sql/plan-values.ts';
import { literal } from '../sql/quoting.ts';
import { isNode, nodes, parseTree, type SqlNode } from '../sql/sql-tree.ts';
import { type Forms, varies } from '../sql/value-forms.ts';
import { sqlOf } from './sql-texts.ts';

/** Lower-case name of a temporary table → its columns in which equal values may differ. */
export type VariedColumns = ReadonlyMap<string, ReadonlySet<string>>;

/** False where DuckDB gives no answer. The session must contain the tables. */
export async function exactExpressions(
  session: SqlSession,
  statement: unknown,
  aggregates: ReadonlySet<string>,
  tables: VariedColumns,
): Promise<(node: SqlNode) => boolean> {
  const exact = new Set<SqlNode>();
  const note = ({ asks, of }: TypeProbe, columns: readonly Forms[]) => {
    if (asks === undefined && columns.every((column) => !varies(column))) exact.add(of);
    const own = columns.slice(columns.length - (asks?.length ?? 0));
    for (const [i, ask] of (asks ?? []).entries()) if (own[i] && !varies(own[i])) exact.add(ask);
  };
  for (const probe of typeProbes(statement, aggregates)) {
    const columns = await probedColumns(session, probe, tables);
    if (columns) note(probe, columns);
    else
      for (const ways of oneByOne(probe)) {
        const [answered] = await firstAnswer(session, ways, tables);
        if (answered) note(answered.probe, answered.columns);
      }
  }
  return (node) => exact.has(node);
}

async function firstAnswer(session: SqlSession, ways: readonly TypeProbe[], tables: VariedColumns) {
  for (const probe of ways) {
    const columns = await probedColumns(session, probe, tables);
    if (columns) return [{ probe, columns }];
  }
  return [];
}

/** The columns of the probe's query; undefined if DuckDB does not accept it. */
async function probedColumns(
  session: SqlSession,
  { query, within }: TypeProbe,
  tables: VariedColumns,
): Promise<readonly Forms[] | undefined> {
  try {
    const sql = await sqlOf(session, { node: within(query), named_param_map: [] });
    const plan = await boundPlan(session, sql ?? '');
    return 'problem' in plan ? undefined : planValues(plan.plan, tables).columns;
  } catch (error) {
    if (error instanceof SqlError && error.kind !== 'resource') return undefined;
    throw error;
  }
}

/** DuckDB's plan for one SELECT, or why it gives none. */
export async function boundPlan(
  session: SqlSession,
  sql: string,
): Promise<{ readonly plan: SqlNode } | { readonly problem: string }> {
  const [row] = await session.rows<{ plan: string }>(`SELECT json_serialize_plan(${literal(sql)}) AS plan`);
  const answer = parseTree(row?.plan ?? '{}');
  if (!isNode(answer)) return { problem: 'nothing' };
  const [plan] = nodes(answer.plans);
  return answer.error === true || plan === undefined ? { problem: String(answer.error_message) } : { plan };
}
