// Computes and audits a derived table's touched partitions one after the other, and uploads what may be published.
// The uploaded files belong to no version yet: refresh.ts commits them, or nobody ever sees them.
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Derivation, tablePrefix } from '../core/insight.ts';
import type { Add, PartitionValues } from '../delta/actions.ts';
import type { Snapshot } from '../delta/snapshot.ts';
import { recordCount } from '../delta/stats.ts';
import type { Effects } from '../lake/effects.ts';
import type { JobId } from '../lake/jobs.ts';
import { filesByPartition, partitionId } from '../lake/partition.ts';
import { publishDataFile } from '../lake/publish-data-file.ts';
import type { SqlSession } from '../ports.ts';
import { type AuditedPartition, createRelatedViews, failureMessage } from './audit.ts';
import { tryRelationships } from './audit-live.ts';
import { computePartition, createPartitionView } from './compute.ts';
import { computedTags } from './computed-tags.ts';
import { type Input, inputView, LocalFiles } from './inputs.ts';
import { versionsOf } from './large-partition.ts';
import { LargeWork } from './large-work.ts';
import type { Running, Stale } from './pending.ts';
import type { RefreshPlan } from './plan.ts';
import { SeenFiles } from './seen-files.ts';

/** What is computed, at which versions. `base`: the derived table's own; `related`: what its audits look up. */
export type Work = {
  readonly derivation: Derivation;
  readonly base: Snapshot;
  readonly inputs: readonly Input[];
  readonly related: readonly Input[];
  readonly plan: RefreshPlan;
};

/** A partition that passed its audits; no `adds` where it has no rows. */
export type Part = { readonly partition: PartitionValues; readonly adds: readonly Add[] };

/** What became of partitions that are too large to be computed here. */
export type LargeParts = {
  readonly running: readonly Running[];
  /** Their jobs failed as often as they may, or there are no jobs. */
  readonly left: readonly Stale[];
  /** Published as of files that are no longer those that they see. */
  readonly again: readonly PartitionValues[];
  /** Jobs that are of no use once this is committed. */
  readonly jobs: readonly JobId[];
};

export type ComputedParts = {
  /** In the order of the plan. Those that are neither here nor have failed were left for want of time. */
  readonly parts: readonly Part[];
  /** Computed partitions, whether they passed or not. */
  readonly audited: readonly AuditedPartition[];
  /** Partitions whose live rows relate to what is gone. */
  readonly unrelated: readonly AuditedPartition[];
  readonly large: LargeParts;
};

export async function computeAll(
  effects: Effects,
  work: Work,
  outOfTime: () => boolean,
): Promise<ComputedParts> {
  const folder = await mkdtemp(join(effects.scratch, 'refresh-'));
  const local = new LocalFiles(effects.lake);
  try {
    return await effects.sql.session(async (session) => {
      if (work.plan.recompute.length > 0 || work.plan.auditAgain)
        await createRelatedViews(session, effects, local, work.related);
      const computed = await computeTouched(session, effects, work, local, folder, outOfTime);
      return { ...computed, unrelated: await auditAgain(session, effects, work, local) };
    });
  } finally {
    await local.release();
    await rm(folder, { recursive: true, force: true });
  }
}

async function computeTouched(
  session: SqlSession,
  effects: Effects,
  work: Work,
  local: LocalFiles,
  folder: string,
  outOfTime: () => boolean,
): Promise<Omit<ComputedParts, 'unrelated'>> {
  const { derivation, base, inputs, plan } = work;
  const parts: Part[] = [];
  const audited: AuditedPartition[] = [];
  const seen = new SeenFiles(derivation, inputs);
  const before = filesByPartition(derivation, base.files.values());
  const rowsBefore = (partition: PartitionValues) => recordCount(before.get(partitionId(partition)) ?? []);
  const large = new LargeWork(effects, work, seen, rowsBefore);
  const elsewhere = new Set(plan.recompute.filter(large.is));
  const here = plan.recompute.filter((partition) => !elsewhere.has(partition));
  const parted = new PartedViews(effects, seen);
  try {
    for (const partition of elsewhere) {
      const computed = await large.ask(partition);
      if (computed === undefined) continue;
      audited.push({ partition, failures: computed.failures });
      if (computed.adds) parts.push({ partition, adds: computed.adds });
    }
    if (here.length > 0) await createWholeViews(session, effects, local, seen);
    for (const [index, partition] of here.entries()) {
      if (index > 0 && outOfTime()) break;
      await parted.create(session, partition);
      if (derivation.readsPartition) await createPartitionView(session, derivation, partition);
      const path = join(folder, `partition-${index}.parquet`);
      const computed = await computePartition(session, derivation, partition, rowsBefore(partition), path);
      audited.push({ partition, failures: computed.failures });
      if (failureMessage(computed.failures, 'error') !== undefined) continue;
      const tags = computedTags(derivation, versionsOf(inputs), computed.failures);
      const { partitionBy, target } = derivation;
      const file = computed.file && { ...computed.file, partitionValues: partition, tags };
      const adds = file ? [await publishDataFile(effects, tablePrefix(target), partitionBy, file)] : [];
      parts.push({ partition, adds });
    }
  } finally {
    await parted.release();
  }
  return { parts, audited, large: large.parts };
}

type ReadEffects = Pick<Effects, 'catalog' | 'lake'>;

/** The inputs of which a partition sees a part, one partition at a time: the disk need not hold them all. */
export class PartedViews {
  readonly #effects: ReadEffects;
  readonly #seen: SeenFiles;
  readonly #local: ReadonlyMap<Input, LocalFiles>;

  /** `except`: an input whose rows come from elsewhere. */
  constructor(effects: ReadEffects, seen: SeenFiles, except?: Input) {
    this.#effects = effects;
    this.#seen = seen;
    const parted = seen.parted.filter((input) => input !== except);
    this.#local = new Map(parted.map((input) => [input, new LocalFiles(effects.lake)]));
  }

  async create(session: SqlSession, partition: PartitionValues): Promise<void> {
    for (const [input, local] of this.#local) {
      const { table, snapshot } = input;
      const files = this.#seen.of(input, partition);
      await local.releaseOthers(tablePrefix(table), files);
      await session.run(await inputView(this.#effects.catalog, local, table, snapshot, files));
    }
  }

  async release(): Promise<void> {
    for (const local of this.#local.values()) await local.release();
  }
}

export async function createWholeViews(
  session: SqlSession,
  effects: ReadEffects,
  local: LocalFiles,
  { whole }: SeenFiles,
): Promise<void> {
  for (const { table, snapshot } of whole)
    await session.run(await inputView(effects.catalog, local, table, snapshot, [...snapshot.files.values()]));
}

/** The rows that stay as they are may relate to what is there no more. */
async function auditAgain(
  session: SqlSession,
  effects: Effects,
  { derivation, base, plan }: Work,
  local: LocalFiles,
): Promise<AuditedPartition[]> {
  if (!plan.auditAgain) return [];
  const staying = filesByPartition(derivation, base.files.values());
  for (const partition of [...plan.recompute, ...plan.drop]) staying.delete(partitionId(partition));
  if (staying.size === 0) return [];
  return tryRelationships(session, effects, local, derivation, base, [...staying.values()].flat());
}
