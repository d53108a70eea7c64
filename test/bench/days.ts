// Lakes of the package billing with a file a day, and copies of them to work on. Made once, kept under .bench/data.
import { link, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openLake } from '../../lib/local/open-lake.ts';
import { syncLake } from '../../lib/local/sync-lake.ts';
import { DATA, WORK } from './data.ts';

export const SCHEMAS = join(import.meta.dirname, '../../schemas');

/** Days are counted from 1 January 2024, which is 0. */
export type Days = { readonly from: number; readonly count: number; readonly rows: number };

/** 10 June 2024; the days that come are the ten after it, so that all lakes have the same month before them. */
export const LAST = 161;
/** Of each day that a lake has. */
export const ROWS = 200;

/** So many days up to the last. */
export const daysToLast = (count: number): Days => ({ from: LAST + 1 - count, count, rows: ROWS });

export function dayKey(day: number, file = 'billing'): string {
  const [year, month, date] = isoDay(day).split('-');
  return `dwh-fina/billing/year=${year}/month=${month}/day=${date}/${file}.csv`;
}

function isoDay(day: number): string {
  return new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10);
}

const HEADER =
  'timestamp,resource_id,user_id,credit_usage,region,service_tier,operation_type,success,resource_type,invoice_id,currency,year,month,day';
const CURRENCIES = ['USD', 'EUR', 'JPY'];
const REGIONS = ['us-chi1', 'fi-hel1', 'de-fra1', 'sg-sin1'];
const OPERATIONS = ['create', 'read', 'update', 'delete'];

/** The same rows for the same day: 400 users with 1,000 resources, over the day in order. */
export function dayText(day: number, rows: number, seed = 0): string {
  const date = isoDay(day);
  const parts = date.split('-').map(Number).join(',');
  let random = (day * 7919 + seed * 104_729 + 1) >>> 0;
  const next = (below: number) => {
    random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
    return (random >>> 8) % below;
  };
  const lines = Array.from({ length: rows }, (_, row) => {
    const time = new Date((row / rows) * 86_399_000).toISOString().slice(11, 19);
    const [resource, credits] = [next(1000), next(900_000_000)];
    const user = resource % 400;
    const id = `${String(resource).padStart(8, '0')}-0000-4000-a000-000000000000`;
    return `${date} ${time},${id},${1000 + user},-${(credits / 1e6).toFixed(6)},${REGIONS[resource % 4]},standard,${OPERATIONS[next(4)]},${next(20) > 0},server,INV-${user},${CURRENCIES[user % 3]},${parts}`;
  });
  return `${HEADER}\n${lines.join('\n')}\n`;
}

/** Where daysLanding makes it. */
export function daysFolder({ from, count, rows }: Days): string {
  return join(DATA, `days-${from}-${count}-${rows}`);
}

/** A landing folder with those days. Made when it is missing. */
export async function daysLanding(days: Days): Promise<string> {
  const { from, count, rows } = days;
  const landing = daysFolder(days);
  if (await exists(landing)) return landing;
  const work = `${landing}.tmp`;
  for (let day = from; day < from + count; day += 1) await writeDay(work, day, rows);
  await rename(work, landing);
  return landing;
}

export async function writeDay(landing: string, day: number, rows: number, file?: string): Promise<string> {
  const key = dayKey(day, file);
  await mkdir(dirname(join(landing, key)), { recursive: true });
  await writeFile(join(landing, key), dayText(day, rows));
  return key;
}

/** A lake that was synced with those days. Made when it is missing, which takes a while. */
export async function daysLake(days: Days): Promise<string> {
  const landing = await daysLanding(days);
  return filledLake(`lake-days-${days.from}-${days.count}-${days.rows}`, landing, SCHEMAS);
}

export async function filledLake(name: string, landing: string, schemas: string): Promise<string> {
  const lake = join(DATA, name);
  if (await exists(lake)) return lake;
  process.stderr.write(`Filling ${lake} …\n`);
  const local = await openLake({ landing, lake: `${lake}.tmp`, schemas }, () => undefined);
  const { deadLetters } = await syncLake(local, {
    selection: {},
    prune: false,
    allowMassWithdrawal: false,
  });
  await local.close();
  if (deadLetters.length > 0) throw new Error(`${name} cannot be filled: ${deadLetters[0]?.error}`);
  await rename(`${lake}.tmp`, lake);
  return lake;
}

/** Nothing of the run before is left. */
export async function emptyWork(): Promise<void> {
  await rm(WORK, { recursive: true, force: true });
  await mkdir(WORK, { recursive: true });
}

/** A copy of a lake by hard links: its files are replaced and never written in. To a lake a landing's links were new versions. */
export async function linkedCopy(from: string, to: string): Promise<string> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await linkedCopy(source, target);
    else await link(source, target);
  }
  return to;
}

/** A copy of a lake to work on; nothing of the run before is left. */
export async function workCopy(lake: string): Promise<string> {
  await emptyWork();
  return linkedCopy(lake, join(WORK, 'lake'));
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
