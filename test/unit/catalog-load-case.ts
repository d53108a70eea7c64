// Folders of packages with datasets and insights, for the tests of loadCatalog.
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import { loadCatalog } from '../../lib/definitions/load-catalog.ts';
import { useTemp } from '../support/temp.ts';

export let engine: Awaited<ReturnType<typeof openDuckDb>>;
export let root: string;

/** To be called where the file's tests stand: the engine and the root folder are there once they run. */
export function useCatalogFolders(): void {
  root = useTemp();
  beforeAll(async () => {
    engine = await openDuckDb({ threads: 1 });
  });
  afterAll(() => engine.close());
}

const FIELDS = [
  { name: 'year', type: 'integer' },
  { name: 'month', type: 'integer' },
  { name: 'id', type: 'integer' },
  { name: 'price', type: 'number', precision: 18, scale: 2 },
  { name: 'bought', type: 'datetime' },
  { name: 'dbl', type: 'number', double: true },
];

export function contract(name: string, words: object = {}, fields: object[] = FIELDS): string {
  return JSON.stringify({ resources: [{ name, path: `${name}/*.csv`, schema: { fields }, ...words }] });
}

export const SALES = contract('sales', { partitionBy: ['year', 'month'] });
const SHOPS = contract('shops', { mode: 'upsert', schema: { fields: FIELDS, primaryKey: 'id' } });

/** Loads a folder that holds these files. */
export async function load(files: Record<string, string>) {
  const folder = await mkdtemp(join(root, 'case-'));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return loadCatalog(folder, engine);
}

export const insight = (sql: string, yaml = '') => `/* ---\n${yaml}\n--- */\n${sql}`;

export function loadInsight(sql: string, yaml = '', others: Record<string, string> = {}) {
  return load({
    'shop/datapackage.json': SALES,
    'more/datapackage.json': SHOPS,
    'shop/insights/daily.sql': insight(sql, yaml),
    ...others,
  });
}
