// The lock file must name the bindings of every platform: `npm ci`, which a fresh clone begins with, refuses it otherwise.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

type Locked = { version: string; optionalDependencies?: Record<string, string> };

it('package-lock.json holds every optional dependency', () => {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Record<string, Locked>;
  };
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter((name) => !isLocked(packages, path, name)),
  );
  expect(missing).toEqual([]);
});

/** In the package's own node_modules or in one of those above it. */
function isLocked(packages: Record<string, Locked>, path: string, name: string): boolean {
  const folders = path
    .split('/node_modules/')
    .map((_, depth, parts) => `${parts.slice(0, depth + 1).join('/node_modules/')}/`);
  return ['', ...folders].some(
    (folder) => packages[`${folder}node_modules/${name}`.replace(/^\//, '')] !== undefined,
  );
}
