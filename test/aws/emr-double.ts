// A server that answers as EMR Serverless does for one application, and runs each job for real on this machine: the program and the archive
// of the deployed stack, from its assets, under spark-submit; where there is none, the program's loop without Spark. AWS tells EventBridge
// when a run has ended, and no emulator takes events in AWS's name: `onEnd` is told of them.
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { json, text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { freePort, stopGroup } from '../../localstack/process-group.ts';
import { environment, s3 } from './target.ts';

const ROOT = join(import.meta.dirname, '../..');
/** Two tasks at once. */
const MASTER = 'local[2]';
const KEPT_ERROR = 2000;

/** https://docs.aws.amazon.com/emr-serverless/latest/APIReference/API_StartJobRun.html */
export type Asked = {
  readonly clientToken: string;
  readonly name: string;
  readonly executionRoleArn: string;
  readonly executionTimeoutMinutes: number;
  readonly jobDriver: {
    readonly sparkSubmit: {
      readonly entryPoint: string;
      readonly entryPointArguments: readonly [words: string, name: string];
      readonly sparkSubmitParameters: string;
    };
  };
};
export type Run = {
  readonly id: string;
  readonly asked: Asked;
  state: 'RUNNING' | 'SUCCESS' | 'FAILED';
  details: string;
};

/** The command that runs a Spark program here; undefined where there is no Spark, or no Java. */
export function sparkSubmit(): string | undefined {
  const command = process.env.SLUICE_SPARK_SUBMIT ?? join(ROOT, '.venv/bin/spark-submit');
  const hasJava = (process.env.PATH ?? '')
    .split(delimiter)
    .some((folder) => existsSync(join(folder, 'java')));
  return hasJava && existsSync(command) ? command : undefined;
}

export class EmrDouble {
  readonly url: string;
  readonly runs: Run[] = [];
  /** Requests to start, repeated ones included. */
  starts = 0;
  readonly #applicationId: string;
  readonly #onEnd: (run: Run) => Promise<void>;
  readonly #server: Server;
  readonly #working = new Set<Promise<void>>();
  readonly #children = new Set<ChildProcess>();

  private constructor(port: number, applicationId: string, onEnd: (run: Run) => Promise<void>) {
    this.url = `http://127.0.0.1:${port}`;
    this.#applicationId = applicationId;
    this.#onEnd = onEnd;
    this.#server = createServer(async (request, response) => {
      const { status, body } = await this.#answer(request).catch((error: Error) => ({
        status: 500,
        body: { message: error.message },
      }));
      response.writeHead(status, {
        'content-type': 'application/json',
        ...(status === 404 ? { 'x-amzn-errortype': 'ResourceNotFoundException' } : {}),
      });
      response.end(JSON.stringify(body));
    });
  }

  static async start(applicationId: string, onEnd: (run: Run) => Promise<void>): Promise<EmrDouble> {
    const port = await freePort();
    const double = new EmrDouble(port, applicationId, onEnd);
    await new Promise<void>((resolve) => double.#server.listen(port, '127.0.0.1', resolve));
    return double;
  }

  async stop(): Promise<void> {
    for (const child of this.#children)
      await stopGroup(child.pid, new Promise((resolve) => child.once('close', () => resolve())));
    await Promise.all(this.#working);
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage): Promise<{ readonly status: number; readonly body: object }> {
    const [, application, jobRunId] =
      /^\/applications\/([^/]+)\/jobruns(?:\/([^/]+))?$/.exec(request.url ?? '') ?? [];
    if (application !== this.#applicationId) return { status: 404, body: { message: 'no such application' } };
    if (request.method === 'POST') {
      const { id } = this.#started((await json(request)) as Asked);
      return { status: 200, body: { applicationId: application, jobRunId: id, arn: `arn:${id}` } };
    }
    const run = this.runs.find(({ id }) => id === jobRunId);
    if (run === undefined) return { status: 404, body: { message: 'no such run' } };
    const { id, asked, state, details } = run;
    const jobRun = {
      applicationId: application,
      jobRunId: id,
      name: asked.name,
      state,
      stateDetails: details,
    };
    return { status: 200, body: { jobRun } };
  }

  #started(asked: Asked): Run {
    this.starts += 1;
    const known = this.runs.find((run) => run.asked.clientToken === asked.clientToken);
    if (known) return known;
    const run: Run = { id: `00run${this.runs.length}`, asked, state: 'RUNNING', details: '' };
    this.runs.push(run);
    const working = this.#work(run).finally(() => this.#working.delete(working));
    this.#working.add(working);
    return run;
  }

  async #work(run: Run): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-emr-'));
    try {
      await this.#runIn(folder, run.asked.jobDriver.sparkSubmit);
      run.state = 'SUCCESS';
    } catch (error) {
      run.state = 'FAILED';
      run.details = error instanceof Error ? error.message : String(error);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    await this.#onEnd(run);
  }

  async #runIn(folder: string, asked: Asked['jobDriver']['sparkSubmit']): Promise<void> {
    const conf = settingsOf(asked.sparkSubmitParameters);
    // Spark unpacks archives into the folder that a worker's tasks run in. A local master has no such folder.
    const [archive = '', name = ''] = (conf['spark.archives'] ?? '').split('#');
    const program = join(folder, 'job.py');
    await fetched(asked.entryPoint, program);
    await fetched(archive, join(folder, 'archive.tgz'));
    await mkdir(join(folder, name));
    await this.#run(folder, 'tar', ['-xzf', '../archive.tgz'], name);
    const submit = sparkSubmit();
    if (submit === undefined) return this.#loop(folder, JSON.parse(asked.entryPointArguments[0]) as string[]);
    const others = Object.entries(conf).filter(([key]) => key !== 'spark.archives');
    const words = others.flatMap(([key, value]) => ['--conf', `${key}=${value}`]);
    const local = ['--master', MASTER, '--conf', 'spark.ui.enabled=false'];
    await this.#run(folder, submit, [...words, ...local, program, ...asked.entryPointArguments]);
  }

  /** What spark/sluice_job.py does, each line in a process of its own. */
  async #loop(folder: string, [command = '', ...words]: readonly string[]): Promise<void> {
    const lines = async (line: string) =>
      (await this.#run(folder, command, words, '', `${line}\n`)).split('\n').filter((found) => found !== '');
    for (let tasks = await lines('next'); tasks.length > 0; tasks = await lines('next'))
      for (const task of tasks) await lines(task);
  }

  /** What it prints. Throws with its last words. */
  async #run(
    folder: string,
    command: string,
    args: readonly string[],
    below = '',
    input = '',
  ): Promise<string> {
    const child = spawn(command, args, {
      cwd: join(folder, below),
      env: { PATH: `${dirname(command)}${delimiter}${process.env.PATH}`, HOME: folder, ...environment },
      detached: true,
    });
    this.#children.add(child);
    const ended = new Promise<number | null>((resolve, reject) =>
      child.once('error', reject).once('close', resolve),
    );
    child.stdin.end(input);
    const [said, complained, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    this.#children.delete(child);
    if (code !== 0) throw new Error(`${command} ended with ${code}: ${complained.slice(-KEPT_ERROR)}`);
    return said;
  }
}

function settingsOf(parameters: string): Record<string, string> {
  return Object.fromEntries(
    [...parameters.matchAll(/--conf ([^=\s]+)=(\S+)/g)].map(([, key = '', value = '']) => [key, value]),
  );
}

async function fetched(place: string, file: string): Promise<void> {
  const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(place) ?? [];
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  await pipeline(Body as Readable, createWriteStream(file));
}
