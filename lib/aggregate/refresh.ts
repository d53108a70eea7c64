// The aggregate use case: brings one derived table up to its inputs' present versions, touched partitions alone.
// Compute, audit, then one commit that also says up to which input versions the table is current.
import { type Derivation, sameTable, type TableRef, tablePrefix } from '../core/insight.ts';
import { DEFINITION } from '../core/tags.ts';
import type { PartitionValues } from '../delta/actions.ts';
import { configuration, type Snapshot, txnVersion } from '../delta/snapshot.ts';
import { announce, type Effects } from '../effects.ts';
import { CliError, TryAgainError } from '../errors.ts';
import { commitActions } from './commit-actions.ts';
import { computeAll } from './compute-all.ts';
import { type Input, loadInputs, requireDefinitions } from './inputs.ts';
import { inputId, type Pending, planRefresh, readPending, type Stale } from './plan.ts';

export type RefreshOutcome = {
  readonly target: TableRef;
  /** Partitions with new rows, and partitions that are gone. */
  readonly published: readonly PartitionValues[];
  readonly dropped: readonly PartitionValues[];
  /** Partitions that keep their old rows: all of them, and those that failed just now. */
  readonly stale: readonly Stale[];
  readonly failed: readonly Stale[];
  /** Partitions that keep their old rows for want of time; a message asks for them. */
  readonly waiting: readonly PartitionValues[];
  readonly version: number;
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
    throw new CliError(`${tablePrefix(target)} is no derived table of these contracts and insights`);
  for (let round = 0; round < MAX_ROUNDS && (round === 0 || !outOfTime()); round++) {
    const outcome = await refreshOnce(effects, derivation, outOfTime);
    if (outcome === 'overtaken') continue;
    if (outcome.waiting.length > 0) await effects.refreshes.send([{ target }]);
    await announce(effects, target);
    return outcome;
  }
  throw new TryAgainError(
    `${tablePrefix(target)} is being committed by others faster than it can be computed`,
  );
}

async function refreshOnce(
  effects: Effects,
  derivation: Derivation,
  outOfTime: () => boolean,
): Promise<RefreshOutcome | 'overtaken'> {
  const prefix = tablePrefix(derivation.target);
  const base = requireDefinition(await effects.tables.latest(prefix), derivation);
  const inputs = await loadInputs(effects, derivation);
  requireDefinitions(effects.catalog, inputs);
  const plan = await planRefresh(effects.tables, derivation, base, inputs);
  const nothing = {
    target: derivation.target,
    published: [],
    dropped: [],
    stale: plan.stillStale,
    failed: [],
    waiting: [],
    version: base.version,
  };
  if (plan.recompute.length === 0 && plan.drop.length === 0 && isCurrent(base, inputs)) return nothing;

  const started = effects.clock().getTime();
  const { parts, failed } = await computeAll(effects, derivation, inputs, plan.recompute, outOfTime);
  const waiting = plan.recompute.slice(parts.length + failed.length);
  const pending: Pending = { all: false, stale: [...plan.stillStale, ...failed], waiting };
  const actions = commitActions(derivation, base, inputs, parts, plan, pending, effects.clock().getTime());
  let overtaken = false;
  const { snapshot } = await effects.tables.commit(prefix, async (latest) => {
    overtaken = latest?.version !== base.version;
    return overtaken
      ? undefined
      : { actions, operation: 'REFRESH', parameters: { partitions: String(parts.length) } };
  });
  if (overtaken) return 'overtaken';
  const outcome = {
    ...nothing,
    published: parts.map((part) => part.partition),
    dropped: plan.drop,
    stale: pending.stale,
    failed,
    waiting,
    version: snapshot?.version ?? base.version,
  };
  effects.log('info', 'refresh.committed', {
    table: prefix,
    version: outcome.version,
    partitions: parts.length,
    dropped: plan.drop.length,
    waiting: waiting.length,
    ms: effects.clock().getTime() - started,
  });
  for (const { partition, message } of failed)
    effects.log('warn', 'refresh.audit_failed', { table: prefix, partition, message });
  return outcome;
}

function requireDefinition(snapshot: Snapshot | undefined, derivation: Derivation): Snapshot {
  if (snapshot && configuration(snapshot, DEFINITION) === derivation.hash) return snapshot;
  throw new TryAgainError(
    `${tablePrefix(derivation.target)} ${snapshot ? 'is under another definition than this process holds' : 'does not exist yet'}: run "sluice sync", which applies the definitions`,
  );
}

/** True where the table already says that it is up to date with versions that hold the same data. */
function isCurrent(base: Snapshot, inputs: readonly Input[]): boolean {
  return !readPending(base).all && inputs.every((input) => txnVersion(base, inputId(input)) !== undefined);
}
