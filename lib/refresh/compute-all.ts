// Computes and audits a derived table's touched partitions one after the other, and uploads what may be published.
// The uploaded files belong to no version yet: refresh.ts commits them, or nobody ever sees them.
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Derivation, tablePrefix } from '../core/insight.ts';
import type { Add, PartitionValues } from '../delta/actions.ts';
import type { Snapshot } from '../delta/snapshot.ts';
import { recordCount } from '../delta/stats.ts';
import type { Effects } from '../lake/effects.ts';
import { partitionId } from '../lake/partition.ts';
import { publishDataFile } from '../lake/publish-data-file.ts';
import { DEFINITION, INPUT_COMMITS, INPUTS, joinedTags, WARNINGS, WINDOW } from '../lake/tags.ts';
import type { SqlSession } from '../ports.ts';
import { type AuditedPartition, createRelatedViews, failureMessage } from './audit.ts';
import { filesByPartition, tryRelationships } from './audit-live.ts';
import { computePartition, createPartitionView } from './compute.ts';
import { type Input, inputView, LocalFiles } from './inputs.ts';
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

/** A partition that passed its audits; no `add` where it has no rows. */
export type Part = { readonly partition: PartitionValues; readonly add: Add | undefined };

export type ComputedParts = {
  /** In the order of the plan. Those that are neither here nor have failed were left for want of time. */
  readonly parts: readonly Part[];
  /** Computed partitions, whether they passed or not. */
  readonly audited: readonly AuditedPartition[];
  /** Partitions whose live rows relate to what is gone. */
  readonly unrelated: readonly AuditedPartition[];
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
): Promise<Pick<ComputedParts, 'parts' | 'audited'>> {
  const { derivation, base, inputs, plan } = work;
  const parts: Part[] = [];
  const audited: AuditedPartition[] = [];
  const seen = new SeenFiles(derivation, inputs);
  const before = filesByPartition(derivation, base.files.values());
  const parted = new PartedViews(effects, seen);
  try {
    if (plan.recompute.length > 0) await createWholeViews(session, effects, local, seen);
    for (const [index, partition] of plan.recompute.entries()) {
      if (index > 0 && outOfTime()) break;
      const id = partitionId(partition);
      await parted.create(session, partition);
      if (derivation.readsPartition) await createPartitionView(session, derivation, partition);
      const path = join(folder, `partition-${index}.parquet`);
      const computed = await computePartition(
        session,
        derivation,
        partition,
        recordCount(before.get(id) ?? []),
        path,
      );
      audited.push({ partition, failures: computed.failures });
      if (failureMessage(computed.failures, 'error') !== undefined) continue;
      const warnings = failureMessage(computed.failures, 'warn');
      const add = computed.file && (await publish(effects, work, partition, computed.file, warnings));
      parts.push({ partition, add });
    }
  } finally {
    await parted.release();
  }
  return { parts, audited };
}

/** The inputs of which a partition sees a part, one partition at a time: the disk need not hold them all. */
export class PartedViews {
  readonly #effects: Effects;
  readonly #seen: SeenFiles;
  readonly #local: ReadonlyMap<Input, LocalFiles>;

  constructor(effects: Effects, seen: SeenFiles) {
    this.#effects = effects;
    this.#seen = seen;
    this.#local = new Map(seen.parted.map((input) => [input, new LocalFiles(effects.lake)]));
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
  effects: Effects,
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

function publish(
  effects: Effects,
  { derivation, inputs }: Work,
  partition: PartitionValues,
  file: { path: string; stats: string },
  warnings: string | undefined,
): Promise<Add> {
  const read = <T>(of: (input: Input) => T | undefined) =>
    JSON.stringify(Object.fromEntries(inputs.map((input) => [tablePrefix(input.table), of(input)])));
  return publishDataFile(effects, tablePrefix(derivation.target), derivation.partitionBy, {
    ...file,
    partitionValues: partition,
    tags: {
      [DEFINITION]: derivation.hash,
      [INPUTS]: read(({ snapshot }) => snapshot.version),
      [INPUT_COMMITS]: read(({ snapshot }) => snapshot.commitId),
      ...(derivation.window === undefined ? {} : { [WINDOW]: JSON.stringify(derivation.window) }),
      ...joinedTags(derivation),
      ...(warnings === undefined ? {} : { [WARNINGS]: warnings }),
    },
  });
}
