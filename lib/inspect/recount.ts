// Counts the records of the source files in landing again, and holds them against what was said of them when they were read.
import type { Dataset } from '../core/contract.ts';
import { countSourceRecords } from '../ingest/count-source.ts';
import { BrokenArchiveError } from '../ingest/source-bytes.ts';
import type { Effects } from '../lake/effects.ts';
import { pathValues } from '../lake/path-values.ts';
import type { ObjectVersion } from '../ports.ts';
import type { SourceBalance } from './source-balance.ts';

/** Sentences; [] where every file that is in the lake in its present version has the records that its report says. */
export async function recountSources(
  effects: Effects,
  dataset: Dataset,
  present: readonly ObjectVersion[],
  sources: readonly SourceBalance[],
): Promise<string[]> {
  const problems: string[] = [];
  const known = new Map(sources.map((source) => [source.source, source]));
  for (const { key, etag } of present) {
    const balance = known.get(key);
    if (balance === undefined || balance.etag !== etag || balance.rows === null || balance.rows === 0)
      continue;
    const records = await countPresent(effects, dataset, key, etag);
    if (records !== undefined && records !== balance.rows)
      problems.push(
        `${key} (${dataset.name}): it has ${records} records, and its report says ${balance.rows}. "npx sluice rebuild ${dataset.name}" reads it again`,
      );
  }
  return problems;
}

/** Undefined where landing has another version by now. */
async function countPresent(
  { landing, scratch }: Effects,
  dataset: Dataset,
  key: string,
  etag: string,
): Promise<number | string | undefined> {
  const file = await landing.download(key, etag);
  if (file === undefined) return undefined;
  try {
    const fromPath = pathValues(dataset, key).values;
    const counted = await countSourceRecords({ dataset, path: file.path, fromPath, scratch });
    return typeof counted === 'number' ? counted : `no readable (${counted.message})`;
  } catch (error) {
    if (error instanceof BrokenArchiveError) return `no readable (${error.message})`;
    throw error;
  } finally {
    await file.release();
  }
}
