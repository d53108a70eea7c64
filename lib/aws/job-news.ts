// Jobs on EMR Serverless: whoever waits for one is asked for again when AWS says that a run has ended, which is a hint, and by each
// reconcile, which is the safety net. What a job is about is in its plan in the lake.
import * as z from 'zod';
import { tablePrefix } from '../core/insight.ts';
import { MAX_FAILURES } from '../jobs/asked-jobs.ts';
import { JobFolder, type JobPlan, jobNames } from '../jobs/job-folder.ts';
import type { Effects } from '../lake/effects.ts';
import type { Work } from '../lake/jobs.ts';
import type { Reconciliation } from '../maintain/reconcile.ts';
import type { ObjectStore, Queue } from '../ports.ts';
import type { FileNews } from './file-messages.ts';
import type { OpenedSpark } from './open-spark.ts';
import type { Measure } from './telemetry.ts';

export const JOB_EVENTS = {
  source: 'aws.emr-serverless',
  type: 'EMR Serverless Job Run State Change',
  /** Of a run that runs no more. */
  states: ['SUCCESS', 'FAILED', 'CANCELLED'],
} as const;

/** https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/using-eventbridge.html */
const jobEvent = z.object({
  source: z.literal(JOB_EVENTS.source),
  'detail-type': z.literal(JOB_EVENTS.type),
  detail: z.object({ jobRunId: z.string().min(1), state: z.enum(JOB_EVENTS.states) }),
});
export type JobEvent = z.infer<typeof jobEvent>;

export function isJobEvent(event: object): event is JobEvent {
  return jobEvent.safeParse(event).success;
}

type JobEffects = {
  readonly effects: Pick<Effects, 'catalog' | 'lake' | 'refreshes' | 'log' | 'clock'>;
  readonly files: Queue<FileNews>;
  readonly measure: Measure;
};

/** Asks for what the run's job is about. A run of a job that was given up is logged: its tasks fail on purpose. */
export async function passOnJobEvent(
  { effects, files, measure }: JobEffects,
  runner: OpenedSpark['runner'] | undefined,
  { detail: { jobRunId, state } }: JobEvent,
): Promise<void> {
  const job = await runner?.jobOf(jobRunId);
  const plan = job === undefined ? undefined : await planOf(effects.lake, job, jobRunId);
  effects.log('info', plan ? 'job.ended' : 'job.unknown', { job, run: jobRunId, state });
  if (plan === undefined) return;
  if (state !== 'SUCCESS') measure('failedJobs', 1);
  await askFor({ effects, files }, plan.work);
}

/** Undefined where the job's present plan is not what was run. */
async function planOf(lake: ObjectStore, job: string, jobRunId: string): Promise<JobPlan | undefined> {
  const folder = new JobFolder(lake, job);
  const plan = await folder.plan();
  const attempts = plan ? await folder.run(plan.run).attempts() : [];
  return attempts.some(({ engine }) => engine === jobRunId) ? plan : undefined;
}

const MINUTE_MS = 60_000;

/**
 * Once for each job, however long it runs. Jobs that failed for good wait for a person; those whose source file landing holds no more, or
 * the table already shows, are removed. `reconciledFrom`: no job that was begun after it is judged by `found`.
 */
export async function askForJobs(
  { effects, files, measure }: JobEffects,
  found: Pick<Reconciliation, 'ingest' | 'unexamined' | 'held' | 'failed' | 'unseen'>,
  reconciledFrom: Date,
): Promise<void> {
  const isKnown = found.unexamined + found.held.length + found.failed.length + found.unseen.length === 0;
  const wanted = new Set(found.ingest.map(({ source }) => source));
  const isMoot = ({ work, startedAt }: JobPlan) =>
    work.kind === 'source' &&
    isKnown &&
    !wanted.has(work.version.key) &&
    startedAt < reconciledFrom.toISOString();
  let failed = 0;
  let longestMs = 0;
  for (const job of await jobNames(effects.lake)) {
    const folder = new JobFolder(effects.lake, job);
    const plan = await folder.plan();
    if (plan === undefined) continue;
    if (isMoot(plan)) {
      effects.log('info', 'job.moot', { job, run: plan.run });
      await folder.remove();
      continue;
    }
    longestMs = Math.max(longestMs, effects.clock().getTime() - Date.parse(plan.startedAt));
    if ((await folder.run(plan.run).failures()).length >= MAX_FAILURES) failed += 1;
    else await askFor({ effects, files }, plan.work);
  }
  measure('failedJobs', failed);
  measure('longestJobMinutes', Math.round(longestMs / MINUTE_MS));
}

async function askFor({ effects, files }: Omit<JobEffects, 'measure'>, work: Work): Promise<void> {
  if (work.kind === 'source') return files.send([{ source: work.version.key }]);
  const derivation = effects.catalog.derivations.find(({ target }) => tablePrefix(target) === work.table);
  if (derivation) await effects.refreshes.send([{ target: derivation.target }]);
}
