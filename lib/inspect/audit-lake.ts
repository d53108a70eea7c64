// All audits over what is live, for `sluice audit`: those of insights, partition by partition, and the keys and foreign keys
// of contracts. Changes nothing.
import type { Dataset } from '../core/contract.ts';
import { foreignKeyAudits } from '../core/foreign-keys.ts';
import { type Audit, type Derivation, type Severity, type TableRef, tablePrefix } from '../core/insight.ts';
import { keyAudits } from '../core/key-audits.ts';
import type { PartitionValues } from '../delta/actions.ts';
import { configuration, type Snapshot } from '../delta/snapshot.ts';
import type { Effects } from '../lake/effects.ts';
import { filesByPartition, partitionOf } from '../lake/partition.ts';
import { DEFINITION } from '../lake/tags.ts';
import {
  type AuditedPartition,
  auditsOf,
  comparesVersions,
  createRelatedViews,
  tryAudits,
} from '../refresh/audit.ts';
import { type Input, LocalFiles, loadRelated, requireDefinitions, tableRelation } from '../refresh/inputs.ts';
import { identifier } from '../sql/quoting.ts';

export type AuditResult = {
  /** An insight's or a dataset's name. */
  readonly name: string;
  readonly audit: string;
  readonly severity: Severity;
  readonly outcome: 'pass' | 'warn' | 'fail' | 'skipped';
  /** Why it was skipped. */
  readonly reason?: string;
  /** Partitions that were looked at. */
  readonly partitions: number;
  readonly failures: readonly {
    readonly partition: PartitionValues;
    /** Null where the audit's own SQL fails on the rows. */
    readonly offending: number | null;
    readonly example: string;
  }[];
};

/** Throws TryAgainError where the tables are under other definitions than this process holds. */
export async function auditInsight(effects: Effects, derivation: Derivation): Promise<AuditResult[]> {
  const own = await snapshotOf(effects, derivation.target);
  if (own === undefined || configuration(own, DEFINITION) !== derivation.hash) {
    const state = own === undefined ? 'not computed yet' : 'under another definition than its file';
    return auditsOf(derivation, {}).map((audit) =>
      skipped(derivation.target.name, audit, `${state}: run "sluice sync"`),
    );
  }
  const related = await loadRelated(effects, derivation);
  requireDefinitions(effects.catalog, related);
  const audited = await auditPartitions(effects, derivation, own, related);
  const [sample = { partition: {} }] = audited;
  return auditsOf(derivation, sample.partition).map((audit) =>
    comparesVersions(audit)
      ? skipped(
          derivation.target.name,
          audit,
          'compares with the version before: tried when a partition is published',
        )
      : result(derivation.target.name, audit, audited),
  );
}

async function auditPartitions(
  effects: Effects,
  derivation: Derivation,
  snapshot: Snapshot,
  related: readonly Input[],
): Promise<AuditedPartition[]> {
  const audited: AuditedPartition[] = [];
  const shared = new LocalFiles(effects.lake);
  try {
    await effects.sql.session(async (session) => {
      await createRelatedViews(session, effects, shared, related);
      for (const files of filesByPartition(derivation, snapshot.files.values()).values()) {
        const partition = partitionOf(files[0]?.partitionValues ?? {}, derivation.partitionBy);
        const own = new LocalFiles(effects.lake);
        try {
          const relation = await tableRelation(effects.catalog, own, derivation.target, snapshot, files);
          await session.run(`CREATE OR REPLACE TEMP VIEW this AS ${relation}`);
          const audits = auditsOf(derivation, partition).filter((audit) => !comparesVersions(audit));
          audited.push({ partition, failures: await tryAudits(session, audits) });
        } finally {
          await own.release();
        }
      }
    });
  } finally {
    await shared.release();
  }
  return audited;
}

/** Orphans are counted over all rows at once, whatever the partitions. Throws as auditInsight does. */
export async function auditForeignKeys(effects: Effects, dataset: Dataset): Promise<AuditResult[]> {
  const audits = foreignKeyAudits(dataset).map((key) => ({ ...key, severity: 'error' as const }));
  if (audits.length === 0) return [];
  const names = [...new Set([dataset.name, ...audits.map(({ resource }) => resource)])];
  const tables = names.map((name): TableRef => ({ kind: 'tables', name }));
  const local = new LocalFiles(effects.lake);
  try {
    return await effects.sql.session(async (session) => {
      for (const table of tables) {
        if (!effects.catalog.resolve(table.name))
          return audits.map((audit) =>
            skipped(dataset.name, audit, `the definition of ${table.name} is set aside`),
          );
        const snapshot = await snapshotOf(effects, table);
        if (snapshot === undefined)
          return audits.map((audit) =>
            skipped(dataset.name, audit, `${table.name} was not made yet: run "sluice sync"`),
          );
        requireDefinitions(effects.catalog, [{ table, snapshot, isOver: false }]);
        const files = [...snapshot.files.values()];
        const relation = await tableRelation(effects.catalog, local, table, snapshot, files);
        await session.run(`CREATE TEMP VIEW ${identifier(table.name)} AS ${relation}`);
      }
      const audited = [{ partition: {}, failures: await tryAudits(session, audits) }];
      return audits.map((audit) => result(dataset.name, audit, audited));
    });
  } finally {
    await local.release();
  }
}

/** Over all rows at once: whether files share keys. Warnings, since no row of them was refused. Throws as auditInsight does. */
export async function auditKeys(effects: Effects, dataset: Dataset): Promise<AuditResult[]> {
  const audits = keyAudits(dataset).map((key) => ({ ...key, severity: 'warn' as const }));
  if (audits.length === 0) return [];
  const table: TableRef = { kind: 'tables', name: dataset.name };
  const snapshot = await snapshotOf(effects, table);
  if (snapshot === undefined)
    return audits.map((audit) => skipped(dataset.name, audit, 'not made yet: run "sluice sync"'));
  requireDefinitions(effects.catalog, [{ table, snapshot, isOver: false }]);
  const local = new LocalFiles(effects.lake);
  try {
    const files = [...snapshot.files.values()];
    const withSource = dataset.mode === 'append';
    const relation = await tableRelation(effects.catalog, local, table, snapshot, files, withSource);
    return await effects.sql.session(async (session) => {
      await session.run(`CREATE TEMP VIEW ${identifier(dataset.name)} AS ${relation}`);
      const audited = [{ partition: {}, failures: await tryAudits(session, audits) }];
      return audits.map((audit) => result(dataset.name, audit, audited));
    });
  } finally {
    await local.release();
  }
}

function snapshotOf(effects: Effects, table: TableRef): Promise<Snapshot | undefined> {
  return effects.tables.latest(tablePrefix(table));
}

function result(
  name: string,
  { name: audit, severity }: Audit,
  audited: readonly AuditedPartition[],
): AuditResult {
  const failures = audited.flatMap(({ partition, failures }) =>
    failures
      .filter((failed) => failed.audit === audit)
      .map(({ offending, example }) => ({ partition, offending: offending ?? null, example })),
  );
  const outcome = failures.length === 0 ? 'pass' : severity === 'error' ? 'fail' : 'warn';
  return { name, audit, severity, outcome, partitions: audited.length, failures };
}

function skipped(name: string, { name: audit, severity }: Audit, reason: string): AuditResult {
  return { name, audit, severity, outcome: 'skipped', reason, partitions: 0, failures: [] };
}
