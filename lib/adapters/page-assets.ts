// The page's program as files: from the installed package, or of a clone, where it is bundled when it is first wanted.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownPackage } from './own-package.ts';

/** The folder of index.html and what it loads. In a clone this takes a second after a source has changed. */
export function pageFolder(): string {
  const { folder, form } = ownPackage();
  if (form === 'compiled') return join(folder, 'dist', 'page');
  const bundle = [join(folder, 'bin', 'bundle-page.mjs')];
  return execFileSync(process.execPath, bundle, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

/** File name → bytes of a folder without folders. */
export function readAssets(folder: string): ReadonlyMap<string, Uint8Array> {
  return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));
}

let own: ReadonlyMap<string, Uint8Array> | undefined;

/** Those of this package; read once. */
export function pageAssets(): ReadonlyMap<string, Uint8Array> {
  own ??= readAssets(pageFolder());
  return own;
}
