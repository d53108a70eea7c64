// The jobs of a lake and how far they are, from their folders alone: whoever runs them need not be asked.
import { MAX_FAILURES } from '../jobs/asked-jobs.ts';
import { JobFolder, type JobRun, jobNames } from '../jobs/job-folder.ts';
import type { Work } from '../lake/jobs.ts';
import { partitionLabel } from '../lake/partition.ts';
import type { ObjectStore } from '../ports.ts';

export type JobState = {
  readonly name: string;
  /** The source file, or the table and its partition. */
  readonly about: string;
  readonly kind: Work['kind'];
  /** ISO 8601. */
  readonly startedAt: string;
  /** `failed`: as often as it may. `finished`: what it made is not committed yet. */
  readonly state: 'running' | 'failed' | 'finished';
  /** Of the present stage. */
  readonly stage: string | undefined;
  readonly tasks: number;
  readonly done: number;
  readonly failures: readonly string[];
};

/** In the order in which they were asked for. */
export async function jobStates(lake: ObjectStore): Promise<JobState[]> {
  const states: JobState[] = [];
  for (const name of await jobNames(lake)) {
    const folder = new JobFolder(lake, name);
    const plan = await folder.plan();
    if (plan === undefined) continue;
    const { work, startedAt } = plan;
    states.push({
      name,
      about: aboutOf(work),
      kind: work.kind,
      startedAt,
      ...(await progressOf(folder.run(plan.run))),
    });
  }
  return states.sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
}

function aboutOf(work: Work): string {
  return work.kind === 'source' ? work.version.key : `${work.table} ${partitionLabel(work.partition)}`;
}

async function progressOf(run: JobRun): Promise<Omit<JobState, 'name' | 'about' | 'kind' | 'startedAt'>> {
  const failures = (await run.failures()).map(({ message }) => message);
  const isFinished = (await run.manifest()) !== undefined;
  let stage: { readonly name: string; readonly tasks: number; readonly number: number } | undefined;
  for (let number = 0; ; number++) {
    const found = await run.stage(number);
    if (found === undefined) break;
    stage = { name: found.name, tasks: found.tasks.length, number };
  }
  return {
    state: isFinished ? 'finished' : failures.length >= MAX_FAILURES ? 'failed' : 'running',
    stage: stage?.name,
    tasks: stage?.tasks ?? 0,
    done: stage === undefined ? 0 : (await run.resultNumbers(stage.number)).size,
    failures,
  };
}
