// The definitions alone, without a lake: what a schemas folder says, checked by the engine.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openDuckDb } from '../adapters/duckdb.ts';
import type { Catalog } from '../core/catalog.ts';
import { loadCatalog } from '../maintain/load-catalog.ts';
import { scratchElsewhere } from './scratch.ts';

/** Throws DefinitionError where a contract or an insight is wrong. */
export async function readDefinitions(schemas: string): Promise<Catalog> {
  const scratch = await scratchElsewhere();
  try {
    const sql = await openDuckDb({ tempDirectory: join(scratch, 'spill'), reach: {} });
    try {
      return await loadCatalog(schemas, sql);
    } finally {
      sql.close();
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
