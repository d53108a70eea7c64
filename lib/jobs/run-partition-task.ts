// Does one task of a partition's job, by the very code that computes and audits a partition in one process.
import { join } from 'node:path';
import { type Derivation, relatedTables, tablePrefix } from '../core/insight.ts';
import { mapInParallel } from '../in-parallel.ts';
import { writeParts } from '../ingest/split-rows.ts';
import type { FailedAudit, PartitionWork, UploadedFile } from '../lake/jobs.ts';
import { publishDataFile } from '../lake/publish-data-file.ts';
import { relationSql } from '../lake/scan-sql.ts';
import { addOf, uploadedFile } from '../lake/uploaded-file.ts';
import type { SqlSession } from '../ports.ts';
import { type AuditFailure, createRelatedViews } from '../refresh/audit.ts';
import { auditShards, computeShard, createPartitionView } from '../refresh/compute.ts';
import { createWholeViews, PartedViews } from '../refresh/compute-all.ts';
import { type Input, LocalFiles, loadInputsAt, tableRelation } from '../refresh/inputs.ts';
import { SeenFiles } from '../refresh/seen-files.ts';
import { fileLiteral, identifier, list } from '../sql/quoting.ts';
import type { JobRun } from './job-folder.ts';
import type {
  AuditResult,
  AuditTask,
  ComputeResult,
  ComputeTask,
  CutResult,
  CutTask,
  PartitionResult,
  PartitionTask,
} from './partition-tasks.ts';
import { jobFiles, type TaskEffects, uploadToJob } from './task-files.ts';

type Doing = {
  readonly effects: TaskEffects;
  readonly derivation: Derivation;
  readonly work: PartitionWork;
  readonly run: JobRun;
};

const SHARD = '_sluice_shard';

export function runPartitionTask(doing: Doing, task: PartitionTask): Promise<PartitionResult> {
  switch (task.kind) {
    case 'cut':
      return withLocal(doing, (local) => cut(doing, task, local));
    case 'compute':
      return withLocal(doing, (local) => compute(doing, task, local));
    case 'audit':
      return withLocal(doing, (local) => audit(doing, task, local));
  }
}

async function withLocal<T>({ effects }: Doing, work: (local: LocalFiles) => Promise<T>): Promise<T> {
  const local = new LocalFiles(effects.lake);
  try {
    return await work(local);
  } finally {
    await local.release();
  }
}

function inputsOf({ effects, derivation, work }: Doing): Promise<Input[]> {
  return loadInputsAt(effects, derivation, work.versions, derivation.inputs);
}

async function cut(doing: Doing, { paths }: CutTask, local: LocalFiles): Promise<CutResult> {
  const { effects, work, run } = doing;
  const over = (await inputsOf(doing)).find(({ isOver }) => isOver);
  if (over === undefined || work.divided === undefined)
    throw new Error(`${work.table} is not computed over an input`);
  const { by, shards } = work.divided;
  const wanted = new Set(paths);
  const files = [...over.snapshot.files.values()].filter(({ path }) => wanted.has(path));
  const relation = await tableRelation(effects.catalog, local, over.table, over.snapshot, files);
  const sharded = `SELECT *, CAST(hash(${by.map(identifier).join(', ')}) % ${shards} AS INTEGER) AS ${SHARD} FROM (${relation})`;
  const folder = join(effects.folder, 'shards');
  const parts = await effects.sql.session((session) => writeParts(session, sharded, [SHARD], folder));
  const uploaded = await mapInParallel(
    parts.flatMap(({ partition, paths: written }) =>
      written.map((path) => ({ shard: Number(partition[SHARD]), path })),
    ),
    async ({ shard, path }) => ({ shard, file: await uploadToJob(effects, run, path) }),
  );
  return { rows: parts.reduce((sum, { rows }) => sum + rows, 0), files: uploaded };
}

async function compute(doing: Doing, { files }: ComputeTask, local: LocalFiles): Promise<ComputeResult> {
  const { effects, derivation, work, run } = doing;
  const { partition } = work;
  const inputs = await inputsOf(doing);
  const over = inputs.find(({ isOver }) => isOver);
  const seen = new SeenFiles(derivation, inputs);
  const isCut = over !== undefined && files !== undefined;
  const parted = new PartedViews(effects, seen, isCut ? over : undefined);
  try {
    return await effects.sql.session(async (session) => {
      await createWholeViews(session, effects, local, seen);
      await parted.create(session, partition);
      if (isCut) await createShardView(session, doing, over, await jobFiles(effects, run, files), local);
      if (derivation.readsPartition) await createPartitionView(session, derivation, partition);
      const computed = await computeShard(
        session,
        derivation,
        partition,
        join(effects.folder, 'rows.parquet'),
      );
      const failures = computed.failures.map(failedAudit);
      const rows = over === undefined ? 0 : await countRows(session, over);
      if (computed.file === undefined) return { rows, failures };
      return { rows, failures, file: await upload(doing, computed.file) };
    });
  } finally {
    await parted.release();
  }
}

async function createShardView(
  session: SqlSession,
  { effects }: Doing,
  { table, snapshot }: Input,
  paths: readonly string[],
  local: LocalFiles,
): Promise<void> {
  const relation =
    paths.length === 0
      ? await tableRelation(effects.catalog, local, table, snapshot, [])
      : `SELECT * FROM read_parquet(${list(paths.map(fileLiteral))}, hive_partitioning = false)`;
  await session.run(`CREATE OR REPLACE TEMP VIEW ${identifier(table.name)} AS ${relation}`);
}

async function countRows(session: SqlSession, { table }: Input): Promise<number> {
  const [row] = await session.rows<{ rows: number }>(
    `SELECT count(*) AS rows FROM ${identifier(table.name)}`,
  );
  return Number(row?.rows ?? 0);
}

async function upload(
  { effects, derivation, work }: Doing,
  { path, stats }: { readonly path: string; readonly stats: string },
): Promise<UploadedFile> {
  const { partition: partitionValues, table } = work;
  const file = { path, partitionValues, stats, tags: {} };
  const add = await publishDataFile(effects, table, derivation.partitionBy, file);
  return uploadedFile(add);
}

async function audit(doing: Doing, { files }: AuditTask, local: LocalFiles): Promise<AuditResult> {
  const { effects, derivation, work } = doing;
  const related = await loadInputsAt(effects, derivation, work.versions, relatedTables(derivation));
  const relation = await shardsRelation(doing, files, local);
  return effects.sql.session(async (session) => {
    await createRelatedViews(session, effects, local, related);
    const { partition, rowsBefore } = work;
    const failures = await auditShards(session, derivation, partition, rowsBefore, relation);
    return { failures: failures.map(failedAudit) };
  });
}

/** As readers of the table will see them. */
async function shardsRelation(
  { derivation }: Doing,
  uploaded: readonly UploadedFile[],
  local: LocalFiles,
): Promise<string> {
  const { columns, partitionBy, target } = derivation;
  const files = await mapInParallel(uploaded, async (file) => ({
    path: await local.path(tablePrefix(target), addOf(file, 0)),
    partitionValues: file.partitionValues,
  }));
  const shape = { columns, partitionColumns: partitionBy, withSource: false, mixed: false };
  return relationSql(shape, files);
}

function failedAudit({ offending, ...failure }: AuditFailure): FailedAudit {
  return { ...failure, offending: offending ?? null };
}
