// Runs the tasks of a job on EMR Serverless: one Spark application for all jobs, a job run for each attempt.
import { createHash } from 'node:crypto';
import {
  EMRServerlessClient,
  GetJobRunCommand,
  type JobRun,
  StartJobRunCommand,
  type StartJobRunCommandInput,
} from '@aws-sdk/client-emr-serverless';
import type { JobRunner } from '../ports.ts';
import { type Environment, settings } from './aws-clients.ts';
import { awsError } from './aws-error.ts';

export type EmrServerlessOptions = {
  readonly client: EMRServerlessClient;
  readonly applicationId: string;
  /** What the tasks may do is what it may do. */
  readonly roleArn: string;
  /** s3://…: the Spark program. */
  readonly program: string;
  /** The words that start a task's process on any worker; a job's name and run follow them. */
  readonly task: readonly string[];
  /** Spark's settings. Values without blanks. */
  readonly conf: Readonly<Record<string, string>>;
  /** Then AWS ends a run. */
  readonly timeoutMinutes: number;
};

export function emrServerlessClient(environment: Environment): EMRServerlessClient {
  const endpoint = environment.AWS_ENDPOINT_URL_EMR_SERVERLESS ?? environment.AWS_ENDPOINT_URL;
  return new EMRServerlessClient(settings(environment, endpoint));
}

export class EmrServerless implements JobRunner {
  readonly #options: EmrServerlessOptions;
  constructor(options: EmrServerlessOptions) {
    this.#options = options;
  }

  async start(
    { name, run }: { readonly name: string; readonly run: string },
    attempt: number,
  ): Promise<string> {
    const { client, applicationId } = this.#options;
    const asked = this.#asked(name, run);
    // AWS refuses a token that comes back with another request, as it would after a deploy with another program.
    const request = createHash('sha256').update(JSON.stringify(asked)).digest('hex').slice(0, 8);
    const clientToken = `${run}-${attempt}-${request}`;
    try {
      const { jobRunId } = await client.send(new StartJobRunCommand({ ...asked, clientToken }));
      if (jobRunId === undefined) throw new Error(`EMR Serverless started ${name} and did not say as what`);
      return jobRunId;
    } catch (error) {
      throw awsError(error, `start the job ${name} on`, `the EMR Serverless application ${applicationId}`);
    }
  }

  async look(started: string): Promise<'running' | 'ended' | 'unknown' | { readonly failed: string }> {
    const found = await this.#find(started);
    switch (found?.state) {
      case undefined:
        return 'unknown';
      case 'SUCCESS':
        return 'ended';
      case 'FAILED':
      case 'CANCELLED':
        return {
          failed: `the job run ${started} of EMR Serverless is ${found.state}: ${found.stateDetails || 'no reason is given'}`,
        };
      default:
        return 'running';
    }
  }

  /** The name of the job that a run is an attempt at. Undefined if AWS does not know the run. */
  async jobOf(started: string): Promise<string | undefined> {
    return (await this.#find(started))?.name;
  }

  #asked(name: string, run: string): Omit<StartJobRunCommandInput, 'clientToken'> {
    const { applicationId, roleArn, program, task, conf, timeoutMinutes } = this.#options;
    return {
      applicationId,
      name,
      executionRoleArn: roleArn,
      executionTimeoutMinutes: timeoutMinutes,
      jobDriver: {
        sparkSubmit: {
          entryPoint: program,
          entryPointArguments: [JSON.stringify([...task, name, run]), name],
          sparkSubmitParameters: Object.entries(conf)
            .map(([key, value]) => `--conf ${key}=${value}`)
            .join(' '),
        },
      },
    };
  }

  async #find(jobRunId: string): Promise<JobRun | undefined> {
    const { client, applicationId } = this.#options;
    try {
      return (await client.send(new GetJobRunCommand({ applicationId, jobRunId }))).jobRun;
    } catch (error) {
      // What another engine started has no name that AWS would take.
      if (/^(ResourceNotFound|Validation)Exception$/.test((error as Error).name)) return undefined;
      throw awsError(
        error,
        `look at the job run ${jobRunId} of`,
        `the EMR Serverless application ${applicationId}`,
      );
    }
  }
}
