// What people are told of: facts that stand as long as nobody put them right. A fact's id says what it is about, so that one that does
// not stand any more can still be named. Pure.
import type { PartitionValues } from '../delta/actions.ts';
import type { Notice } from '../ports.ts';

/** JSON of a list: kind, dataset or table, key or partition, and what else makes it another fact than the one before. */
export type FactId = string;

export type FactKind = 'rejected' | 'quarantined' | 'missing' | 'overdue' | 'failed-audit';

/** `details`: reads the report, where there is one. */
export type Fact = { readonly id: FactId; readonly details: () => Promise<Notice> };

/**
 * What a fact is about. `dataset` of a file, or `table`, as `insights/<name>`, of a partition. An expected file has no key: it is known by
 * its period and by the values of `per`, as in lib/lake/overdue.ts.
 */
export type About =
  | {
      readonly kind: Exclude<FactKind, 'failed-audit' | 'overdue'>;
      readonly dataset: string;
      readonly key: string;
    }
  | {
      readonly kind: 'overdue';
      readonly dataset: string;
      readonly period: string;
      readonly per: PartitionValues;
    }
  | { readonly kind: 'failed-audit'; readonly table: string; readonly partition: PartitionValues };

/** `etag`, and what was found: another version, or another finding, is another fact. */
export function fileFactId(
  kind: 'rejected' | 'quarantined',
  dataset: string,
  key: string,
  ...version: readonly (string | number)[]
): FactId {
  return JSON.stringify([kind, dataset, key, ...version]);
}

export function missingFactId(dataset: string, key: string): FactId {
  return JSON.stringify(['missing', dataset, key]);
}

export function overdueFactId(dataset: string, period: string, per: PartitionValues): FactId {
  return JSON.stringify(['overdue', dataset, period, per]);
}

/** A partition whose rows are stale stays one fact, however its audit fails. */
export function auditFactId(table: string, partition: PartitionValues): FactId {
  return JSON.stringify(['failed-audit', table, partition]);
}

/** Undefined for what is no id: a mark that was altered. */
export function aboutOf(id: FactId): About | undefined {
  try {
    const [kind, owner, subject, more] = JSON.parse(id) as [FactKind, string, unknown, unknown];
    if (kind === 'failed-audit') return { kind, table: owner, partition: subject as PartitionValues };
    if (typeof subject !== 'string') return undefined;
    if (kind === 'overdue')
      return { kind, dataset: owner, period: subject, per: (more ?? {}) as PartitionValues };
    return { kind, dataset: owner, key: subject };
  } catch {
    return undefined;
  }
}

/** Of the facts that one look at a file, or one refresh of a table, can put right. */
export function topicOf(about: About): string {
  return about.kind === 'failed-audit' ? JSON.stringify(['audit', about.table]) : subjectOf(about);
}

/** Equal for facts of which one takes the place of the other: a file that was rejected, and has refused rows in its next version. */
export function subjectOf(about: About): string {
  if (about.kind === 'failed-audit') return JSON.stringify(['audit', about.table, about.partition]);
  if (about.kind === 'overdue') return JSON.stringify(['overdue', about.dataset, about.period, about.per]);
  const group = about.kind === 'missing' ? 'missing' : 'file';
  return JSON.stringify([group, about.dataset, about.key]);
}
