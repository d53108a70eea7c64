// Builds one catalog from the definitions' texts: what was bound before, or bind-files.ts, which is loaded only then. If nothing may
// be left out, as in a deployment, the first wrong definition is refused.
import { type Catalog, makeCatalog } from '../core/catalog.ts';
import { together } from '../errors.ts';
import type { SqlEngine } from '../ports.ts';
import { type BoundMemory, definitionsEntry, InsightMemory, recallDefinitions } from './bound-memory.ts';
import { type DefinitionFile, readDefinitionFiles } from './definition-files.ts';

/** Throws DefinitionError for wrong files, with all that is wrong in them, CliError if there is nothing to read. */
export async function loadCatalog(schemasFolder: string, engine: SqlEngine): Promise<Catalog> {
  return requireSound(await loadSound(schemasFolder, engine));
}

/** Throws DefinitionError for what is set aside. */
export function requireSound(catalog: Catalog): Catalog {
  const [first, ...others] = catalog.aside.map(({ error }) => error);
  if (first) throw together(first, others);
  return catalog;
}

/** Sets wrong definitions aside. Throws CliError if there is nothing to read. */
export async function loadSound(schemasFolder: string, engine: SqlEngine): Promise<Catalog> {
  return bindCatalog(await readDefinitionFiles(schemasFolder), engine);
}

/** Like loadSound, for texts that were already read. With `memory`, what was bound before is not bound again. */
export async function bindCatalog(
  files: readonly DefinitionFile[],
  engine: SqlEngine,
  memory?: BoundMemory,
): Promise<Catalog> {
  if (files.length === 0) return makeCatalog([], []);
  const known = memory && recallDefinitions(memory, files);
  if (known) return makeCatalog(known.datasets, known.insights);
  const { bindFiles } = await import('./bind-files.ts');
  const { datasets, insights, aside } = await bindFiles(files, engine, new InsightMemory(memory));
  if (memory !== undefined) {
    if (aside.length === 0) memory.keep(...definitionsEntry(files, { datasets, insights }));
    await memory.save();
  }
  return makeCatalog(datasets, insights, aside);
}
