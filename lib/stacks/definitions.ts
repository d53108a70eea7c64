// The contracts and insights of a stack: read, checked and bound before anything is deployed.
import { resolve } from 'node:path';
import { openDuckDb } from '../adapters/duckdb.ts';
import type { Catalog } from '../core/catalog.ts';
import { loadCatalog } from '../definitions/load-catalog.ts';

export type Definitions = { readonly folder: string; readonly catalog: Catalog };

/** `folder`: schemas/<package>/datapackage.json and insights/*.sql. Throws DefinitionError if one is wrong. */
export async function loadDefinitions(folder: string): Promise<Definitions> {
  const sql = openDuckDb({ reach: {} });
  try {
    return { folder: resolve(folder), catalog: await loadCatalog(folder, sql) };
  } finally {
    sql.close();
  }
}
