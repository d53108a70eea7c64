// A job's folder in the lake, jobs/<name>/: its plan, and below the run's own folder the stages with the results of their tasks, what
// went wrong, and at last the manifest. Everything is created once, so that of attempts at the same task side by side one counts.
import { CorruptionError } from '../errors.ts';
import { mapInParallel } from '../in-parallel.ts';
import { jsonBytes, parseJsonObject } from '../json-object.ts';
import type { JobId, ManifestOf, Work } from '../lake/jobs.ts';
import { JOBS } from '../lake/layout.ts';
import type { ObjectStore } from '../ports.ts';
import type { Stage } from './stage.ts';

/** `startedAt`: ISO 8601. `definitions`: the texts that the work is done by. */
export type JobPlan = {
  readonly run: string;
  /** Whose tasks they are: what one version wrote another one need not understand. */
  readonly program: string;
  readonly work: Work;
  readonly blockBytes: number;
  readonly startedAt: string;
  readonly definitions: readonly PlannedDefinition[];
};
export type PlannedDefinition = {
  readonly kind: 'contract' | 'insight';
  readonly package: string;
  readonly name: string;
  readonly file: string;
  readonly text: string;
};

/** `engine`: what the engine elsewhere calls it. */
export type Attempt = { readonly number: number; readonly engine: string };
export type Failure = { readonly message: string };
export type AnyTask = { readonly kind: string };

export class JobFolder {
  readonly #lake: ObjectStore;
  readonly #name: string;
  constructor(lake: ObjectStore, name: string) {
    this.#lake = lake;
    this.#name = name;
  }

  /** Undefined if there is no such job. */
  async plan(): Promise<JobPlan | undefined> {
    return parseJsonObject<JobPlan>(await this.#lake.read(planKey(this.#name)));
  }

  /** False if another job of that name is there. */
  create(plan: JobPlan): Promise<boolean> {
    return this.#lake.create(planKey(this.#name), jsonBytes(plan));
  }

  run(run: string): JobRun {
    return new JobRun(this.#lake, { name: this.#name, run });
  }

  /** The plan goes first: what is left of its run belongs to nobody. */
  async remove(): Promise<void> {
    const plan = await this.plan();
    await this.#lake.remove([planKey(this.#name)]);
    if (plan !== undefined) await removeBelow(this.#lake, `${JOBS}${this.#name}/${plan.run}/`);
  }
}

/** One job's own folder. A job that was given up may still write into it. */
export class JobRun {
  readonly id: JobId;
  readonly #lake: ObjectStore;
  readonly #prefix: string;
  constructor(lake: ObjectStore, id: JobId) {
    this.id = id;
    this.#lake = lake;
    this.#prefix = `${JOBS}${id.name}/${id.run}/`;
  }

  /** The key of a file that tasks give to each other. */
  fileKey(name: string): string {
    return `${this.#prefix}files/${name}`;
  }

  async stage<Task>(number: number): Promise<Stage<Task> | undefined> {
    return this.#read<Stage<Task>>(`stages/${number}.json`);
  }

  async createStage(number: number, stage: Stage<unknown>): Promise<void> {
    await this.#create(`stages/${number}.json`, stage);
  }

  /** By the tasks' numbers. */
  async resultNumbers(stage: number): Promise<Set<number>> {
    const numbers = new Set<number>();
    for await (const { key } of this.#lake.list(`${this.#prefix}results/${stage}/`))
      numbers.add(Number(/(\d+)\.json$/.exec(key)?.[1]));
    return numbers;
  }

  /** Throws CorruptionError if one is missing. */
  results<Result>(stage: number, count: number): Promise<Result[]> {
    return mapInParallel(
      Array.from({ length: count }, (_, task) => task),
      async (task) => {
        const found = await this.#read<{ result: Result }>(`results/${stage}/${task}.json`);
        if (found) return found.result;
        throw new CorruptionError(`${this.#prefix}results/${stage}/${task}.json is gone or damaged`);
      },
    );
  }

  /** Those of all stages that are there, in no order. */
  async *allResults<Result>(): AsyncIterable<Result> {
    for await (const { key } of this.#lake.list(`${this.#prefix}results/`)) {
      const found = parseJsonObject<{ result: Result }>(await this.#lake.read(key));
      if (found) yield found.result;
    }
  }

  async hasResult(stage: number, task: number): Promise<boolean> {
    return (await this.#lake.head(`${this.#prefix}results/${stage}/${task}.json`)) !== undefined;
  }

  async createResult(stage: number, task: number, result: unknown): Promise<void> {
    await this.#create(`results/${stage}/${task}.json`, { result });
  }

  manifest<W extends Work>(): Promise<ManifestOf<W> | undefined> {
    return this.#read<ManifestOf<W>>('manifest.json');
  }

  async createManifest(manifest: object): Promise<void> {
    await this.#create('manifest.json', manifest);
  }

  /** What a task said when it failed last; it is not said again. */
  async takeError(): Promise<string | undefined> {
    const error = await this.#read<Failure>('error.json');
    await this.#lake.remove([`${this.#prefix}error.json`]);
    return error?.message;
  }

  async writeError(message: string): Promise<void> {
    await this.#lake.write(`${this.#prefix}error.json`, jsonBytes({ message }));
  }

  async attempts(): Promise<Attempt[]> {
    return this.#numbered<{ engine: string }>('attempts/');
  }

  async createAttempt({ number, engine }: Attempt): Promise<void> {
    await this.#create(`attempts/${number}.json`, { engine });
  }

  async failures(): Promise<(Failure & { readonly number: number })[]> {
    return this.#numbered<Failure>('failures/');
  }

  async createFailure(number: number, message: string): Promise<void> {
    await this.#create(`failures/${number}.json`, { message });
  }

  async #numbered<T extends object>(folder: string): Promise<(T & { readonly number: number })[]> {
    const found: (T & { readonly number: number })[] = [];
    for await (const { key } of this.#lake.list(`${this.#prefix}${folder}`)) {
      const read = parseJsonObject<T>(await this.#lake.read(key));
      if (read) found.push({ ...read, number: Number(/(\d+)\.json$/.exec(key)?.[1]) });
    }
    return found.sort((a, b) => a.number - b.number);
  }

  async #read<T extends object>(name: string): Promise<T | undefined> {
    return parseJsonObject<T>(await this.#lake.read(`${this.#prefix}${name}`));
  }

  async #create(name: string, value: object): Promise<void> {
    await this.#lake.create(`${this.#prefix}${name}`, jsonBytes(value));
  }
}

/** The names of all jobs that are there. */
export async function jobNames(lake: ObjectStore): Promise<string[]> {
  const names = new Set<string>();
  for await (const { key } of lake.list(JOBS)) {
    const [, name] = key.split('/');
    if (name !== undefined && key === planKey(name)) names.add(name);
  }
  return [...names];
}

function planKey(name: string): string {
  return `${JOBS}${name}/plan.json`;
}

const REMOVED_AT_ONCE = 1000;

async function removeBelow(lake: ObjectStore, prefix: string): Promise<void> {
  let keys: string[] = [];
  for await (const { key } of lake.list(prefix)) {
    keys.push(key);
    if (keys.length < REMOVED_AT_ONCE) continue;
    await lake.remove(keys);
    keys = [];
  }
  if (keys.length > 0) await lake.remove(keys);
}
