// The installation's engine elsewhere: EMR Serverless, as the stack made it.
import type { Environment } from '../adapters/aws-clients.ts';
import { EmrServerless, emrServerlessClient } from '../adapters/emr-serverless.ts';
import { readDefinitionFiles, readTexts } from '../definitions/definition-files.ts';
import { AskedJobs } from '../jobs/asked-jobs.ts';
import type { Jobs } from '../lake/jobs.ts';
import type { Clock, Log, NewId, ObjectStore } from '../ports.ts';
import { placeWords, type Settings } from './environment.ts';
import { sparkConf, TASK_MEMORY, TASK_WORDS } from './spark-workers.ts';

export type OpenedSpark = { readonly jobs: Jobs; readonly runner: Pick<EmrServerless, 'jobOf'> };
type Shared = {
  readonly lake: ObjectStore;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly log: Log;
};

/** `schemas`: the folder of the definitions. Undefined where the installation has none. */
export async function openSpark(
  { spark, landingBucket, landingPrefix, lakeBucket }: Settings,
  schemas: string,
  environment: Environment,
  shared: Shared,
): Promise<OpenedSpark | undefined> {
  if (spark === undefined) return undefined;
  const { archive, blockBytes, ...application } = spark;
  const runner = new EmrServerless({
    ...application,
    client: emrServerlessClient(environment),
    conf: sparkConf(archive, environment.AWS_REGION),
    task: [...TASK_WORDS, ...placeWords(landingBucket, landingPrefix, lakeBucket), ...TASK_MEMORY],
  });
  const definitions = readTexts(await readDefinitionFiles(schemas));
  const { lake, clock, newId, log } = shared;
  return {
    jobs: new AskedJobs({ lake, clock, newId, log, runner, program: archive, definitions, blockBytes }),
    runner,
  };
}
