// One bad definition is set aside with all that depends on it, and the others are what they are without it.
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Catalog } from '../../lib/core/catalog.ts';
import { loadSound } from '../../lib/definitions/load-catalog.ts';
import { contract, engine, insight, root, SALES, useCatalogFolders } from './catalog-load-case.ts';

useCatalogFolders();

async function sound(files: Record<string, string>, prepare?: (folder: string) => Promise<void>) {
  const folder = await mkdtemp(join(root, 'aside-'));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  await prepare?.(folder);
  return loadSound(folder, engine);
}

const brief = ({ datasets, derivations, aside }: Catalog) => ({
  datasets: datasets.map(({ name }) => name),
  insights: derivations.filter(({ target }) => target.kind === 'insights').map(({ target }) => target.name),
  aside: aside.map(({ kind, names, held }) => [kind, names.join(), held.join()]),
});

/** sales ← daily ← top; shops ← cities; mixed ← both of them; cities is audited against sales. */
const GRAPH = {
  'a/datapackage.json': SALES,
  'a/insights/daily.sql': insight('SELECT year, id FROM sales', 'partitionBy: [year]'),
  'a/insights/top.sql': insight('SELECT max(id) AS id FROM daily'),
  'b/datapackage.json': contract('shops'),
  'b/insights/cities.sql': insight('SELECT id FROM shops'),
  'c/datapackage.json': contract('people'),
  'c/insights/mixed.sql': insight('SELECT max(shops.id) AS id FROM shops, top'),
  'c/insights/known.sql': insight(
    'SELECT id FROM people',
    'audits: [{column: id, severity: warn, relationships: {to: cities, field: id}}]',
  ),
};

describe('what is set aside, and what is held', () => {
  it.each<[string, Record<string, string>, ReturnType<typeof brief>]>([
    [
      'an insight whose SQL is wrong',
      { 'a/insights/daily.sql': insight('SELECT nope FROM sales') },
      {
        datasets: ['sales', 'shops', 'people'],
        insights: ['cities', 'known'],
        aside: [['insight', 'daily', 'top,mixed']],
      },
    ],
    [
      'an insight whose front matter is wrong',
      { 'b/insights/cities.sql': 'SELECT id FROM shops' },
      {
        datasets: ['sales', 'shops', 'people'],
        insights: ['daily', 'top', 'mixed'],
        aside: [['insight', 'cities', 'known']],
      },
    ],
    [
      'a contract that is not JSON: its names are hidden',
      { 'b/datapackage.json': contract('shops').slice(0, -1) },
      {
        datasets: ['sales', 'people'],
        insights: ['daily', 'top'],
        aside: [['package', '', 'cities,known,mixed']],
      },
    ],
    [
      'a contract with a wrong word: its names are known',
      { 'b/datapackage.json': contract('shops').replace('{"resources"', '{"resorces":1,"resources"') },
      {
        datasets: ['sales', 'people'],
        insights: ['daily', 'top'],
        aside: [['package', 'shops', 'cities,known,mixed']],
      },
    ],
    [
      'one dataset of several in a contract',
      {
        'b/datapackage.json': JSON.stringify({
          resources: [
            ...JSON.parse(contract('shops')).resources,
            ...JSON.parse(contract('other', { mode: 'sometimes' })).resources,
          ],
        }),
      },
      {
        datasets: ['sales', 'shops', 'people'],
        insights: ['daily', 'top', 'cities', 'known', 'mixed'],
        aside: [['dataset', 'other', '']],
      },
    ],
    [
      'a dataset whose pattern the engine does not take',
      { 'b/datapackage.json': contract('shops', {}, [{ name: 'id', constraints: { pattern: '(' } }]) },
      {
        datasets: ['sales', 'people'],
        insights: ['daily', 'top'],
        aside: [['dataset', 'shops', 'cities,known,mixed']],
      },
    ],
    [
      'two datasets of one name: both',
      { 'd/datapackage.json': contract('Sales') },
      {
        datasets: ['shops', 'people'],
        insights: ['cities', 'known'],
        aside: [
          ['dataset', 'Sales', 'daily,top,mixed'],
          ['dataset', 'sales', 'daily,top,mixed'],
        ],
      },
    ],
    [
      'a dataset and an insight of one name: both',
      { 'a/insights/shops.sql': insight('SELECT id FROM people') },
      {
        datasets: ['sales', 'people'],
        insights: ['daily', 'top'],
        aside: [
          ['insight', 'shops', 'cities,known,mixed'],
          ['dataset', 'shops', 'cities,known,mixed'],
        ],
      },
    ],
    [
      'a name that a contract has which is wrong itself',
      { 'd/datapackage.json': contract('people', { mode: 'sometimes' }) },
      {
        datasets: ['sales', 'shops'],
        insights: ['daily', 'top', 'cities', 'mixed'],
        aside: [
          ['dataset', 'people', 'known'],
          ['dataset', 'people', 'known'],
        ],
      },
    ],
    [
      'a circle: all that are in it, and not those that are read by it',
      { 'a/insights/daily.sql': insight('SELECT mixed.id FROM mixed, sales') },
      {
        datasets: ['sales', 'shops', 'people'],
        insights: ['cities', 'known'],
        aside: [
          ['insight', 'daily', ''],
          ['insight', 'top', ''],
          ['insight', 'mixed', ''],
        ],
      },
    ],
    [
      'a contract that is missing beside its insights',
      { 'd/insights/extra.sql': insight('SELECT id FROM nowhere') },
      {
        datasets: ['sales', 'shops', 'people'],
        insights: ['daily', 'top', 'cities', 'known', 'mixed'],
        aside: [['package', '', 'extra']],
      },
    ],
    [
      'two bad files: each with what depends on it',
      { 'a/insights/top.sql': 'x', 'b/datapackage.json': contract('shops', { mode: 'sometimes' }) },
      {
        datasets: ['sales', 'people'],
        insights: ['daily'],
        aside: [
          ['insight', 'top', 'mixed'],
          ['dataset', 'shops', 'cities,known,mixed'],
        ],
      },
    ],
  ])('%s', async (_, changes, expected) => {
    const found = brief(await sound({ ...GRAPH, ...changes }));
    expect({ ...found, aside: [...found.aside].sort() }).toEqual({
      ...expected,
      aside: [...expected.aside].sort(),
    });
  });

  it('names both files of one name', async () => {
    const { aside } = await sound({ 'a/datapackage.json': SALES, 'b/datapackage.json': contract('SALES') });
    expect(aside.map(({ error }) => error.message.replaceAll(/\/\S*aside-\w+\//g, ''))).toEqual([
      'b/datapackage.json, dataset SALES: the name "SALES" is taken by "sales" in a/datapackage.json: rename one',
      'a/datapackage.json, dataset sales: the name "sales" is taken by "SALES" in b/datapackage.json: rename one',
    ]);
  });

  it('what is no file is not waited for, and what cannot be read does not stop the others', async () => {
    const catalog = await sound(GRAPH, async (folder) => {
      await mkdir(join(folder, 'd/insights'), { recursive: true });
      execFileSync('mkfifo', [join(folder, 'd/datapackage.json'), join(folder, 'd/insights/pipe.sql')]);
      await mkdir(join(folder, 'e/datapackage.json'), { recursive: true });
    });
    expect(catalog.aside.map(({ error }) => error.message.replaceAll(/\/\S*aside-\w+\//g, ''))).toEqual([
      'd/datapackage.json: it is a folder, a pipe or a device, not a file: move it away',
      'd/insights/pipe.sql: it is a folder, a pipe or a device, not a file: move it away',
      'e/datapackage.json: it is a folder, a pipe or a device, not a file: move it away',
    ]);
    expect(brief(catalog).datasets).toEqual(['sales', 'shops', 'people']);
  });

  it.skipIf(process.getuid?.() === 0)('a file that may not be read', async () => {
    const catalog = await sound(GRAPH, (folder) => chmod(join(folder, 'b/datapackage.json'), 0));
    expect(catalog.aside[0]?.error.message).toMatch(/b\/datapackage\.json: it cannot be read \(EACCES/);
  });

  it('whatever one file holds, the others are as without it, and nothing of it is judged', async () => {
    const alone = brief(await sound(GRAPH));
    const broken = fc.constantFrom(
      '',
      '{',
      'null',
      '[]',
      '{"resources":{}}',
      '{"resources":[null]}',
      '{"resources":[{"name":7,"path":["x"]}]}',
      '{"resources":[{"name":"this","path":"/x"}]}',
      '{"resources":[{"name":"mine","path":"mine/*.csv","schema":{"fields":[{"name":"a","type":"odd"}]}}]',
      `${contract('mine')} <<<<<<< HEAD`,
      contract('mine').replace('"integer"', '"whole"'),
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(broken, fc.string({ unit: 'binary' })), async (text) => {
        const catalog = await sound({ ...GRAPH, 'x/datapackage.json': text });
        const { datasets, insights } = brief(catalog);
        expect({ datasets, insights }).toEqual({ datasets: alone.datasets, insights: alone.insights });
        expect(catalog.aside).toHaveLength(1);
        // Keys and names that the file may mean.
        if (text.includes('mine')) {
          expect(catalog.asideOf('mine/1.csv')).toBe(catalog.aside[0]);
          expect(() => catalog.datasetFor('mine/1.csv')).toThrow('is set aside');
          expect(catalog.asideNamed('MINE')).toBe(catalog.aside[0]);
        } else {
          expect(catalog.asideOf('any/1.csv')).toBe(catalog.aside[0]);
          expect(catalog.asideNamed('any')).toBe(catalog.aside[0]);
        }
        expect(catalog.asideOf('sales/1.csv')).toBeUndefined();
        expect(catalog.asideNamed('sales')).toBeUndefined();
        expect(catalog.datasetFor('sales/1.csv')?.name).toBe('sales');
      }),
      { numRuns: 40 },
    );
  });
});

describe('landing keys of what is set aside', () => {
  it('are nobody else’s, whoever else matches them, as when both were sound', async () => {
    const wide = contract('wide', { path: '**/*.csv' });
    for (const text of [
      contract('shops', { mode: 'sometimes' }),
      contract('shops').slice(0, -2),
      contract('shops').replace('{"resources"', '{"word":1,"resources"'),
    ]) {
      const catalog = await sound({ 'a/datapackage.json': wide, 'b/datapackage.json': text });
      expect(catalog.asideOf('shops/a.csv')).toBe(catalog.aside[0]);
      expect(() => catalog.datasetFor('shops/a.csv')).toThrow('is set aside');
      expect(catalog.datasetFor('others/a.csv')?.name).toBe('wide');
    }
  });

  it('are told apart from unknown ones where the contract tells all its paths', async () => {
    const known = await sound({
      'a/datapackage.json': SALES,
      'b/datapackage.json': contract('shops', { mode: 'sometimes' }),
    });
    expect(known.asideOf('notes.txt')).toBeUndefined();
    expect(known.asideNamed('other')).toBeUndefined();
    const hidden = await sound({ 'a/datapackage.json': SALES, 'b/datapackage.json': '{' });
    expect(hidden.asideOf('notes.txt')).toBe(hidden.aside[0]);
    expect(hidden.asideNamed('other')).toBe(hidden.aside[0]);
  });
});
