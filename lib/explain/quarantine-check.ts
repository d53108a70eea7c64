// Whether a quarantine file still holds the rows that were refused. Its bytes are compared first; where they differ, as they may
// when two attempts at one file both wrote it, the rows themselves are.
import { contentHash } from '../content-hash.ts';
import { readParquet } from '../core/sql-text.ts';
import type { RejectedRow } from '../core/violation.ts';
import type { Effects } from '../effects.ts';
import { RejectedRowsDigest } from '../ingest/rejected-rows-digest.ts';
import type { Report } from '../ingest/report.ts';
import { SqlError } from '../ports.ts';

/** Sentences; [] where the file has `quarantined` rows and they are those of the report. */
export async function quarantineProblems(
  { lake, sql }: Pick<Effects, 'lake' | 'sql'>,
  key: string,
  quarantined: number,
  report: Report | undefined,
): Promise<string[]> {
  const file = await lake.download(key);
  if (file === undefined) return [`its quarantine file ${key} is gone`];
  try {
    const isAsWritten =
      report?.quarantineContent !== undefined && (await contentHash(file.path)) === report.quarantineContent;
    if (isAsWritten && report.quarantined === quarantined) return [];
    const found = await sql.session((session) =>
      readRows(
        session.stream<RejectedRow>(`SELECT line, path, raw, violations FROM ${readParquet(file.path)}`),
      ),
    );
    if (found.rows !== quarantined)
      return [`the log says ${quarantined} quarantined rows, ${key} has ${found.rows}`];
    const known = report?.quarantineDigest;
    return known === undefined || known === found.digest ? [] : [`its quarantine file ${key} is altered`];
  } catch (error) {
    if (error instanceof SqlError) return [`its quarantine file ${key} is unreadable`];
    throw error;
  } finally {
    await file.release();
  }
}

async function readRows(
  chunks: AsyncIterable<readonly RejectedRow[]>,
): Promise<{ readonly rows: number; readonly digest: string }> {
  const digest = new RejectedRowsDigest();
  let rows = 0;
  for await (const chunk of chunks)
    for (const row of chunk) {
      digest.add(row);
      rows += 1;
    }
  return { rows, digest: digest.value() };
}
