// A process for which nearly everything is too large: every source file and every partition is a job's work.
import { AskedJobs } from '../../lib/jobs/asked-jobs.ts';
import { InProcessRunner } from '../../lib/jobs/in-process.ts';
import type { JobRunner } from '../../lib/ports.ts';
import { syncPrune, type TestLake, visible } from './shop-lake.ts';

export type JobLake = TestLake & { readonly runner: InProcessRunner; started(): number };

const MAX_ROUNDS = 30;

/** Source files above 20 bytes, in blocks of `blockBytes`; partitions that see any data file. */
export function withJobs({ effects, ...process }: TestLake, blockBytes: number): JobLake {
  const { lake, clock, newId, log } = effects;
  const runner = new InProcessRunner(effects);
  let starts = 0;
  const counting: JobRunner = {
    start: (...asked) => {
      starts += 1;
      return runner.start(...asked);
    },
    look: (started) => runner.look(started),
  };
  const jobs = new AskedJobs({
    lake,
    runner: counting,
    program: 'this',
    definitions: [],
    blockBytes,
    clock,
    newId,
    log,
  });
  const started = () => starts;
  return {
    ...process,
    runner,
    started,
    effects: { ...effects, jobs, maxSourceBytes: 20, maxPartitionBytes: 1 },
  };
}

/** `sync` until it starts no job. */
export async function syncJobs(
  lake: JobLake,
  sync: (lake: TestLake) => Promise<void> = syncPrune,
): Promise<void> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const before = lake.started();
    const wasRunning = lake.runner.isRunning;
    await sync(lake);
    if (lake.started() === before && !wasRunning) return;
    while (lake.runner.isRunning) await lake.runner.settled();
  }
  throw new Error(`jobs are still started after ${MAX_ROUNDS} rounds`);
}

/** As `visible` shows it, whatever the number of a source's data files. */
export async function visibleOnce(lake: TestLake): Promise<Record<string, unknown>> {
  const state = (await visible(lake)) as Record<string, { readonly sources: readonly string[] }>;
  return Object.fromEntries(
    Object.entries(state).map(([table, found]) => [
      table,
      { ...found, sources: [...new Set(found.sources)] },
    ]),
  );
}
