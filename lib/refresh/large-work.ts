// The partitions of one refresh that are too large to be computed here: each is asked for as a job, and what the answers mean for the
// commit is gathered.
import { type Derivation, tablePrefix } from '../core/insight.ts';
import type { Add, PartitionValues } from '../delta/actions.ts';
import type { Snapshot } from '../delta/snapshot.ts';
import { byteText } from '../ingest/size-limit.ts';
import type { Effects } from '../lake/effects.ts';
import type { JobId, PartitionManifest, PartitionWork } from '../lake/jobs.ts';
import { partitionId, partitionLabel } from '../lake/partition.ts';
import { addOf } from '../lake/uploaded-file.ts';
import { type AuditFailure, failureMessage } from './audit.ts';
import { computedTags } from './computed-tags.ts';
import type { Input } from './inputs.ts';
import { computeElsewhere, failuresOf, seenBytesOf } from './large-partition.ts';
import { type Running, readPending, type Stale } from './pending.ts';
import type { SeenFiles } from './seen-files.ts';

type Refreshed = {
  readonly derivation: Derivation;
  readonly base: Snapshot;
  readonly inputs: readonly Input[];
  readonly related: readonly Input[];
};

/** `adds`: absent where an audit of severity `error` failed. */
export type ComputedElsewhere = {
  readonly failures: readonly AuditFailure[];
  readonly adds: readonly Add[] | undefined;
};

export class LargeWork {
  readonly parts = {
    running: [] as Running[],
    left: [] as Stale[],
    again: [] as PartitionValues[],
    jobs: [] as JobId[],
  };
  readonly #effects: Effects;
  readonly #work: Refreshed;
  readonly #seen: SeenFiles;
  readonly #rowsBefore: (partition: PartitionValues) => number;
  readonly #bytes: (partition: PartitionValues) => number;
  /** By partition: the run whose rows may be published. */
  readonly #runs: ReadonlyMap<string, string>;

  constructor(
    effects: Effects,
    work: Refreshed,
    seen: SeenFiles,
    rowsBefore: (partition: PartitionValues) => number,
  ) {
    this.#effects = effects;
    this.#work = work;
    this.#seen = seen;
    this.#rowsBefore = rowsBefore;
    this.#bytes = seenBytesOf(seen);
    const { running = [] } = readPending(work.base);
    this.#runs = new Map(running.map(({ partition, run }) => [partitionId(partition), run]));
  }

  readonly is = (partition: PartitionValues): boolean => {
    const { maxPartitionBytes } = this.#effects;
    return maxPartitionBytes !== undefined && this.#bytes(partition) > maxPartitionBytes;
  };

  /** Undefined while nothing of it may be published. */
  async ask(partition: PartitionValues): Promise<ComputedElsewhere | undefined> {
    const { derivation, inputs, related } = this.#work;
    const asked = {
      ...{ derivation, inputs, related, partition, seen: this.#seen },
      rowsBefore: this.#rowsBefore(partition),
    };
    const known = this.#runs.get(partitionId(partition));
    const answer = await computeElsewhere(this.#effects, asked, known);
    if (answer === undefined) {
      this.parts.left.push({ partition, message: this.#refusal(partition), isTooLarge: true });
      return undefined;
    }
    if ('failed' in answer) {
      const table = tablePrefix(derivation.target);
      this.#effects.log('error', 'refresh.job_failed', {
        table,
        partition: partitionLabel(partition),
        reason: answer.failed,
      });
      this.parts.left.push({ partition, message: answer.failed, isTooLarge: true });
      return undefined;
    }
    if ('running' in answer) {
      this.parts.running.push({ partition, run: answer.running.run });
      return undefined;
    }
    this.parts.jobs.push(answer.finished);
    if (!answer.isPresent) this.parts.again.push(partition);
    return this.#computed(answer.manifest, answer.versions);
  }

  #computed(
    { files, failures: found }: PartitionManifest,
    versions: PartitionWork['versions'],
  ): ComputedElsewhere {
    const { derivation, inputs } = this.#work;
    const failures = failuresOf(found);
    if (failureMessage(failures, 'error') !== undefined) return { failures, adds: undefined };
    const own = new Set(inputs.map(({ table }) => tablePrefix(table)));
    const read = Object.fromEntries(Object.entries(versions).filter(([prefix]) => own.has(prefix)));
    const tags = computedTags(derivation, read, failures);
    const now = this.#effects.clock().getTime();
    const adds = files.map((file) => addOf(file, now, tags));
    return { failures, adds };
  }

  #refusal(partition: PartitionValues): string {
    const [bytes, most] = [this.#bytes(partition), this.#effects.maxPartitionBytes ?? 0].map(byteText);
    return `it sees ${bytes} of data files, and at most ${most} are computed here (the setting maxPartitionBytes): run "npx sluice sync" on a machine with room for it, or with --spark, or partition the insight more finely`;
  }
}
