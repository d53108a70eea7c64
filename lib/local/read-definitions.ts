// Reads only the definitions of a schemas folder, without a lake, checked by DuckDB.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openDuckDb } from '../adapters/duckdb.ts';
import type { Catalog } from '../core/catalog.ts';
import { readDefinitionFiles } from '../definitions/definition-files.ts';
import { bindCatalog } from '../definitions/load-catalog.ts';
import type { SqlEngine } from '../ports.ts';
import { rememberedDefinitions } from './remembered-definitions.ts';
import { scratchElsewhere } from './scratch.ts';

/** Sets wrong definitions aside. Throws CliError if there is nothing to read. */
export async function readDefinitions(schemas: string): Promise<Catalog> {
  const scratch = await scratchElsewhere();
  try {
    const sql = openDuckDb({ tempDirectory: join(scratch, 'spill'), reach: {} });
    try {
      return await definitionsOf(schemas, sql);
    } finally {
      sql.close();
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** The same with an engine that is open. */
export async function definitionsOf(schemas: string, sql: SqlEngine): Promise<Catalog> {
  return bindCatalog(await readDefinitionFiles(schemas), sql, await rememberedDefinitions(schemas));
}
