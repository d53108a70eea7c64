// Decides the stages of a partition's job: its rows are cut into shards, each shard is computed, and all of them are audited
// together. Pure.
import { CorruptionError } from '../errors.ts';
import type { FailedAudit, PartitionManifest, PartitionWork } from '../lake/jobs.ts';
import type {
  AuditResult,
  ComputeResult,
  ComputeTask,
  CutResult,
  CutTask,
  PartitionResult,
  PartitionTask,
} from './partition-tasks.ts';
import type { Done, Stage } from './stage.ts';

export type PartitionDone = Done<PartitionTask, PartitionResult>;

export function nextPartitionStage(
  { table, divided }: PartitionWork,
  done: readonly PartitionDone[],
): Stage<PartitionTask> | { readonly manifest: PartitionManifest } {
  const of = <Result>(name: string) =>
    done.find((stage) => stage.name === name)?.results as readonly Result[] | undefined;
  const cut = of<CutResult>('cut');
  if (divided !== undefined && cut === undefined)
    return { name: 'cut', tasks: divided.groups.map((paths): CutTask => ({ kind: 'cut', paths })) };
  const shards = of<ComputeResult>('compute');
  if (shards === undefined) return { name: 'compute', tasks: computeTasks(cut) };
  if (cut !== undefined) requireAllRows(table, cut, shards);
  const failures = together(shards.flatMap((shard) => shard.failures));
  const isComputed = failures.every(({ offending }) => offending !== null);
  const files = shards.flatMap(({ file }) => (file ? [file] : []));
  const [audited] = of<AuditResult>('audit') ?? [];
  if (audited === undefined && isComputed) return { name: 'audit', tasks: [{ kind: 'audit', files }] };
  return { manifest: { files, failures: [...failures, ...(audited?.failures ?? [])] } };
}

/** A shard without rows is computed as well: some SELECTs make rows of none. */
function computeTasks(cut: readonly CutResult[] | undefined): ComputeTask[] {
  if (cut === undefined) return [{ kind: 'compute' }];
  const byShard = new Map<number, string[]>();
  for (const { shard, file } of cut.flatMap(({ files }) => files))
    byShard.set(shard, [...(byShard.get(shard) ?? []), file]);
  const tasks = [...byShard.values()].map((files): ComputeTask => ({ kind: 'compute', files }));
  return tasks.length === 0 ? [{ kind: 'compute', files: [] }] : tasks;
}

/** Throws CorruptionError if rows were lost or doubled on their way. */
function requireAllRows(table: string, cut: readonly CutResult[], shards: readonly ComputeResult[]): void {
  const [before, after] = [cut, shards].map((results) => results.reduce((sum, { rows }) => sum + rows, 0));
  if (before === after) return;
  throw new CorruptionError(
    `${table}: ${before} rows were cut into shards, which have ${after}. Nothing was committed.`,
  );
}

/** Of one audit, the offending rows of all shards and the first example. */
function together(failures: readonly FailedAudit[]): FailedAudit[] {
  const known = new Map<string, FailedAudit>();
  for (const failure of failures) {
    const other = known.get(failure.audit);
    if (other === undefined) known.set(failure.audit, failure);
    else if (other.offending !== null && failure.offending !== null)
      known.set(failure.audit, { ...other, offending: other.offending + failure.offending });
  }
  return [...known.values()];
}
