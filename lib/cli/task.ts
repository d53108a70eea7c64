// `sluice task`: tasks of a job, as an engine elsewhere asks this process for them, a line each.
import { UsageError } from '../errors.ts';
import { doLines } from '../local/task-lake.ts';
import { FAULT } from './exit-codes.ts';
import { locations, memoryLimit } from './locations.ts';
import { terminalLog } from './log-lines.ts';
import type { Terminal } from './terminal.ts';
import { type Arguments, LAKE, LANDING, MEMORY, VERBOSE, type Verb } from './verb.ts';

export const task: Verb = {
  operand: { text: 'JOB', required: true, further: 'RUN' },
  description: `Reads lines on standard input: "next" asks for the tasks that a job is to do now and prints them, a line each; any other
line is one of these tasks, and is done. An empty line follows what it says to each. Spark calls it on its workers, and keeps it for
all tasks that come there; nobody needs to type it. A task may be done twice, also at the same time. What goes wrong is said in the
job, where "npx sluice jobs" finds it, and ends the process.`,
  options: [LANDING, LAKE, MEMORY, VERBOSE],
  examples: [
    {
      command: 'echo next | npx sluice task --lake s3://my-lake --landing s3://my-landing JOB RUN',
      meaning: 'the lines of the tasks to do now',
    },
  ],
  exitCodes: [
    { code: 0, meaning: 'done' },
    { code: FAULT, meaning: 'a task failed, or the job was given up' },
    { code: 2, meaning: 'wrong usage, or the job is unknown' },
  ],
  run,
};

async function run(args: Arguments, terminal: Terminal): Promise<number> {
  const { operand: name, further } = args;
  const [run, ...more] = further;
  if (name === undefined || run === undefined || more.length > 0)
    throw new UsageError('write the name of a job and its run');
  const { landing, lake } = locations(args);
  const log = terminalLog(terminal, args.flag('verbose'));
  const lines = terminal.inputLines();
  for await (const answers of doLines({ landing, lake }, { name, run }, lines, log, memoryLimit(args)))
    await terminal.data(`${[...answers, ''].join('\n')}\n`, 'csv');
  return 0;
}
