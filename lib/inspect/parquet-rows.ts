// Reads the lake's Parquet files themselves, not the log or the reports: their row counts, and whether their bytes are unaltered.
import { contentHash } from '../content-hash.ts';
import { inParallel } from '../in-parallel.ts';
import type { Effects } from '../lake/effects.ts';
import { type LocalFile, SqlError } from '../ports.ts';
import { fileLiteral, list } from '../sql/quoting.ts';

/** `gone`: there is no such object. `altered`: its bytes are not those that were written. `unreadable`: it is not a Parquet file. */
export type ParquetRows = number | 'gone' | 'altered' | 'unreadable';

/** `content`: the hash of the bytes that were written (content-hash.ts), where that is known. */
export type ExpectedFile = { readonly key: string; readonly content: string | undefined };

const FILES_AT_ONCE = 200;

/** By key. Fetches the files, so many at a time. */
export async function parquetRows(
  effects: Pick<Effects, 'lake' | 'sql'>,
  expected: readonly ExpectedFile[],
): Promise<Map<string, ParquetRows>> {
  const rows = new Map<string, ParquetRows>();
  const wanted = [...new Map(expected.map((file) => [file.key, file])).values()];
  for (let start = 0; start < wanted.length; start += FILES_AT_ONCE) {
    const files = new Map<string, LocalFile>();
    try {
      await inParallel(wanted.slice(start, start + FILES_AT_ONCE), async ({ key, content }) => {
        const file = await effects.lake.download(key);
        if (file === undefined) rows.set(key, 'gone');
        else if (content === undefined || (await contentHash(file.path)) === content) files.set(key, file);
        else {
          rows.set(key, 'altered');
          await file.release();
        }
      });
      for (const [key, count] of await footers(effects, files)) rows.set(key, count);
    } finally {
      for (const file of files.values()) await file.release();
    }
  }
  return rows;
}

/** All at once; where one of them is broken, one by one. */
async function footers(
  effects: Pick<Effects, 'sql'>,
  files: ReadonlyMap<string, LocalFile>,
): Promise<Map<string, ParquetRows>> {
  const counts = new Map<string, ParquetRows>();
  if (files.size === 0) return counts;
  try {
    const paths = [...files.values()].map((file) => fileLiteral(file.path));
    const found = await effects.sql.session((session) =>
      session.rows<{ path: string; n: number }>(
        `SELECT file_name AS path, num_rows AS n FROM parquet_file_metadata(${list(paths)})`,
      ),
    );
    const byPath = new Map(found.map(({ path, n }) => [path, n]));
    for (const [key, file] of files) counts.set(key, byPath.get(file.path) ?? 'unreadable');
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    for (const [key, file] of files)
      counts.set(
        key,
        files.size === 1
          ? 'unreadable'
          : ((await footers(effects, new Map([[key, file]]))).get(key) ?? 'unreadable'),
      );
  }
  return counts;
}
