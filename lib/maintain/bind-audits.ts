// An insight's audits against what its SELECT returns: the engine says whether their SQL makes sense.
import { type AuditSource, BEFORE, relatedView } from '../core/audit-words.ts';
import type { Audit } from '../core/insight.ts';
import type { InsightSource } from '../core/parse-insight.ts';
import { type Column, sqlType } from '../core/schema.ts';
import { identifier } from '../core/sql-text.ts';
import type { SqlSession } from '../ports.ts';
import { asDefinition, type BoundSql, emptyRelation, refuseUnordered } from './bind-sql.ts';
import type { BoundInput } from './output-columns.ts';
import { type EngineFunctions, lineOf, parseSelect, type SqlPlace } from './parse-select.ts';

/** Tried on a row of nulls: the engine casts a constant such as 'x' for a number only when a row asks for it. */
export async function bindAudits(
  session: SqlSession,
  source: InsightSource,
  columns: readonly Column[],
  related: ReadonlyMap<string, BoundInput>,
  functions: EngineFunctions,
): Promise<Audit[]> {
  const declared = columns.map(({ name, type }) => `${identifier(name)} ${sqlType(type)}`);
  await session.run(`CREATE TEMP TABLE this (${declared.join(', ')})`);
  await session.run('INSERT INTO this DEFAULT VALUES');
  await session.run(`CREATE TEMP VIEW ${BEFORE} AS SELECT CAST(1 AS BIGINT) AS rows_before`);
  const audits: Audit[] = [];
  for (const [i, audit] of source.audits.entries()) {
    const words = `audits[${i}]`;
    const at = { file: source.file, line: source.lines[words] ?? 1, words };
    const to = audit.related === undefined ? undefined : related.get(audit.related);
    await checkAudit(session, audit, at, { source, columns, to, functions });
    const { related: _, ...others } = audit;
    audits.push({ ...others, ...(to === undefined ? {} : { related: to.table }) });
  }
  return audits;
}

type AuditContext = {
  readonly source: InsightSource;
  readonly columns: readonly Column[];
  readonly to: BoundInput | undefined;
  readonly functions: EngineFunctions;
};

async function checkAudit(
  session: SqlSession,
  audit: AuditSource,
  at: SqlPlace,
  context: AuditContext,
): Promise<void> {
  const { source, columns, to, functions } = context;
  const { tables, statement } = await parseSelect(session, audit.sql, at, functions);
  const other = tables.find(
    (name) =>
      name.toLowerCase() !== 'this' &&
      name !== BEFORE &&
      !(to && identifier(name) === relatedView(to.table.name)),
  );
  if (other !== undefined)
    lineOf(at, 1).refuse(
      `the audit reads ${JSON.stringify(other)}: it sees the computed rows alone, as "this"`,
    );
  if (to)
    await session.run(
      `CREATE OR REPLACE TEMP VIEW ${relatedView(to.table.name)} AS ${emptyRelation(to.columns)}`,
    );
  await asDefinition(at, () => session.rows(`SELECT count(*) AS n FROM (${audit.sql}\n)`));
  const key = source.key.length === 0 ? undefined : [...source.partitionBy, ...source.key];
  const bound: BoundSql = { sql: audit.sql, statement, at };
  const shape = {
    name: 'this',
    columns: columns.map(({ name }) => name),
    key,
    constants: source.partitionBy,
  };
  await refuseUnordered(session, bound, [shape], functions);
}
