// Jobs that were asked for: one at a time for the same thing. Its state is in the lake alone, so that any process may ask; what runs
// elsewhere is started, looked at, and started again where it failed, a bounded number of times.
import type { JobAnswer, JobId, Jobs, Work } from '../lake/jobs.ts';
import { jobName } from '../lake/layout.ts';
import type { Clock, JobRunner, Log, NewId, ObjectStore } from '../ports.ts';
import { type Attempt, JobFolder, type JobPlan, type JobRun, type PlannedDefinition } from './job-folder.ts';

/** How often a job may fail before it waits for somebody to look. */
export const MAX_FAILURES = 3;
/** Of a source file: what a task does beside reading is little against that. */
export const BLOCK_BYTES = 256 * 1024 * 1024;

export type AskedJobsOptions = {
  readonly lake: ObjectStore;
  readonly runner: JobRunner;
  /** Equal for programs whose tasks understand each other. */
  readonly program: string;
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
    const [attempt] = (await run.attempts()).slice(-1);
    const state = await this.#state(run, attempt);
    if (state === 'running') return { running: run.id, work: planned };
    const late = await run.manifest<W>();
    if (late !== undefined) return { job: run.id, work: planned, manifest: late };
    const failed = await this.#afterFailure(run, attempt, state);
    if (failed !== undefined) return { failed, job: run.id, work: planned };
    await this.#start(run, (attempt?.number ?? 0) + 1);
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
    const { newId, clock, program, definitions, blockBytes = BLOCK_BYTES, log } = this.#options;
    for (;;) {
      const found = await folder.plan();
      if (found !== undefined && found.program === program && isStill(found.work as W)) return found;
      if (found !== undefined) {
        log('info', 'job.given_up', { job: nameOf(work), run: found.run });
        await folder.remove();
      }
      const plan = {
        run: newId(),
        program,
        work,
        blockBytes,
        startedAt: clock().toISOString(),
        definitions: definitions.filter(({ kind }) => work.kind === 'partition' || kind === 'contract'),
      };
      if (await folder.create(plan)) return plan;
    }
  }

  /** `new`: nobody started it, or its failure is noted; `unknown`: it ended with the process that ran it. */
  async #state(
    run: JobRun,
    attempt: Attempt | undefined,
  ): Promise<'running' | 'new' | 'unknown' | 'ended' | { readonly failed: string }> {
    if (attempt === undefined) return 'new';
    if ((await run.failures()).some(({ number }) => number === attempt.number)) return 'new';
    return this.#options.runner.look(attempt.engine);
  }

  /** A sentence once it failed too often. A process that was stopped is no failure of the job. */
  async #afterFailure(
    run: JobRun,
    attempt: Attempt | undefined,
    state: 'new' | 'unknown' | 'ended' | { readonly failed: string },
  ): Promise<string | undefined> {
    const said = state === 'new' ? undefined : await run.takeError();
    const without = state === 'ended' ? 'it ended without a result' : undefined;
    const message = said ?? (typeof state === 'object' ? state.failed : without);
    if (message !== undefined && attempt !== undefined) {
      await run.createFailure(attempt.number, message);
      const { name: job } = run.id;
      this.#options.log('warn', 'job.failed', { job, attempt: attempt.number, reason: message });
    }
    const failures = await run.failures();
    if (failures.length < MAX_FAILURES) return undefined;
    return `${failures.at(-1)?.message} (its job ${run.id.name} failed ${failures.length} times; "sluice jobs --cancel ${run.id.name}" starts it again)`;
  }

  async #start(run: JobRun, number: number): Promise<void> {
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
