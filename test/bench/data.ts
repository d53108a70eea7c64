// The benches' source files, made by DuckDB and the same on every machine; kept under .bench/data between runs.
import { mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import { literal } from '../../lib/sql/quoting.ts';

export const BENCH_FOLDER = join(import.meta.dirname, '../../.bench');
/** Kept between runs. */
export const DATA = join(BENCH_FOLDER, 'data');
/** Emptied before every bench. */
export const WORK = join(BENCH_FOLDER, 'work');
export const BILLING_KEY = 'dwh-fina/billing/year=2024/month=01/day=02/billing.csv';

/** A landing folder with one source file of the package billing, of that many rows. Made when it is missing. `badOneIn`: of so many, the first row has no number for its credits. */
export async function billingLanding(
  rows: number,
  badOneIn?: number,
): Promise<{ readonly landing: string; readonly file: string }> {
  const landing = join(DATA, `billing-${rows}${badOneIn === undefined ? '' : `-bad-${badOneIn}`}`);
  const file = join(landing, BILLING_KEY);
  if (!(await exists(file))) await writeBilling(file, rows, badOneIn);
  return { landing, file };
}

/** Of the benches of very many files. Filling their lake takes twenty minutes, once. */
export const MANY_FILES = 100_000;
export const MANY_DAYS = 1000;

export function smallFilesFolder(files: number, rows = 3, days = files): string {
  return join(DATA, `small-${files}-${rows}-${days}`);
}

/** Of `smallFilesLanding`, in order. */
export function smallFiles(landing: string, files: number, days = files): string[] {
  return Array.from({ length: files }, (_, i) => {
    const [year, month, day] = dayOf(i % days).split('-');
    return join(landing, `dwh-fina/billing/year=${year}/month=${month}/day=${day}/billing-${i}.csv`);
  });
}

/** A landing folder with that many source files of a few rows each, spread over as many days. Made when it is missing. */
export async function smallFilesLanding(files: number, rows = 3, days = files): Promise<string> {
  const landing = smallFilesFolder(files, rows, days);
  if (await exists(landing)) return landing;
  const work = `${landing}.tmp`;
  for (const [i, file] of smallFiles(work, files, days).entries()) {
    const lines = Array.from({ length: rows }, (_, row) => smallRow(i, dayOf(i % days), row));
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `${HEADER}\n${lines.join('\n')}\n`);
  }
  await rename(work, landing);
  return landing;
}

function dayOf(index: number): string {
  return new Date(Date.UTC(2020, 0, 1 + index)).toISOString().slice(0, 10);
}

function smallRow(file: number, day: string, row: number): string {
  const two = String(row).padStart(2, '0');
  return `${day} ${two}:00:00,00000000-0000-4000-a000-0000000000${two},10${two},-0.00${two},us-chi1,standard,read,true,server,INV-${file},USD,${day.split('-').map(Number)}`;
}

const HEADER =
  'timestamp,resource_id,user_id,credit_usage,region,service_tier,operation_type,success,resource_type,invoice_id,currency,year,month,day';

/** 50,000 resources of 20,000 users, over one day in order; most times have milliseconds, some none. */
function billingSql(rows: number, badOneIn: number | undefined): string {
  const credits = 'CAST(-CAST(hash(i + 2) % 900000000 AS BIGINT) * 0.000001 AS DECIMAL(18, 6))';
  return `WITH operations AS (
    SELECT i, hash(i) % 50000 AS resource, hash(hash(i) % 50000 + 1) % 20000 AS owner,
      TIMESTAMP '2024-01-02' + to_milliseconds(CAST(floor(i * (86400000.0 / ${rows})) AS BIGINT)) AS moment
    FROM range(${rows}) AS t(i)
  )
  SELECT
    CASE WHEN hash(i + 1) % 4 = 0 THEN strftime(moment, '%Y-%m-%d %H:%M:%S') ELSE strftime(moment, '%Y-%m-%d %H:%M:%S.%g') END AS timestamp,
    md5(CAST(resource AS VARCHAR))[1:8] || '-' || md5(CAST(resource AS VARCHAR))[9:12] || '-4' || md5(CAST(resource AS VARCHAR))[13:15]
      || '-a' || md5(CAST(resource AS VARCHAR))[16:18] || '-' || md5(CAST(resource AS VARCHAR))[19:30] AS resource_id,
    10000 + owner AS user_id,
    ${badOneIn === undefined ? credits : `CASE WHEN i % ${badOneIn} = 0 THEN 'n/a' ELSE CAST(${credits} AS VARCHAR) END`} AS credit_usage,
    ['us-chi1', 'fi-hel1', 'de-fra1', 'sg-sin1'][1 + CAST(hash(resource + 3) % 4 AS BIGINT)] AS region,
    ['standard', 'premium', 'basic'][1 + CAST(hash(owner + 4) % 3 AS BIGINT)] AS service_tier,
    ['create', 'read', 'update', 'delete', 'snapshot'][1 + CAST(hash(i + 5) % 5 AS BIGINT)] AS operation_type,
    CASE WHEN hash(i + 6) % 20 = 0 THEN 'false' ELSE 'true' END AS success,
    ['server', 'storage', 'ip', 'load_balancer', 'gpu'][1 + CAST(hash(resource + 7) % 5 AS BIGINT)] AS resource_type,
    'INV-202401-' || CAST(10000 + owner AS VARCHAR) AS invoice_id,
    ['USD', 'EUR', 'JPY'][1 + CAST(hash(owner + 8) % 3 AS BIGINT)] AS currency,
    2024 AS year, 1 AS month, 2 AS day
  FROM operations ORDER BY i`;
}

async function writeBilling(file: string, rows: number, badOneIn: number | undefined): Promise<void> {
  process.stderr.write(`Writing ${file} …\n`);
  await mkdir(dirname(file), { recursive: true });
  const engine = await openDuckDb();
  await engine.session((session) =>
    session.run(`COPY (${billingSql(rows, badOneIn)}) TO ${literal(`${file}.tmp`)} (FORMAT csv, HEADER)`),
  );
  engine.close();
  await rename(`${file}.tmp`, file);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
