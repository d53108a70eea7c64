// What a runner of tasks calls: which tasks are next, and one task. It knows nothing but lines of text, so that the program on an engine
// elsewhere need not know more: ask for lines, do each of them somewhere, and ask again until there is none.
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset } from '../core/contract.ts';
import { TryAgainError } from '../errors.ts';
import type { Effects } from '../lake/effects.ts';
import type { SourceWork } from '../lake/jobs.ts';
import { JobFolder, type JobPlan, type JobRun } from './job-folder.ts';
import { runSourceTask } from './run-source-task.ts';
import { nextSourceStage, type SourceDone } from './source-stages.ts';
import type { SourceTask } from './source-tasks.ts';

/** A task's line: its place, and what it is to do. */
type Line = { readonly stage: number; readonly task: number; readonly does: { readonly kind: string } };

export type JobEffects = Omit<Effects, 'jobs' | 'refreshes' | 'log'>;

/** Throws TryAgainError if the job was given up. */
export async function openRun(
  lake: Effects['lake'],
  name: string,
  run: string,
): Promise<{ readonly plan: JobPlan; readonly run: JobRun }> {
  const folder = new JobFolder(lake, name);
  const plan = await folder.plan();
  if (plan?.run !== run)
    throw new TryAgainError(`the job ${name} was given up: its work was asked for again, or cancelled`);
  return { plan, run: folder.run(run) };
}

/** Lines of the tasks to do now; [] once the manifest is there. Tasks that were done before are not among them. */
export async function nextLines(effects: JobEffects, name: string, runId: string): Promise<string[]> {
  const { plan, run } = await openRun(effects.lake, name, runId);
  return sayingSo(run, () => linesOf(effects, plan, run));
}

async function linesOf(effects: JobEffects, plan: JobPlan, run: JobRun): Promise<string[]> {
  if ((await run.manifest()) !== undefined) return [];
  const done: SourceDone[] = [];
  for (let number = 0; ; number++) {
    const stage = await run.stage<SourceTask>(number);
    if (stage === undefined) {
      const next = nextStage(effects, plan, done);
      if ('manifest' in next) {
        await run.createManifest(next.manifest);
        return [];
      }
      await run.createStage(number, next);
      number--;
      continue;
    }
    const known = await run.resultNumbers(number);
    if (known.size < stage.tasks.length)
      return stage.tasks.flatMap((does, task) =>
        known.has(task) ? [] : [JSON.stringify({ stage: number, task, does } satisfies Line)],
      );
    done.push({ ...stage, results: await run.results(number, stage.tasks.length) });
  }
}

function nextStage({ catalog }: JobEffects, { work, blockBytes }: JobPlan, done: readonly SourceDone[]) {
  if (work.kind === 'source') return nextSourceStage(datasetOf({ catalog }, work), work, blockBytes, done);
  throw new Error(`there is no work of the kind ${JSON.stringify(work)}`);
}

/** Does the task of a line, unless its result is there. Throws what the task throws, and says so in the job's folder. */
export async function runLine(effects: JobEffects, name: string, runId: string, line: string): Promise<void> {
  const { plan, run } = await openRun(effects.lake, name, runId);
  const { stage, task, does } = JSON.parse(line) as Line;
  if (await run.hasResult(stage, task)) return;
  const folder = await mkdtemp(join(effects.scratch, 'task-'));
  try {
    const { work } = plan;
    if (work.kind !== 'source') throw new Error(`there is no work of the kind ${work.kind}`);
    const doing = { effects: { ...effects, folder }, dataset: datasetOf(effects, work), work, run };
    const result = await sayingSo(run, () => runSourceTask(doing, does as SourceTask));
    await run.createResult(stage, task, result);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What goes wrong is said in the job's folder, where whoever asks for the job finds it. */
async function sayingSo<T>(run: JobRun, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await run.writeError(error instanceof Error ? error.message : String(error));
    throw error;
  }
}

function datasetOf({ catalog }: Pick<Effects, 'catalog'>, { dataset: name, contract }: SourceWork): Dataset {
  const dataset = catalog.datasets.find((one) => one.name === name);
  if (dataset?.hash === contract) return dataset;
  throw new Error(`the job's definitions have no dataset ${name} under the contract ${contract}`);
}
