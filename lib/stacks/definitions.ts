// The contracts and insights of a stack: read, checked and bound before anything is deployed.
import { resolve } from 'node:path';
import { openDuckDb } from '../adapters/duckdb.ts';
import { asBundled } from '../aws/bundled-definitions.ts';
import type { Catalog } from '../core/catalog.ts';
import { type DefinitionFile, readDefinitionFiles } from '../definitions/definition-files.ts';
import { bindCatalog, loadCatalog } from '../definitions/load-catalog.ts';

export type Definitions = {
  readonly folder: string;
  readonly catalog: Catalog;
  /** What the catalog was bound from, named as in the functions' bundle. */
  readonly files: readonly DefinitionFile[];
};

/** `folder`: schemas/<package>/datapackage.json and insights/*.sql. Throws DefinitionError if one is wrong. */
export async function loadDefinitions(folder: string): Promise<Definitions> {
  const sql = openDuckDb({ reach: {} });
  try {
    const files = asBundled(folder, await readDefinitionFiles(folder));
    const bound = await bindCatalog(files, sql);
    // What is wrong is told with the names that the files have here.
    const catalog = bound.aside.length === 0 ? bound : await loadCatalog(folder, sql);
    return { folder: resolve(folder), catalog, files };
  } finally {
    sql.close();
  }
}
