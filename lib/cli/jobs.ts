// `sluice jobs`: the work that runs elsewhere, and an end to it.
import { CliError } from '../errors.ts';
import { jobStates } from '../inspect/job-states.ts';
import { JobFolder } from '../jobs/job-folder.ts';
import { chosenFormat, TABLE_OR_JSON, tableOrJson } from './choices.ts';
import { FAULT, NEEDS_ATTENTION } from './exit-codes.ts';
import { jobLines } from './jobs-text.ts';
import type { Terminal } from './terminal.ts';
import { type Arguments, LAKE, VERBOSE, type Verb } from './verb.ts';
import { withLake } from './with-lake.ts';

export const jobs: Verb = {
  description: `Lists the source files and partitions that are too large for one process and are done as jobs, with the stage that each is in
and how many of its tasks are done. A job that failed three times waits: its reason is printed, and once that is put right,
--cancel lets the next "sluice sync" (or the next event, on AWS) start it again.`,
  options: [
    LAKE,
    { name: 'cancel', value: 'JOB', description: 'End this job: what it has done so far is given up.' },
    tableOrJson('jobs (name, kind, about, startedAt, state, stage, tasks, done, failures).'),
    VERBOSE,
  ],
  examples: [
    { command: 'npx sluice jobs', meaning: 'what runs, and how far it is' },
    { command: 'npx sluice jobs --lake s3://my-lake --format json', meaning: 'for a program' },
  ],
  exitCodes: [
    { code: 0, meaning: 'success' },
    { code: NEEDS_ATTENTION, meaning: 'a job failed and waits' },
    { code: FAULT, meaning: 'a fault; or the job is unknown' },
    { code: 2, meaning: 'wrong usage' },
  ],
  run,
};

async function run(args: Arguments, terminal: Terminal): Promise<number> {
  const format = chosenFormat(args, TABLE_OR_JSON);
  const name = args.value('cancel');
  const needs = {
    landing: 'unused',
    lake: 'required',
    writes: name !== undefined,
    definitions: 'unused',
  } as const;
  return withLake(args, terminal, needs, async ({ effects: { lake } }) => {
    if (name !== undefined) {
      const folder = new JobFolder(lake, name);
      if ((await folder.plan()) === undefined)
        throw new CliError(
          `unknown job ${JSON.stringify(name)} in ${lake.location}: "npx sluice jobs" lists the jobs`,
        );
      await folder.remove();
    }
    const states = await jobStates(lake);
    if (format === 'json') await terminal.json({ jobs: states });
    else
      await terminal.out([
        ...(name === undefined ? [] : [`Cancelled ${name}: its tasks end by themselves.`]),
        ...jobLines(states),
      ]);
    return states.some(({ state }) => state === 'failed') ? NEEDS_ATTENTION : 0;
  });
}
