// Relationships on rows that are live already, when what they relate to has changed.
import { type Audit, type Derivation, sqlToRun } from '../core/insight.ts';
import type { Add, PartitionValues } from '../delta/actions.ts';
import type { Snapshot } from '../delta/snapshot.ts';
import type { Effects } from '../lake/effects.ts';
import { partitionId } from '../lake/partition.ts';
import type { SqlSession } from '../ports.ts';
import { identifier } from '../sql/quoting.ts';
import { type AuditedPartition, type AuditFailure, failure } from './audit.ts';
import { type LocalFiles, tableRelation } from './inputs.ts';
import { offendingRow, rowsAsTexts } from './offending-row.ts';

/**
 * The relationships of severity `error` on the live rows of `files`, in one statement per audit: nothing but what they
 * relate to has changed. The session must hold the related views. Only partitions that fail are returned.
 */
export async function tryRelationships(
  session: SqlSession,
  effects: Effects,
  local: LocalFiles,
  derivation: Derivation,
  base: Snapshot,
  files: readonly Add[],
): Promise<AuditedPartition[]> {
  const relation = await tableRelation(effects.catalog, local, derivation.target, base, files);
  await session.run(`CREATE TEMP VIEW this AS ${relation}`);
  const failed = new Map<string, { partition: PartitionValues; failures: AuditFailure[] }>();
  for (const audit of derivation.audits.filter(({ related, severity }) => related && severity === 'error'))
    for (const { partition, failure } of await offendingPartitions(session, derivation, audit)) {
      const id = partitionId(partition);
      failed.set(id, { partition, failures: [...(failed.get(id)?.failures ?? []), failure] });
    }
  await session.run('DROP VIEW this');
  return [...failed.values()];
}

async function offendingPartitions(
  session: SqlSession,
  { partitionBy }: Derivation,
  audit: Audit,
): Promise<{ partition: PartitionValues; failure: AuditFailure }[]> {
  const values = partitionBy.map(identifier);
  const rows = await session.rows<Record<string, string | number | null>>(
    `SELECT ${[...values, 'count(*) AS _sluice_offending', `${offendingRow('audited')} AS _sluice_example`].join(', ')}
     FROM ${rowsAsTexts(sqlToRun(audit), 'audited')} ${values.length === 0 ? 'HAVING count(*) > 0' : 'GROUP BY ALL ORDER BY ALL'}`,
  );
  return rows.map(({ _sluice_offending: offending, _sluice_example: example, ...partition }) => ({
    partition: partition as PartitionValues,
    failure: failure(audit, Number(offending), example === null ? null : String(example)),
  }));
}
