// Checks an insight's audits against the columns of its SELECT: DuckDB binds their SQL.

import { BEFORE, relatedName } from '../core/audit-views.ts';
import type { Audit } from '../core/insight.ts';
import { isNested } from '../core/nested-type.ts';
import { type Column, sqlType } from '../core/schema.ts';
import type { SqlSession } from '../ports.ts';
import { identifier } from '../sql/quoting.ts';
import type { AuditSource } from './audit-words.ts';
import {
  asDefinition,
  type BoundSql,
  createEmptyView,
  proveDetermined,
  relationOfTable,
} from './bind-sql.ts';
import type { BoundInput } from './output-columns.ts';
import type { InsightSource } from './parse-insight.ts';
import { type EngineFunctions, lineOf, parseSelect, type SqlPlace } from './parse-select.ts';
import { Problems } from './problems.ts';

/** Run on a row of nulls: DuckDB casts a constant such as 'x' to a number only when it processes a row. */
export async function bindAudits(
  session: SqlSession,
  { source, columns, varied }: Audited,
  related: ReadonlyMap<string, BoundInput>,
  functions: EngineFunctions,
): Promise<Audit[]> {
  const declared = columns.map(({ name, type }) => `${identifier(name)} ${sqlType(type)}`);
  await session.run(`CREATE TEMP TABLE this (${declared.join(', ')})`);
  await session.run('INSERT INTO this DEFAULT VALUES');
  await session.run(`CREATE TEMP VIEW ${BEFORE} AS SELECT CAST(1 AS BIGINT) AS rows_before`);
  const audits: Audit[] = [];
  const problems = new Problems();
  for (const [i, audit] of source.audits.entries()) {
    const words = `audits[${i}]`;
    const at = { file: source.file, line: source.lines[words] ?? 1, words };
    const to = audit.related === undefined ? undefined : related.get(audit.related);
    const context = { source, columns, varied, to, functions };
    const exactSql = await problems.of(() => exactAudit(session, audit, at, context));
    const { related: _, compared: __, ...others } = audit;
    audits.push({
      ...others,
      ...(exactSql === undefined ? {} : { exactSql }),
      ...(to === undefined ? {} : { related: to.table }),
    });
  }
  problems.refuse();
  return audits;
}

/** What the audits see as `this`. */
type Audited = {
  readonly source: InsightSource;
  readonly columns: readonly Column[];
  readonly varied: readonly string[];
};

type AuditContext = Audited & {
  readonly to: BoundInput | undefined;
  readonly functions: EngineFunctions;
};

/** What a range or a list of values says of lists and structs would be unclear. */
function refuseNested(
  { compared }: AuditSource,
  at: SqlPlace,
  columns: readonly Column[],
  to: BoundInput | undefined,
): void {
  if (compared === undefined) return;
  const named = (all: readonly Column[] | undefined, name: string | undefined) =>
    all?.find((column) => column.name.toLowerCase() === name?.toLowerCase());
  const nested = [named(columns, compared.own), named(to?.columns, compared.theirs)].find(
    (column) => column !== undefined && isNested(column.type),
  );
  if (nested)
    lineOf(at, 1).refuse(
      `${nested.name} is of type ${nested.type}, and only single values are compared so: write the audit as {name, sql} over "this", of ${nested.type.startsWith('array') ? 'its elements (list_contains, len)' : 'its fields'}`,
    );
}

/** What is run in its place; undefined where that is its own SQL. */
async function exactAudit(
  session: SqlSession,
  audit: AuditSource,
  at: SqlPlace,
  context: AuditContext,
): Promise<string | undefined> {
  const { source, columns, varied, to, functions } = context;
  refuseNested(audit, at, columns, to);
  const { tables, statement } = await parseSelect(session, audit.sql, at, functions, {
    tables: [],
    columns: columns.map(({ name }) => name),
  });
  const other = tables.find(
    (name) =>
      name.toLowerCase() !== 'this' && name !== BEFORE && !(to && name === relatedName(to.table.name)),
  );
  if (other !== undefined)
    lineOf(at, 1).refuse(
      `the audit reads ${JSON.stringify(other)}: it can only read the computed rows, as "this"`,
    );
  const ofTables = new Map<string, ReadonlySet<string>>([['this', new Set(varied)]]);
  if (to) ofTables.set(...(await createEmptyView(session, relatedName(to.table.name), to)));
  await asDefinition(at, () => session.rows(`SELECT count(*) AS n FROM (${audit.sql}\n)`));
  const key = source.key.length === 0 ? undefined : [...source.partitionBy, ...source.key];
  const bound: BoundSql = { sql: audit.sql, statement, at };
  const shape = relationOfTable('this', columns, { key, constants: source.partitionBy, required: [] });
  const { exactSql } = await proveDetermined(session, bound, [shape], functions, ofTables);
  return exactSql;
}
