// Files for the end-to-end suite: the shipped samples, and billing days made up.
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const SCHEMAS = join(import.meta.dirname, '../../schemas');

/** All packages' samples by their landing keys. */
export async function samples(): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  for (const name of await readdir(SCHEMAS)) {
    const folder = join(SCHEMAS, name, 'samples');
    const entries = existsSync(folder) ? await readdir(folder, { recursive: true, withFileTypes: true }) : [];
    for (const entry of entries) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isFile()) found.set(path.slice(folder.length + 1), await readFile(path));
    }
  }
  return found;
}

export const billingKey = (day: number, name: string) =>
  `dwh-fina/billing/year=2024/month=01/day=${String(day).padStart(2, '0')}/${name}.csv`;

/** `rows` operations of one day; those of another `seed` cost something else. */
export function billing(day: number, rows: number, seed: number): string {
  const header =
    'timestamp,resource_id,user_id,credit_usage,region,service_tier,operation_type,success,resource_type,invoice_id,currency,year,month,day';
  const lines = Array.from({ length: rows }, (_, n) => {
    const second = String(n % 60).padStart(2, '0');
    const cost = `-0.${String((seed * 7919 + n) % 1_000_000).padStart(6, '0')}`;
    const user = 1000 + ((seed + n) % 50);
    return `2024-01-${String(day).padStart(2, '0')} 10:00:${second},231bd20c-3403-4cdd-afb1-7efde2a5fe7b,${user},${cost},de-fra1,standard,read,true,server,INV-${user},EUR,2024,1,${day}`;
  });
  return `${[header, ...lines].join('\n')}\n`;
}
