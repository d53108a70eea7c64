// Billing files for measurements: the benches' generated day, moved to another day of January 2024, and as another version of itself.
import { readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openDuckDb } from '../../../lib/adapters/duckdb.ts';
import { literal } from '../../../lib/sql/quoting.ts';
import { billingLanding, DATA } from '../data.ts';

export function billingKey(day: number): string {
  return `dwh-fina/billing/year=2024/month=01/day=${String(day).padStart(2, '0')}/billing.csv`;
}

/** A file of the package billing with that many rows, all of that day of January 2024. Kept between runs. */
export async function billingDay(day: number, rows: number): Promise<string> {
  const { file: second } = await billingLanding(rows);
  if (day === 2) return second;
  const file = join(DATA, `billing-${rows}-day-${day}.csv`);
  if (await stat(file).catch(() => undefined)) return file;
  const text = `2024-01-${String(day).padStart(2, '0')}`;
  const engine = await openDuckDb();
  await engine.session((session) =>
    session.run(
      `COPY (SELECT * REPLACE (replace(timestamp, '2024-01-02', ${literal(text)}) AS timestamp, '${day}' AS day)
             FROM read_csv(${literal(second)}, all_varchar = true, header = true)) TO ${literal(`${file}.tmp`)} (FORMAT csv, HEADER)`,
    ),
  );
  engine.close();
  await rename(`${file}.tmp`, file);
  return file;
}

/** The file's bytes with `extra` more rows at the end: another version of nearly the same size. */
export async function version(file: string, extra: number): Promise<Buffer> {
  const bytes = await readFile(file);
  const start = bytes.indexOf('\n') + 1;
  const row = bytes.subarray(start, bytes.indexOf('\n', start) + 1);
  return Buffer.concat([bytes, ...Array<Buffer>(extra).fill(row)]);
}
