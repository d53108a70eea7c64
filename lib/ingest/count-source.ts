// Counts a source file's records without reading values, with the same independent code that checks every conversion.
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Violation } from '../core/violation.ts';
import { countFormatRecords } from './format-source.ts';
import { foreignFile } from './open-source.ts';
import { readBeginning } from './packing.ts';
import type { SourceFile } from './row-source.ts';

/** Returns the reason if the file's records cannot be counted. Throws BrokenArchiveError. */
export async function countSourceRecords(file: SourceFile): Promise<number | Violation> {
  const beginning = await readBeginning(file.path);
  if (file.dataset.format === 'xlsx') {
    const { countXlsxRecords } = await import('./xlsx/xlsx-source.ts');
    return countXlsxRecords(file, beginning);
  }
  if (beginning.foreign !== undefined) return foreignFile(beginning.foreign);
  if (beginning.packing !== 'zip') return countFormatRecords({ ...file, beginning });
  const { countZipRecords } = await import('./zip/zip-source.ts');
  const scratch = await mkdtemp(join(file.scratch, 'count-'));
  try {
    return await countZipRecords({ ...file, scratch });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
