// A data file that a job uploaded, on its way from the task that wrote it to the commit that names it.
import type { Add } from '../delta/actions.ts';
import type { UploadedFile } from './jobs.ts';
import { CONTENT } from './tags.ts';

/** `add`: as publishDataFile returns it, without tags of its own. */
export function uploadedFile({ path, partitionValues, size, stats = '{}', tags }: Add): UploadedFile {
  return { path, partitionValues, size, stats, content: tags?.[CONTENT] ?? '' };
}

/** `tags`: beside that of its content. */
export function addOf(
  { path, partitionValues, size, stats, content }: UploadedFile,
  modificationTime: number,
  tags: Readonly<Record<string, string>> = {},
): Add {
  const file = { path, partitionValues, size, modificationTime, dataChange: true, stats };
  return { ...file, tags: { ...tags, [CONTENT]: content } };
}
