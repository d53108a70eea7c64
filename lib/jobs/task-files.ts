// What tasks of a job give to each other: files in the job's folder.
import { TryAgainError } from '../errors.ts';
import { mapInParallel } from '../in-parallel.ts';
import type { Effects } from '../lake/effects.ts';
import type { LocalFile } from '../ports.ts';
import type { JobRun } from './job-folder.ts';

export type TaskEffects = Pick<
  Effects,
  'catalog' | 'landing' | 'lake' | 'tables' | 'sql' | 'clock' | 'newId'
> & {
  /** A folder of the task's own. */
  readonly folder: string;
  /** What is released when the task is over. */
  readonly held: LocalFile[];
};

/** Under a new name; returns it. */
export async function uploadToJob({ lake, newId }: TaskEffects, run: JobRun, path: string): Promise<string> {
  const name = `${newId()}.parquet`;
  await lake.upload(path, run.fileKey(name));
  return name;
}

/** Local copies of the job's files, in their order. */
export function jobFiles(
  { lake, held }: TaskEffects,
  run: JobRun,
  names: readonly string[],
): Promise<string[]> {
  return mapInParallel(names, async (name) => {
    const file = await lake.download(run.fileKey(name));
    if (file === undefined) throw new TryAgainError(`${run.fileKey(name)} is gone: the job was given up`);
    held.push(file);
    return file.path;
  });
}
