// The refresh use case: brings one derived table up to its inputs' present versions, recomputing only touched partitions:
// compute, audit, then one commit that also records the input versions.
import { type Derivation, type Severity, sameTable, type TableRef, tablePrefix } from '../core/insight.ts';
import type { PartitionValues } from '../delta/actions.ts';
import { configuration, type ForeignCommit, type Snapshot, txnVersion } from '../delta/snapshot.ts';
import { CliError, TryAgainError } from '../errors.ts';
import { announce, type Effects } from '../lake/effects.ts';
import type { JobId } from '../lake/jobs.ts';
import { partitionId } from '../lake/partition.ts';
import { DEFINITION } from '../lake/tags.ts';
import { type AuditedPartition, auditMetrics, failureMessage } from './audit.ts';
import { commitActions } from './commit-actions.ts';
import { type ComputedParts, computeAll, type Work } from './compute-all.ts';
import { type Input, loadInputs, loadRelated, requireDefinitions, requireOwnRows } from './inputs.ts';
import { type Pending, readPending, type Stale, type Warning } from './pending.ts';
import { inputCommitId, inputId, planRefresh } from './plan.ts';

export type RefreshOutcome = {
  readonly target: TableRef;
  /** Partitions with new rows, and partitions that are gone. */
  readonly published: readonly PartitionValues[];
  readonly dropped: readonly PartitionValues[];
  /** Partitions that keep their old rows: all of them, and those that failed just now. */
  readonly stale: readonly Stale[];
  readonly failed: readonly Stale[];
  /** Partitions that were published just now although an audit of severity `warn` failed. */
  readonly warned: readonly Warning[];
  /** Partitions that keep their old rows for want of time; a message asks for them. */
  readonly waiting: readonly PartitionValues[];
  /** Partitions that jobs compute elsewhere: they keep their old rows until somebody asks for them again. */
  readonly running: readonly PartitionValues[];
  readonly version: number;
  /** Commits of other programs whose rows this one replaced. */
  readonly undone: readonly ForeignCommit[];
};

export type RefreshOptions = {
  /** Asked between two partitions; what is not computed then is noted in the table and left to a message. */
  readonly outOfTime?: () => boolean;
};

const MAX_ROUNDS = 10;

/**
 * Repeating it, or running it for nothing, changes nothing. Computes one touched partition at least, so that it always gets
 * on. Throws TryAgainError where another writer keeps being faster.
 */
export async function refresh(
  effects: Effects,
  target: TableRef,
  { outOfTime = () => false }: RefreshOptions = {},
): Promise<RefreshOutcome> {
  const derivation = effects.catalog.derivations.find((d) => sameTable(d.target, target));
  if (derivation === undefined)
    throw new CliError(`${tablePrefix(target)} is not a derived table of these contracts and insights`);
  for (let round = 0; round < MAX_ROUNDS && (round === 0 || !outOfTime()); round++) {
    const refreshed = await refreshOnce(effects, derivation, outOfTime);
    if (refreshed === 'overtaken') continue;
    const { outcome, jobs } = refreshed;
    for (const job of jobs) await effects.jobs?.forget(job);
    if (outcome.waiting.length > 0) await effects.refreshes.send([{ target }]);
    await announce(effects, target);
    return outcome;
  }
  throw new TryAgainError(
    `${tablePrefix(target)} is changed by other writers faster than it can be computed`,
  );
}

/** `jobs`: of no use any more. */
type Refreshed = { readonly outcome: RefreshOutcome; readonly jobs: readonly JobId[] };

async function refreshOnce(
  effects: Effects,
  derivation: Derivation,
  outOfTime: () => boolean,
): Promise<Refreshed | 'overtaken'> {
  const prefix = tablePrefix(derivation.target);
  const base = requireDefinition(await effects.tables.latest(prefix), derivation);
  const inputs = await loadInputs(effects, derivation);
  const related = await loadRelated(effects, derivation);
  requireDefinitions(effects.catalog, [...inputs, ...related]);
  await askForOwnRows(effects, [...inputs, ...related]);
  const plan = await planRefresh(effects.tables, derivation, base, inputs, related);
  const work: Work = { derivation, base, inputs, related, plan };
  if (isDone(work)) return { outcome: unchanged(work), jobs: [] };

  const started = effects.clock().getTime();
  const computed = await computeAll(effects, work, outOfTime);
  const { pending, outcome } = settle(work, computed);
  const { jobs } = computed.large;
  if (saysNothingNew(work, computed, pending)) return { outcome, jobs };
  const actions = commitActions(work, computed.parts, pending, effects.clock().getTime());
  const { committed, snapshot } = await effects.tables.commit(prefix, async (latest) => {
    if (latest?.version !== base.version) return undefined;
    return {
      actions,
      operation: 'REFRESH',
      parameters: { partitions: String(computed.parts.length) },
      metrics: {
        executionTimeMs: String(effects.clock().getTime() - started),
        ...auditMetrics(derivation, [...computed.audited, ...computed.unrelated]),
      },
    };
  });
  if (!committed) return 'overtaken';
  const refreshed = { ...outcome, version: snapshot.version, undone: base.foreign };
  logOutcome(effects, refreshed, effects.clock().getTime() - started);
  return { outcome: refreshed, jobs };
}

/** Tables of source files are sync's, or on AWS maintain's, to put right; a computed one does it when it is refreshed. */
async function askForOwnRows(effects: Effects, inputs: readonly Input[]): Promise<void> {
  const changed = inputs.filter(({ snapshot }) => snapshot.foreign.length > 0).map(({ table }) => table);
  const isComputed = (table: TableRef) =>
    effects.catalog.derivations.some(({ target }) => sameTable(target, table));
  await effects.refreshes.send(changed.filter(isComputed).map((target) => ({ target })));
  requireOwnRows(inputs);
}

function isDone({ base, inputs, related, plan }: Work): boolean {
  const touched = plan.recompute.length + plan.drop.length;
  const isOwn = base.foreign.length === 0;
  return touched === 0 && !plan.auditAgain && isOwn && isCurrent(base, [...inputs, ...related]);
}

/** Partitions that jobs compute are asked for again and again: the log need not grow for that. */
function saysNothingNew(work: Work, { audited, unrelated }: ComputedParts, pending: Pending): boolean {
  const { base, inputs, related, plan } = work;
  return (
    audited.length + unrelated.length + plan.drop.length === 0 &&
    base.foreign.length === 0 &&
    isCurrent(base, [...inputs, ...related]) &&
    JSON.stringify(pending) === JSON.stringify(readPending(base))
  );
}

function unchanged({ derivation, base, plan }: Work): RefreshOutcome {
  return {
    target: derivation.target,
    published: [],
    dropped: [],
    stale: plan.stillStale,
    failed: [],
    warned: [],
    waiting: [],
    running: [],
    version: base.version,
    undone: [],
  };
}

/** What of the work is published, what stays behind, and what is said of it. */
function settle(work: Work, computed: ComputedParts): { pending: Pending; outcome: RefreshOutcome } {
  const { parts, audited, unrelated, large } = computed;
  const { joined } = work.derivation;
  const said = (severity: Severity, partitions: readonly AuditedPartition[]) =>
    partitions.flatMap(({ partition, failures }) => {
      const message = failureMessage(failures, severity);
      return message === undefined ? [] : [{ partition, message }];
    });
  const failed = [...said('error', [...audited, ...unrelated]), ...large.left];
  const published = new Set(parts.map(({ partition }) => partitionId(partition)));
  const warned = said('warn', audited).filter(({ partition }) => published.has(partitionId(partition)));
  const done = new Set(
    [...audited, ...large.running, ...large.left].map(({ partition }) => partitionId(partition)),
  );
  const left = work.plan.recompute.filter((partition) => !done.has(partitionId(partition)));
  const waiting = [...left, ...large.again];
  const stale = [...work.plan.stillStale, ...failed];
  return {
    pending: {
      all: false,
      stale,
      waiting,
      ...(large.running.length === 0 ? {} : { running: large.running }),
      ...(stale.length === 0 || joined === undefined ? {} : { joined }),
    },
    outcome: {
      ...unchanged(work),
      published: parts.map((part) => part.partition),
      dropped: work.plan.drop,
      stale,
      failed,
      warned,
      waiting,
      running: large.running.map(({ partition }) => partition),
    },
  };
}

function logOutcome(effects: Effects, outcome: RefreshOutcome, ms: number): void {
  const table = tablePrefix(outcome.target);
  effects.log('info', 'refresh.committed', {
    table,
    version: outcome.version,
    partitions: outcome.published.length,
    dropped: outcome.dropped.length,
    waiting: outcome.waiting.length,
    ms,
  });
  for (const { version, operation, engine } of outcome.undone)
    effects.log('warn', 'table.foreign_undone', { table, version, operation, engine });
  for (const { partition, message } of outcome.failed)
    effects.log('warn', 'refresh.audit_failed', { table, partition, reason: message });
  for (const { partition, message } of outcome.warned)
    effects.log('warn', 'refresh.audit_warned', { table, partition, reason: message });
}

function requireDefinition(snapshot: Snapshot | undefined, derivation: Derivation): Snapshot {
  if (snapshot && configuration(snapshot, DEFINITION) === derivation.hash) return snapshot;
  throw new TryAgainError(
    `${tablePrefix(derivation.target)} ${snapshot ? 'is under another definition than this process holds' : 'does not exist yet'}: run "sluice sync", which applies the definitions`,
  );
}

/** True where the table already says that it is up to date with versions that hold the same data. */
function isCurrent(base: Snapshot, inputs: readonly Input[]): boolean {
  const isNoted = (input: Input) =>
    txnVersion(base, inputId(input)) !== undefined && txnVersion(base, inputCommitId(input)) !== undefined;
  return !readPending(base).all && inputs.every(isNoted);
}
