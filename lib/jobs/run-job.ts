// What a runner of tasks calls: which tasks are next, and one task. It knows nothing but lines of text, so that the program on an engine
// elsewhere need not know more: ask for lines, do each of them somewhere, and ask again until there is none.
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Catalog } from '../core/catalog.ts';
import type { Dataset } from '../core/contract.ts';
import { type Derivation, tablePrefix } from '../core/insight.ts';
import { TryAgainError } from '../errors.ts';
import type { Effects } from '../lake/effects.ts';
import type { PartitionWork, SourceWork, Work } from '../lake/jobs.ts';
import type { LocalFile } from '../ports.ts';
import { type AnyTask, JobFolder, type JobPlan, type JobRun } from './job-folder.ts';
import { nextPartitionStage, type PartitionDone } from './partition-stages.ts';
import type { PartitionTask } from './partition-tasks.ts';
import { runPartitionTask } from './run-partition-task.ts';
import { runSourceTask } from './run-source-task.ts';
import { nextSourceStage, type SourceDone } from './source-stages.ts';
import type { SourceTask } from './source-tasks.ts';
import type { Done, Stage } from './stage.ts';
import type { TaskEffects } from './task-files.ts';

/** A task's line: its place, and what it is to do. */
type Line = { readonly stage: number; readonly task: number; readonly does: AnyTask };
type AnyDone = Done<AnyTask, unknown>;

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
  const done: AnyDone[] = [];
  for (;;) {
    const number = done.length;
    const stage = await run.stage<AnyTask>(number);
    if (stage === undefined) {
      // What a task said that was done again stands for nothing any more.
      await run.takeError();
      const next = nextStage(effects, plan, done);
      if ('manifest' in next) {
        await run.createManifest(next.manifest);
        return [];
      }
      await run.createStage(number, next);
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

function nextStage(
  { catalog }: JobEffects,
  { work, blockBytes }: JobPlan,
  done: readonly AnyDone[],
): Stage<AnyTask> | { readonly manifest: object } {
  return work.kind === 'source'
    ? nextSourceStage(datasetOf(catalog, work), work, blockBytes, done as readonly SourceDone[])
    : nextPartitionStage(work, done as readonly PartitionDone[]);
}

/** Does the task of a line, unless its result is there. Throws what the task throws, and says so in the job's folder. */
export async function runLine(effects: JobEffects, name: string, runId: string, line: string): Promise<void> {
  const { plan, run } = await openRun(effects.lake, name, runId);
  const { stage, task, does } = JSON.parse(line) as Line;
  if (await run.hasResult(stage, task)) return;
  const folder = await mkdtemp(join(effects.scratch, 'task-'));
  const held: LocalFile[] = [];
  try {
    const own = { ...effects, folder, held };
    await sayingSo(run, async () => run.createResult(stage, task, await runTask(own, plan.work, run, does)));
  } finally {
    await Promise.allSettled(held.map((file) => file.release()));
    await rm(folder, { recursive: true, force: true });
  }
}

function runTask(effects: TaskEffects, work: Work, run: JobRun, does: AnyTask): Promise<unknown> {
  if (work.kind === 'source') {
    const dataset = datasetOf(effects.catalog, work);
    return runSourceTask({ effects, dataset, work, run }, does as SourceTask);
  }
  const derivation = derivationOf(effects.catalog, work);
  return runPartitionTask({ effects, derivation, work, run }, does as PartitionTask);
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

function datasetOf({ datasets }: Catalog, { dataset: name, contract }: SourceWork): Dataset {
  const dataset = datasets.find((one) => one.name === name);
  if (dataset?.hash === contract) return dataset;
  throw new Error(`the job's definitions have no dataset ${name} under the contract ${contract}`);
}

function derivationOf({ derivations }: Catalog, { table, definition }: PartitionWork): Derivation {
  const derivation = derivations.find(({ target }) => tablePrefix(target) === table);
  if (derivation?.hash === definition) return derivation;
  throw new Error(`the job's definitions have no ${table} under the definition ${definition}`);
}
