// Imports point one way: each room of lib/ knows those below it, and the edges put adapters in. Types and `await import` count.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

/** From the bottom up: each may import from those before it. `.` is lib's own files (ports, errors). */
const ROOMS = [
  ...['.', 'sql', 'core', 'delta', 'lake', 'definitions'],
  ...['ingest', 'draft', 'refresh', 'jobs', 'evolve', 'maintain', 'notify', 'inspect', 'page'],
];
/** What stands at the edges, and what it may import from. */
const EDGES: Record<string, readonly string[]> = {
  adapters: ['.', 'sql', 'core'],
  local: [...ROOMS, 'adapters'],
  // The functions read for people by the page alone.
  aws: [...ROOMS.filter((room) => room !== 'inspect'), 'adapters'],
  stacks: ['.', 'core', 'definitions', 'adapters', 'aws'],
  cli: [...ROOMS, 'adapters', 'local'],
  package: [...ROOMS, 'adapters', 'local', 'stacks'],
};
const mayImport = (room: string): readonly string[] => EDGES[room] ?? ROOMS.slice(0, ROOMS.indexOf(room));

/** Packages, or families of them, that only one room may know. */
const PACKAGES: Record<string, string> = {
  '@duckdb': 'adapters',
  '@aws-sdk': 'adapters',
  '@aws-lambda-powertools': 'aws',
  'aws-cdk-lib': 'stacks',
  '@dagrejs': 'page',
  esbuild: 'stacks',
};
/** What sql and core may not touch: I/O, time and chance. */
const PURE = /^node:(?!crypto$)|^@duckdb/;

type Import = { readonly from: string; readonly to: string; readonly typeOnly: boolean };

const files = readdirSync(join(ROOT, 'lib'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join('lib', name));

const imports: Import[] = files.flatMap((from) => {
  const text = readFileSync(join(ROOT, from), 'utf8');
  const statements = [...text.matchAll(/^(?:import|export) (type )?(?:[^'"]*? from )?'([^']+)';/gms)];
  const dynamic = [...text.matchAll(/\b(type )?import\('([^']+)'\)/g)];
  return [...statements, ...dynamic].map(([, typeOnly, target = '']) => ({
    from,
    to: target.startsWith('.') ? relative(ROOT, resolve(ROOT, dirname(from), target)) : target,
    typeOnly: typeOnly !== undefined,
  }));
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
    return room(from) !== room(to) && !mayImport(room(from)).includes(room(to));
  });
  expect(wrong).toEqual([]);
});

test('packages are loaded by import declarations: of a bundled one, await import would give other names than of an installed one', () => {
  const dynamic = files.flatMap((from) => {
    const text = readFileSync(join(ROOT, from), 'utf8');
    return [...text.matchAll(/\bawait import\('([^.'][^']*)'\)/g)].map(([, to = '']) => ({ from, to }));
  });
  expect(dynamic.filter(({ to }) => !to.startsWith('node:'))).toEqual([]);
});

test('every room has its place', () => {
  const known = [...ROOMS, ...Object.keys(EDGES)].sort();
  expect([...new Set(files.map(room))].sort()).toEqual(known);
});

test('sql and core touch nothing outside', () => {
  const pure = imports.filter(({ from }) => ['sql', 'core'].includes(room(from)));
  expect(pure.length).toBeGreaterThan(50);
  expect(pure.filter(({ to }) => PURE.test(to))).toEqual([]);
});

test('there are no circles among the files, types included', () => {
  const edges = new Map<string, string[]>();
  for (const { from, to } of imports)
    if (to.startsWith('lib/')) edges.set(from, [...(edges.get(from) ?? []), to]);
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
