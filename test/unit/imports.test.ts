// Imports point one way: core and delta know nobody outside, use cases know core, delta and ports, the edges put adapters in.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

/** Which rooms of lib/ a room may import from, besides itself; `.` is lib's own files (ports, errors, effects). */
const MAY_IMPORT: Record<string, readonly string[]> = {
  core: ['.', 'delta'],
  delta: ['.', 'core'],
  '.': ['core', 'delta'],
  ingest: ['.', 'core', 'delta'],
  aggregate: ['.', 'core', 'delta'],
  maintain: ['.', 'core', 'delta', 'ingest', 'aggregate'],
  explain: ['.', 'core', 'delta', 'ingest', 'aggregate', 'maintain'],
  adapters: ['.', 'core'],
  local: ['.', 'core', 'delta', 'ingest', 'aggregate', 'maintain', 'explain', 'adapters'],
  aws: ['.', 'core', 'delta', 'ingest', 'aggregate', 'maintain', 'adapters'],
  stacks: ['.', 'core', 'maintain', 'adapters', 'aws'],
  cli: ['.', 'core', 'delta', 'ingest', 'aggregate', 'maintain', 'explain', 'adapters', 'local'],
};
/** Packages, or families of them, that only one room may know. */
const PACKAGES: Record<string, string> = {
  '@duckdb': 'adapters',
  '@aws-sdk': 'adapters',
  '@aws-lambda-powertools': 'aws',
  'aws-cdk-lib': 'stacks',
  esbuild: 'stacks',
  chokidar: 'local',
};
/** What core may not touch: I/O, time and chance. */
const PURE = /^node:(?!crypto$)|^@duckdb|^chokidar/;

type Import = { readonly from: string; readonly to: string; readonly typeOnly: boolean };

const files = readdirSync(join(ROOT, 'lib'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join('lib', name));

const imports: Import[] = files.flatMap((from) => {
  const text = readFileSync(join(ROOT, from), 'utf8');
  return [...text.matchAll(/^(?:import|export) (type )?(?:[^'"]*? from )?'([^']+)';/gms)].map(
    ([, typeOnly, target = '']) => ({
      from,
      to: target.startsWith('.') ? relative(ROOT, resolve(ROOT, dirname(from), target)) : target,
      typeOnly: typeOnly !== undefined,
    }),
  );
});

const roomOfPackage = (name: string) =>
  Object.entries(PACKAGES).find(([known]) => name === known || name.startsWith(`${known}/`))?.[1];
const room = (file: string) => relative('lib', dirname(file)).split('/')[0] || '.';

test('every import is found', () => {
  expect(files.length).toBeGreaterThan(40);
  expect(imports.length).toBeGreaterThan(150);
});

test('rooms import only from the rooms below them', () => {
  const wrong = imports.filter(({ from, to }) => {
    if (!to.startsWith('lib/')) return (roomOfPackage(to) ?? room(from)) !== room(from);
    return room(from) !== room(to) && !(MAY_IMPORT[room(from)] ?? []).includes(room(to));
  });
  expect(wrong).toEqual([]);
});

test('core knows delta by its types alone, and touches nothing outside', () => {
  const core = imports.filter(({ from }) => room(from) === 'core');
  expect(
    core.filter(({ to, typeOnly }) => PURE.test(to) || (to.startsWith('lib/delta/') && !typeOnly)),
  ).toEqual([]);
});

test('there are no cycles among the files, types left aside', () => {
  const edges = new Map<string, string[]>();
  for (const { from, to, typeOnly } of imports)
    if (!typeOnly && to.startsWith('lib/')) edges.set(from, [...(edges.get(from) ?? []), to]);
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): void => {
    if (path.includes(file))
      throw new Error(`a cycle: ${[...path.slice(path.indexOf(file)), file].join(' -> ')}`);
    if (done.has(file)) return;
    for (const next of edges.get(file) ?? []) walk(next, [...path, file]);
    done.add(file);
  };
  for (const file of files) walk(file, []);
});
