// Where the command line's jobs run: task by task in this process, or on Spark, started by a command.
import { resolve } from 'node:path';
import { ownPackage } from '../adapters/own-package.ts';
import { isS3Location } from '../adapters/s3-location.ts';
import { SparkSubmit } from '../adapters/spark-submit.ts';
import { type DefinitionFile, readTexts } from '../definitions/definition-files.ts';
import { AskedJobs } from '../jobs/asked-jobs.ts';
import { InProcessRunner } from '../jobs/in-process.ts';
import type { Effects } from '../lake/effects.ts';
import type { Jobs } from '../lake/jobs.ts';
import { blockSetting } from './size-settings.ts';

/** `settled` resolves once a job has ended, or none runs. */
export type LocalJobs = { readonly jobs: Jobs; settled(): Promise<void>; close(): Promise<void> };

/** The word that keeps the work in this process. */
const HERE = 'local';

export function openJobs(
  effects: Effects,
  definitions: readonly DefinitionFile[],
  { landing, lake }: { readonly landing: string; readonly lake: string },
  { command, memoryLimitMb }: { readonly command: string; readonly memoryLimitMb?: number },
): LocalJobs {
  const runner =
    command === HERE
      ? new InProcessRunner(effects)
      : new SparkSubmit({
          command,
          program: resolve(ownPackage().folder, 'spark', 'sluice_job.py'),
          task: [
            ...[process.execPath, resolve(ownPackage().folder, 'bin', 'sluice.mjs'), 'task'],
            ...['--landing', anywhere(landing), '--lake', anywhere(lake)],
            ...(memoryLimitMb === undefined ? [] : ['--memory', String(memoryLimitMb)]),
          ],
        });
  const { lake: store, clock, newId, log } = effects;
  const jobs = new AskedJobs({
    ...{ lake: store, clock, newId, log, runner, program: ownPackage().version },
    definitions: readTexts(definitions),
    ...blockSetting(),
  });
  return { jobs, settled: () => runner.settled(), close: () => runner.close() };
}

/** The same from any folder. */
function anywhere(location: string): string {
  return isS3Location(location) ? location : resolve(location);
}
