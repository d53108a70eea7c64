// A task's process: the stores of a job, the definitions that its plan brings, and one line of work after the other.

import { rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { UsageError } from '../errors.ts';
import { JobFolder } from '../jobs/job-folder.ts';
import { nextLines, runLine } from '../jobs/run-job.ts';
import type { JobId } from '../lake/jobs.ts';
import type { Log } from '../ports.ts';
import { type OpenOptions, openLake } from './open-lake.ts';
import { openStore } from './open-store.ts';
import { scratchElsewhere } from './scratch.ts';

/** The line that asks for further lines. */
export const NEXT = 'next';

const SIGNALS = ['SIGHUP', 'SIGTERM'] as const;

export type TaskPlaces = { readonly landing: string; readonly lake: string };

/**
 * A line is that of a task, or NEXT; empty ones are passed over. Yields the lines that answer each: further tasks, [] for a task.
 * Throws what a task throws.
 */
export async function* doLines(
  places: TaskPlaces,
  { name, run }: JobId,
  lines: AsyncIterable<string>,
  log: Log,
  memory: Pick<OpenOptions, 'memoryLimitMb'>,
): AsyncGenerator<readonly string[]> {
  const definitions = await plannedIn(places.lake, name);
  const options = { definitions, threads: 1, isOneOfMany: true, ...memory };
  const local = await openLake({ ...places, schemas: '' }, log, options);
  const { scratch } = local.effects;
  // With these Spark's Python ends what it has started, once a job is over.
  const end = () => {
    rmSync(scratch, { recursive: true, force: true });
    process.kill(process.pid, 'SIGKILL');
  };
  for (const signal of SIGNALS) process.once(signal, end);
  try {
    for await (const text of lines) {
      const line = text.trimEnd();
      if (line === NEXT) yield await nextLines(local.effects, name, run);
      else if (line !== '') {
        await runLine(local.effects, name, run, line);
        yield [];
      }
    }
  } finally {
    for (const signal of SIGNALS) process.off(signal, end);
    await local.close();
  }
}

/** Throws UsageError if there is no such job. */
async function plannedIn(place: string, name: string) {
  const scratch = await scratchElsewhere();
  try {
    const plan = await new JobFolder(await openStore(place, scratch), name).plan();
    if (plan !== undefined) return plan.definitions;
    throw new UsageError(`unknown job ${JSON.stringify(name)} in ${place}: "npx sluice jobs" lists the jobs`);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
