// The definitions in the functions' bundle, with what was bound of them when the bundle was made: a cold function binds nothing.
import { writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { codeEdition } from '../adapters/code-edition.ts';
import type { Catalog } from '../core/catalog.ts';
import { memoryText, readMemory } from '../definitions/bound-file.ts';
import { definitionsEntry } from '../definitions/bound-memory.ts';
import { type DefinitionFile, readDefinitionFiles } from '../definitions/definition-files.ts';
import { bindCatalog, requireSound } from '../definitions/load-catalog.ts';
import type { SqlEngine } from '../ports.ts';

/** In the folder of the functions' code. */
export const BUNDLED_SCHEMAS = 'schemas';
const BOUND = 'bound-definitions.txt';

/** Files read from `folder`, named as in the bundle: what was bound of them has their names in it, and holds wherever it is unpacked. */
export function asBundled(folder: string, files: readonly DefinitionFile[]): DefinitionFile[] {
  const named = (file: string) => [BUNDLED_SCHEMAS, ...relative(folder, file).split(sep)].join('/');
  return files.map((one) => ({ ...one, file: named(one.file) }));
}

/** `code`: the folder of the functions' code. Throws DefinitionError if one is wrong. */
export async function loadBundled(code: string, engine: SqlEngine): Promise<Catalog> {
  const folder = join(code, BUNDLED_SCHEMAS);
  const files = asBundled(folder, await readDefinitionFiles(folder));
  return requireSound(await bindCatalog(files, engine, await readMemory(join(code, BOUND), editionOf(code))));
}

/** Once all code is in the folder. `files`: as bundled; the catalog is what they were bound to. */
export function keepBound(code: string, files: readonly DefinitionFile[], catalog: Catalog): void {
  const { datasets, derivations } = catalog;
  const insights = derivations.filter(({ target }) => target.kind === 'insights');
  const entry = definitionsEntry(files, { datasets, insights });
  writeFileSync(join(code, BOUND), memoryText(editionOf(code), [entry]));
}

/** Files have another time in a bundle than where it was made. */
function editionOf(code: string): string {
  return codeEdition(code, { byTime: false });
}
