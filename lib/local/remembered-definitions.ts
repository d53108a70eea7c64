// Keeps what was bound of one schemas folder in a file beside the program: under node_modules/.cache, never in a lake.
import { createHash } from 'node:crypto';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codeEdition } from '../adapters/code-edition.ts';
import { ownPackage } from '../adapters/own-package.ts';
import { openMemory } from '../definitions/bound-file.ts';
import type { BoundMemory } from '../definitions/bound-memory.ts';

/** Undefined where the program runs from its TypeScript, as in tests: its edition is not known then. */
export async function rememberedDefinitions(schemas: string): Promise<BoundMemory | undefined> {
  const own = fileURLToPath(import.meta.url);
  if (extname(own) === '.ts') return undefined;
  const { folder, form, version } = ownPackage();
  const modules =
    basename(dirname(folder)) === 'node_modules' ? dirname(folder) : join(folder, 'node_modules');
  const code = form === 'compiled' ? join(folder, 'dist') : dirname(own);
  const place = join(modules, '.cache', 'sluice', 'definitions');
  const name = createHash('sha256').update(resolve(schemas)).digest('hex').slice(0, 16);
  return openMemory(join(place, `${name}.txt`), `${version} ${codeEdition(code)}`);
}
