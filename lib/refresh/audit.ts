// Tries a derived table's audits on rows that the session holds as `this`, and puts what they found into words.

import { BEFORE, relatedView } from '../core/audit-views.ts';
import { type Audit, type Derivation, type Severity, sqlToRun } from '../core/insight.ts';
import { unreadableRows } from '../core/readable-values.ts';
import type { PartitionValues } from '../delta/actions.ts';
import type { Effects } from '../lake/effects.ts';
import { partitionLabel } from '../lake/partition.ts';
import { SqlError, type SqlSession } from '../ports.ts';
import { identifier, literal } from '../sql/quoting.ts';
import { type Input, type LocalFiles, tableRelation } from './inputs.ts';
import { offendingRow, offendingRowText, rowsAsTexts } from './offending-row.ts';

/** `offending` rows, one of them as text; undefined where the audit's SQL itself fails on the rows, which the text then says. */
export type AuditFailure = {
  readonly audit: string;
  readonly severity: Severity;
  readonly offending: number | undefined;
  readonly example: string;
};

/** What became of one partition; an audit that is not among the failures passed. */
export type AuditedPartition = {
  readonly partition: PartitionValues;
  readonly failures: readonly AuditFailure[];
};

/** The audit that no SQL fails: see compute.ts. */
export const COMPUTED = 'computed';

const MAX_EXAMPLE = 300;
const MAX_FAILURES_NAMED = 3;

/** `examples`: a SELECT that says of the offending rows what is wrong with them; absent: the rows themselves do. */
export type TriedAudit = Audit & { readonly examples?: string };

/** The partition's own, that of the columns' types and those of the key come first; they have no other severity than `error`. */
export function auditsOf(derivation: Derivation, partition: PartitionValues): TriedAudit[] {
  return [...partitionAudits(partition), ...otherAudits(derivation, partition)];
}

/** That the rows have the partition's own values: asked of each row alone. */
export function partitionAudits(partition: PartitionValues): TriedAudit[] {
  const differs = Object.keys(partition).map(
    (name) => `CAST(${identifier(name)} AS VARCHAR) IS DISTINCT FROM ${literal(partition[name] ?? null)}`,
  );
  if (differs.length === 0) return [];
  return [{ name: 'partition', severity: 'error', sql: `SELECT * FROM this WHERE ${differs.join(' OR ')}` }];
}

export function otherAudits(derivation: Derivation, partition: PartitionValues): TriedAudit[] {
  const audits: { name: string; sql: string; examples?: string }[] = [];
  const columns = Object.keys(partition);
  const unreadable = unreadableRows(
    'this',
    derivation.columns.filter(({ name }) => !columns.includes(name)),
  );
  if (unreadable !== undefined)
    audits.push({ name: 'readable values', sql: unreadable.rows, examples: unreadable.examples });
  if (derivation.key.length > 0) {
    const key = [...columns, ...derivation.key.filter((name) => !columns.includes(name))].map(identifier);
    const required = derivation.key.map((name) => `${identifier(name)} IS NULL`).join(' OR ');
    audits.push({ name: 'key not null', sql: `SELECT * FROM this WHERE ${required}` });
    audits.push({
      name: 'key unique',
      sql: `SELECT ${key.join(', ')} FROM this GROUP BY ${key.join(', ')} HAVING count(*) > 1`,
    });
  }
  return [...audits.map((audit) => ({ ...audit, severity: 'error' as const })), ...derivation.audits];
}

/** The views that audits look into; `related` has what they name. */
export async function createRelatedViews(
  session: SqlSession,
  effects: Pick<Effects, 'catalog'>,
  local: LocalFiles,
  related: readonly Input[],
): Promise<void> {
  for (const { table, snapshot } of related) {
    const files = [...snapshot.files.values()];
    const relation = await tableRelation(effects.catalog, local, table, snapshot, files);
    await session.run(`CREATE OR REPLACE TEMP VIEW ${relatedView(table.name)} AS ${relation}`);
  }
}

/** For audits that compare with the version before; `rows` 0: there is none. */
export async function createBeforeView(
  session: SqlSession,
  audits: readonly Audit[],
  rows: number,
): Promise<void> {
  if (!audits.some(comparesVersions)) return;
  await session.run(
    `CREATE OR REPLACE TEMP VIEW ${BEFORE} AS SELECT CAST(${rows} AS BIGINT) AS rows_before WHERE ${rows > 0}`,
  );
}

export function comparesVersions(audit: Audit): boolean {
  return audit.sql.includes(BEFORE);
}

/** All audits in one statement: on a small partition the engine's time is that of its statements, not of its rows. */
export async function tryAudits(session: SqlSession, audits: readonly TriedAudit[]): Promise<AuditFailure[]> {
  if (audits.length === 0) return [];
  try {
    return await runAudits(session, audits);
  } catch (error) {
    if (!isAboutData(error)) throw error;
  }
  const failures: AuditFailure[] = [];
  for (const audit of audits) failures.push(...(await tryAlone(session, audit)));
  return failures;
}

/** An audit whose own SQL fails, by an overflow or a cast, has failed. */
async function tryAlone(session: SqlSession, audit: TriedAudit): Promise<AuditFailure[]> {
  try {
    return await runAudits(session, [audit]);
  } catch (error) {
    if (!isAboutData(error)) throw error;
    const { name, severity } = audit;
    return [
      {
        audit: name,
        severity,
        offending: undefined,
        example: `its SQL fails on these rows: ${reason(error)}`,
      },
    ];
  }
}

/** Examples are looked for where there are some: they cost a plan as large as the count's. */
async function runAudits(session: SqlSession, audits: readonly TriedAudit[]): Promise<AuditFailure[]> {
  const counts = audits.map(
    (audit, index) =>
      `SELECT ${index} AS audit, count(*) AS offending FROM (${sqlToRun(audit)}\n) HAVING count(*) > 0`,
  );
  const failed = await session.rows<{ audit: number; offending: number }>(counts.join(' UNION ALL '));
  const failures: AuditFailure[] = [];
  for (const [index, audit] of audits.entries()) {
    const offending = failed.find((row) => row.audit === index)?.offending;
    if (offending === undefined) continue;
    const [row] = await session.rows<{ example: string | null }>(
      `SELECT ${offendingRow('audited')} AS example FROM ${rowsAsTexts(audit.examples ?? sqlToRun(audit), 'audited')}`,
    );
    failures.push(failure(audit, offending, row?.example ?? null));
  }
  return failures;
}

/** `row`: see offendingRow. */
export function failure({ name, severity }: Audit, offending: number, row: string | null): AuditFailure {
  const example = row === null ? 'none that can be shown' : offendingRowText(row);
  return { audit: name, severity, offending, example: example.slice(0, MAX_EXAMPLE) };
}

/** Without DuckDB's excerpt of the statement, which is not what the user wrote. */
export function reason({ message }: SqlError): string {
  return message.split(/\n+LINE \d+:/)[0] ?? message;
}

/** From the rows: computing them again gives the same. */
export function isAboutData(error: unknown): error is SqlError {
  return error instanceof SqlError && error.kind === 'data';
}

/** A sentence on the failures of one severity; undefined where there are none. */
export function failureMessage(failures: readonly AuditFailure[], severity: Severity): string | undefined {
  const lines = failures
    .filter((failed) => failed.severity === severity)
    .map(({ audit, offending, example }) =>
      offending === undefined
        ? `audit ${audit}: ${example}`
        : `audit ${audit}: ${offending} offending ${offending === 1 ? 'row' : 'rows'}, such as ${example}`,
    );
  return lines.length === 0 ? undefined : lines.join('; ');
}

/** For a commit's operationMetrics: how many audits of partitions passed, warned and failed, and as JSON by audit. */
export function auditMetrics(
  derivation: Derivation,
  audited: readonly AuditedPartition[],
): Record<string, string> {
  const [sample] = audited;
  if (sample === undefined) return {};
  const tried = audited.filter(({ failures }) => !failures.some(({ audit }) => audit === COMPUTED));
  const audits = [
    ...(tried.length === audited.length ? [] : [summary({ name: COMPUTED, severity: 'error' }, audited)]),
    ...auditsOf(derivation, sample.partition).map((audit) => summary(audit, tried)),
  ];
  const sum = (counts: number[]) => String(counts.reduce((total, count) => total + count, 0));
  const failed = (severity: Severity) =>
    sum(audits.map((audit) => (audit.severity === severity ? audit.failed : 0)));
  return {
    auditsPassed: sum(audits.map((audit) => audit.passed)),
    auditsWarned: failed('warn'),
    auditsFailed: failed('error'),
    audits: JSON.stringify(audits),
  };
}

type Summary = {
  readonly audit: string;
  readonly severity: Severity;
  readonly passed: number;
  readonly failed: number;
  /** The first of them; none where all passed. */
  readonly failures?: readonly object[];
};

function summary(
  { name, severity }: Pick<Audit, 'name' | 'severity'>,
  audited: readonly AuditedPartition[],
): Summary {
  const failures = audited.flatMap(({ partition, failures }) =>
    failures
      .filter((failed) => failed.audit === name)
      .map(({ offending, example }) => ({ partition: partitionLabel(partition), offending, example })),
  );
  const outcome = {
    audit: name,
    severity,
    passed: audited.length - failures.length,
    failed: failures.length,
  };
  return failures.length === 0 ? outcome : { ...outcome, failures: failures.slice(0, MAX_FAILURES_NAMED) };
}
