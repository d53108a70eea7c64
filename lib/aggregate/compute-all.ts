// Computes and audits a derived table's touched partitions one after the other, and uploads what may be published.
// The uploaded files belong to no version yet: refresh.ts commits them, or nobody ever sees them.
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Derivation, tablePrefix } from '../core/insight.ts';
import { partitionId, partitionOf } from '../core/partition.ts';
import { DEFINITION } from '../core/tags.ts';
import type { Add, PartitionValues } from '../delta/actions.ts';
import { dataFilePath, objectKey } from '../delta/partitions.ts';
import type { Effects } from '../effects.ts';
import type { SqlSession } from '../ports.ts';
import { computePartition } from './compute.ts';
import { type Input, inputView, LocalFiles } from './inputs.ts';
import type { Stale } from './plan.ts';

/** A partition that passed its audits; no `add` where it has no rows. */
export type Part = { readonly partition: PartitionValues; readonly add: Add | undefined };

/** In the order of `partitions`; those that are in neither list were left for want of time. */
export type ComputedParts = { readonly parts: readonly Part[]; readonly failed: readonly Stale[] };

export async function computeAll(
  effects: Effects,
  derivation: Derivation,
  inputs: readonly Input[],
  partitions: readonly PartitionValues[],
  outOfTime: () => boolean,
): Promise<ComputedParts> {
  const parts: Part[] = [];
  const failed: Stale[] = [];
  const local = new LocalFiles(effects.lake);
  // One partition's files of `over` at a time: the disk need not hold them all.
  const own = new LocalFiles(effects.lake);
  const over = inputs.find((input) => input.isOver);
  const filesOf = overFiles(derivation, over);
  const folder = await mkdtemp(join(effects.scratch, 'refresh-'));
  try {
    await effects.sql.session(async (session) => {
      if (partitions.length > 0) await createWholeViews(session, effects, local, inputs);
      for (const [index, partition] of partitions.entries()) {
        if (index > 0 && outOfTime()) break;
        const files = filesOf.get(partitionId(partition)) ?? [];
        await own.release();
        if (over) await session.run(await inputView(effects.catalog, own, over.table, over.snapshot, files));
        const computed = await computePartition(
          session,
          derivation,
          partition,
          join(folder, `partition-${index}.parquet`),
        );
        if ('failure' in computed) failed.push({ partition, message: computed.failure });
        else
          parts.push({
            partition,
            add: computed.file && (await publish(effects, derivation, inputs, partition, computed.file)),
          });
      }
    });
  } finally {
    await own.release();
    await local.release();
    await rm(folder, { recursive: true, force: true });
  }
  return { parts, failed };
}

async function createWholeViews(
  session: SqlSession,
  effects: Effects,
  local: LocalFiles,
  inputs: readonly Input[],
): Promise<void> {
  for (const { table, snapshot, isOver } of inputs) {
    if (!isOver)
      await session.run(
        await inputView(effects.catalog, local, table, snapshot, [...snapshot.files.values()]),
      );
  }
}

/** The files of `over` by partition of the derived table; empty where there is no `over`. */
function overFiles(derivation: Derivation, over: Input | undefined): Map<string, Add[]> {
  const byPartition = new Map<string, Add[]>();
  for (const add of over?.snapshot.files.values() ?? []) {
    const id = partitionId(partitionOf(add.partitionValues, derivation.partitionBy));
    const known = byPartition.get(id);
    if (known) known.push(add);
    else byPartition.set(id, [add]);
  }
  return byPartition;
}

async function publish(
  effects: Effects,
  derivation: Derivation,
  inputs: readonly Input[],
  partition: PartitionValues,
  file: { path: string; stats: string },
): Promise<Add> {
  const path = dataFilePath(derivation.partitionBy, partition, `${effects.newId()}.parquet`);
  const { sizeBytes } = await effects.lake.upload(file.path, objectKey(tablePrefix(derivation.target), path));
  const versions = Object.fromEntries(
    inputs.map((input) => [tablePrefix(input.table), input.snapshot.version]),
  );
  return {
    path,
    partitionValues: partition,
    size: sizeBytes,
    modificationTime: effects.clock().getTime(),
    dataChange: true,
    stats: file.stats,
    tags: { [DEFINITION]: derivation.hash, 'sluice.inputs': JSON.stringify(versions) },
  };
}
