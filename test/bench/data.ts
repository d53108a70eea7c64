// The benches' source files, made by DuckDB and the same on every machine; kept under .bench/data between runs.
import { mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import { literal } from '../../lib/core/sql-text.ts';

export const BENCH_FOLDER = join(import.meta.dirname, '../../.bench');
/** Kept between runs. */
export const DATA = join(BENCH_FOLDER, 'data');
/** Emptied before every bench. */
export const WORK = join(BENCH_FOLDER, 'work');
export const BILLING_KEY = 'dwh-fina/billing/year=2024/month=01/day=02/billing.csv';

/** A landing folder with one source file of the package billing, of that many rows. Made when it is missing. */
export async function billingLanding(
  rows: number,
): Promise<{ readonly landing: string; readonly file: string }> {
  const landing = join(DATA, `billing-${rows}`);
  const file = join(landing, BILLING_KEY);
  if (!(await exists(file))) await writeBilling(file, rows);
  return { landing, file };
}

export function smallFilesFolder(files: number): string {
  return join(DATA, `small-${files}`);
}

/** A landing folder with that many source files of three rows each, one a day. */
export async function smallFilesLanding(files: number): Promise<string> {
  const landing = smallFilesFolder(files);
  if (await exists(landing)) return landing;
  const work = `${landing}.tmp`;
  for (let i = 0; i < files; i++) {
    const day = new Date(Date.UTC(2020, 0, 1 + i)).toISOString().slice(0, 10);
    const [year = '', month = '', date = ''] = day.split('-');
    const folder = join(work, `dwh-fina/billing/year=${year}/month=${month}/day=${date}`);
    const row = (hour: number) =>
      `${day} 0${hour}:00:00,00000000-0000-4000-a000-00000000000${hour},100${hour},-0.00${hour},us-chi1,standard,read,true,server,INV-${i},USD,${Number(year)},${Number(month)},${Number(date)}`;
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'billing.csv'), `${HEADER}\n${[1, 2, 3].map(row).join('\n')}\n`);
  }
  await rename(work, landing);
  return landing;
}

const HEADER =
  'timestamp,resource_id,user_id,credit_usage,region,service_tier,operation_type,success,resource_type,invoice_id,currency,year,month,day';

/** 50,000 resources of 20,000 users, over one day in order; most times have milliseconds, some none. */
function billingSql(rows: number): string {
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
    CAST(-CAST(hash(i + 2) % 900000000 AS BIGINT) * 0.000001 AS DECIMAL(18, 6)) AS credit_usage,
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

async function writeBilling(file: string, rows: number): Promise<void> {
  process.stderr.write(`Writing ${file} …\n`);
  await mkdir(dirname(file), { recursive: true });
  const engine = await openDuckDb();
  await engine.session((session) =>
    session.run(`COPY (${billingSql(rows)}) TO ${literal(`${file}.tmp`)} (FORMAT csv, HEADER)`),
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
