// Jobs that were asked for: one at a time for the same thing. Its state is in the lake alone, so that any process may ask; what runs
// elsewhere is started, looked at, and started again where it failed, a bounded number of times.
import type { JobAnswer, JobId, Jobs, Work } from '../lake/jobs.ts';
import { jobName } from '../lake/layout.ts';
import type { Clock, JobRunner, Log, NewId, ObjectStore } from '../ports.ts';
import { JobFolder, type JobPlan, type JobRun, type PlannedDefinition } from './job-folder.ts';

/** How often a job may fail before it waits for somebody to look. */
export const MAX_FAILURES = 3;
/** A task process takes a second to start, and the engine some hundred bytes for each row of a block. */
export const BLOCK_BYTES = 256 * 1024 * 1024;

export type AskedJobsOptions = {
  readonly lake: ObjectStore;
  readonly runner: JobRunner;
  readonly definitions: readonly PlannedDefinition[];
  readonly blockBytes?: number;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly log: Log;
};

export class AskedJobs implements Jobs {
  readonly #options: AskedJobsOptions;
  constructor(options: AskedJobsOptions) {
    this.#options = options;
  }

  async ask<W extends Work>(work: W, isStill: (work: W) => boolean): Promise<JobAnswer<W>> {
    const name = nameOf(work);
    const folder = new JobFolder(this.#options.lake, name);
    const plan = await this.#planned(folder, work, isStill);
    const run = folder.run(plan.run);
    const planned = plan.work as W;
    const manifest = await run.manifest<W>();
    if (manifest !== undefined) return { job: run.id, work: planned, manifest };
    const state = await this.#state(run);
    if (state !== 'running') {
      const late = await run.manifest<W>();
      if (late !== undefined) return { job: run.id, work: planned, manifest: late };
      const failed = await this.#afterFailure(run, state);
      if (failed !== undefined) return { failed };
      await this.#start(run);
    }
    return { running: run.id, work: planned };
  }

  async forget({ name, run }: JobId): Promise<void> {
    const folder = new JobFolder(this.#options.lake, name);
    if ((await folder.plan())?.run === run) await folder.remove();
  }

  /** The job's plan that is there, or a new one's. */
  async #planned<W extends Work>(
    folder: JobFolder,
    work: W,
    isStill: (work: W) => boolean,
  ): Promise<JobPlan> {
    const { newId, clock, definitions, blockBytes = BLOCK_BYTES, log } = this.#options;
    for (;;) {
      const found = await folder.plan();
      if (found !== undefined && isStill(found.work as W)) return found;
      if (found !== undefined) {
        log('info', 'job.given_up', { job: nameOf(work), run: found.run });
        await folder.remove();
      }
      const plan = { run: newId(), work, blockBytes, startedAt: clock().toISOString(), definitions };
      if (await folder.create(plan)) return plan;
    }
  }

  /** `new`: nobody started it; `lost`: it runs no more, and nothing says why. */
  async #state(run: JobRun): Promise<'running' | 'new' | 'lost' | { readonly failed: string }> {
    const last = (await run.attempts()).at(-1);
    if (last === undefined) return 'new';
    if ((await run.failures()).some((failure) => 'number' in failure && failure.number === last.number))
      return 'new';
    const found = await this.#options.runner.look(last.engine);
    return found === 'ended' ? 'lost' : found;
  }

  /** A sentence once it failed too often. A process that was stopped is no failure of the job. */
  async #afterFailure(
    run: JobRun,
    state: 'new' | 'lost' | { readonly failed: string },
  ): Promise<string | undefined> {
    const failures = await run.failures();
    const last = (await run.attempts()).at(-1);
    const message =
      state === 'new'
        ? undefined
        : ((await run.takeError()) ?? (state === 'lost' ? undefined : state.failed));
    if (message !== undefined && last !== undefined) {
      await run.createFailure(last.number, message);
      this.#options.log('warn', 'job.failed', { job: run.id.name, attempt: last.number, reason: message });
      failures.push({ message });
    }
    if (failures.length < MAX_FAILURES) return undefined;
    return `${failures.at(-1)?.message} (its job ${run.id.name} failed ${failures.length} times; "sluice jobs --cancel ${run.id.name}" lets it start anew)`;
  }

  async #start(run: JobRun): Promise<void> {
    const number = ((await run.attempts()).at(-1)?.number ?? 0) + 1;
    const engine = await this.#options.runner.start(run.id, number);
    await run.createAttempt({ number, engine });
    this.#options.log('info', 'job.started', { job: run.id.name, attempt: number, engine });
  }
}

/** The same for the same source file or partition, whatever its version. */
export function nameOf(work: Work): string {
  return work.kind === 'source'
    ? jobName('source', work.dataset, JSON.stringify([work.dataset, work.version.key]))
    : jobName('partition', work.table, JSON.stringify([work.table, work.partition]));
}
