// Billing files for measurements: the benches' generated day, moved to another day of January 2024, and as another version of itself.
import { readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openDuckDb } from '../../../lib/adapters/duckdb.ts';
import { literal } from '../../../lib/sql/quoting.ts';
import { billingLanding, DATA } from '../data.ts';

const HEADER =
  'timestamp,resource_id,user_id,credit_usage,region,service_tier,operation_type,success,resource_type,invoice_id,currency,year,month,day';

/** Of a day of January 2024. */
export function billingFolder(day: number): string {
  return `dwh-fina/billing/year=2024/month=01/day=${twoDigits(day)}`;
}

export function billingKey(day: number): string {
  return `${billingFolder(day)}/billing.csv`;
}

/** At most sixty operations of one day, each of another user: from that number on. */
export function operations(day: number, rows: number, firstUser = 1000): Buffer {
  const lines = Array.from(
    { length: rows },
    (_, n) =>
      `2024-01-${twoDigits(day)} 10:00:${twoDigits(n)},231bd20c-3403-4cdd-afb1-7efde2a5fe7b,${firstUser + n},-0.5,de-fra1,standard,read,true,server,INV-${n},EUR,2024,1,${day}`,
  );
  return Buffer.from(`${[HEADER, ...lines].join('\n')}\n`);
}

function twoDigits(n: number): string {
  return String(n).padStart(2, '0');
}

/** A file of the package billing with that many rows, all of that day of January 2024. Kept between runs. */
export async function billingDay(day: number, rows: number): Promise<string> {
  const { file: second } = await billingLanding(rows);
  if (day === 2) return second;
  const file = join(DATA, `billing-${rows}-day-${day}.csv`);
  if (await stat(file).catch(() => undefined)) return file;
  const text = `2024-01-${twoDigits(day)}`;
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
