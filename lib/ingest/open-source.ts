// From a source file to its rows: its first bytes decide whether it is text, packed text, an archive of files, or a workbook.
import type { Violation } from '../core/violation.ts';
import { formatSource } from './format-source.ts';
import { readBeginning } from './packing.ts';
import { fileViolation, type RowSource, type SourceFile } from './row-source.ts';

/** Throws BrokenArchiveError, and TooLargeError beyond the file's limit. */
export async function openSource(file: SourceFile): Promise<RowSource | Violation> {
  const beginning = await readBeginning(file.path);
  if (file.dataset.format === 'xlsx') {
    const { xlsxSource } = await import('./xlsx/xlsx-source.ts');
    return xlsxSource(file, beginning);
  }
  if (beginning.foreign !== undefined) return foreignFile(beginning.foreign);
  if (beginning.packing !== 'zip') return formatSource({ ...file, beginning });
  const { zipSource } = await import('./zip/zip-source.ts');
  return zipSource(file);
}

/** `words`: see Beginning. */
export function foreignFile(words: string): Violation {
  return fileViolation('source-error', `the file is ${words}`);
}
