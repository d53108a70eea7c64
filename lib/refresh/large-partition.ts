// A partition of a derived table that is too large to be computed here: whether it is, and the job that does it. lib/jobs knows how;
// this asks, and says what of the answer may be published.
import { createHash } from 'node:crypto';
import { type Derivation, tablePrefix } from '../core/insight.ts';
import type { Add, PartitionValues } from '../delta/actions.ts';
import { objectKey } from '../delta/partitions.ts';
import type { Effects } from '../lake/effects.ts';
import type {
  Division,
  FailedAudit,
  InputVersion,
  JobId,
  PartitionManifest,
  PartitionWork,
} from '../lake/jobs.ts';
import type { AuditFailure } from './audit.ts';
import type { Input } from './inputs.ts';
import type { SeenFiles } from './seen-files.ts';

/** Of Parquet files that are read by one task: as rows they are several times as large. */
const TASK_BYTES = 256 * 1024 * 1024;
const MAX_SHARDS = 1000;

export type Asked = {
  readonly derivation: Derivation;
  readonly inputs: readonly Input[];
  readonly related: readonly Input[];
  readonly seen: SeenFiles;
  readonly rowsBefore: number;
  readonly partition: PartitionValues;
};

/** The bytes of all files that a partition sees; those of inputs that are seen as a whole are counted once. */
export function seenBytesOf(seen: SeenFiles): (partition: PartitionValues) => number {
  const whole = seen.whole.reduce((sum, { snapshot }) => sum + bytesOf(snapshot.files.values()), 0);
  return (partition) => seen.parted.reduce((sum, input) => sum + bytesOf(seen.of(input, partition)), whole);
}

function bytesOf(files: Iterable<Add>): number {
  let bytes = 0;
  for (const { size } of files) bytes += size;
  return bytes;
}

/** `isPresent`: it was computed from the files that the partition sees now. */
export type Answer =
  | { readonly running: JobId }
  | { readonly failed: string }
  | {
      readonly finished: JobId;
      readonly manifest: PartitionManifest;
      readonly versions: PartitionWork['versions'];
      readonly isPresent: boolean;
    };

/** `known`: the run that the table says is under way; what another run made may be older than what is published. */
export async function computeElsewhere(
  { jobs, maxPartitionBytes = TASK_BYTES }: Pick<Effects, 'jobs' | 'maxPartitionBytes'>,
  asked: Asked,
  known: string | undefined,
): Promise<Answer | undefined> {
  if (jobs === undefined) return undefined;
  const work = workOf(asked, Math.min(TASK_BYTES, maxPartitionBytes));
  const isStill = ({ definition }: PartitionWork) => definition === work.definition;
  const answer = await jobs.ask(work, isStill);
  if ('failed' in answer && answer.work.seen !== work.seen) {
    // It may have failed on what is gone since.
    await jobs.forget(answer.job);
    return computeElsewhere({ jobs, maxPartitionBytes }, asked, known);
  }
  if ('failed' in answer) return { failed: answer.failed };
  if ('running' in answer) return { running: answer.running };
  if (answer.job.run !== known) {
    await jobs.forget(answer.job);
    return computeElsewhere({ jobs, maxPartitionBytes }, asked, known);
  }
  const { job, manifest, work: done } = answer;
  return { finished: job, manifest, versions: done.versions, isPresent: done.seen === work.seen };
}

function workOf(asked: Asked, taskBytes: number): PartitionWork {
  const { derivation, inputs, related, partition, rowsBefore } = asked;
  const divided = divisionOf(asked, taskBytes);
  return {
    kind: 'partition',
    table: tablePrefix(derivation.target),
    definition: derivation.hash,
    partition,
    versions: versionsOf([...inputs, ...related]),
    seen: seenDigest(asked),
    rowsBefore,
    ...(divided === undefined ? {} : { divided }),
  };
}

export function versionsOf(inputs: readonly Input[]): Record<string, InputVersion> {
  const versions = inputs.map(
    ({ table, snapshot: { version, commitId = null } }) =>
      [tablePrefix(table), { version, commitId }] as const,
  );
  return Object.fromEntries(versions);
}

function divisionOf({ derivation, inputs, seen, partition }: Asked, taskBytes: number): Division | undefined {
  const over = inputs.find(({ isOver }) => isOver);
  const by = derivation.dividedBy ?? [];
  if (over === undefined || by.length === 0) return undefined;
  const groups: string[][] = [];
  let open = 0;
  let bytes = 0;
  for (const { path, size } of seen.of(over, partition)) {
    if (groups.length === 0 || open + size > taskBytes) {
      groups.push([]);
      open = 0;
    }
    groups.at(-1)?.push(path);
    open += size;
    bytes += size;
  }
  const shards = Math.min(MAX_SHARDS, Math.ceil(bytes / taskBytes));
  return shards > 1 ? { by, shards, groups } : undefined;
}

/** Besides the files: what its audits look up, and, of a replace dataset, which deliveries count, by all files of the table. */
function seenDigest({ derivation, inputs, related, seen, partition }: Asked): string {
  const keys = inputs.flatMap((input) =>
    seen.of(input, partition).map((add: Add) => objectKey(tablePrefix(input.table), add.path)),
  );
  const whole = derivation.delivered === undefined ? related : [...related, ...inputs];
  const text = JSON.stringify([derivation.hash, keys.sort(), versionsOf(whole)]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

export function failuresOf(failures: readonly FailedAudit[]): AuditFailure[] {
  return failures.map(({ offending, ...failure }) => ({ ...failure, offending: offending ?? undefined }));
}
