// A dataset with a history has two names: both are taken, both are held back with it, and insights read the history by its key.
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mermaidLines } from '../../lib/cli/graph-text.ts';
import { lakeGraph } from '../../lib/core/graph.ts';
import { tablePrefix } from '../../lib/core/insight.ts';
import { loadSound } from '../../lib/definitions/load-catalog.ts';
import { contract, engine, insight, root, useCatalogFolders } from './catalog-load-case.ts';

useCatalogFolders();

async function sound(files: Record<string, string>) {
  const folder = await mkdtemp(join(root, 'history-'));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return loadSound(folder, engine);
}

const FIELDS = [
  { name: 'id', type: 'integer' },
  { name: 'plan' },
  { name: 'at', type: 'datetime', constraints: { required: true } },
];
const people = (words: object = {}, fields: object[] = FIELDS) =>
  contract('people', { mode: 'upsert', history: true, schema: { fields, primaryKey: 'id' }, ...words });
const VISITS = contract('visits', {}, [
  { name: 'person', type: 'integer' },
  { name: 'seen', type: 'datetime' },
]);

describe('the history of a dataset', () => {
  it('is a table with columns, a key and readers of its own', async () => {
    const catalog = await sound({ 'a/datapackage.json': people({ orderBy: ['at'] }) });
    const table = catalog.resolve('People_History');
    expect(table).toEqual({ kind: 'tables', name: 'people_history' });
    if (table === undefined) throw new Error('no table');
    expect(catalog.columnsOf(table).map(({ name, type }) => `${name} ${type}`)).toEqual([
      'id long',
      'plan string',
      'at timestamp',
      'valid_from timestamp',
      'valid_to timestamp',
      'is_current boolean',
    ]);
    expect(catalog.keyOf(table)).toEqual(['id', 'valid_from']);
    const arrivals = { kind: 'arrivals', name: 'people' } as const;
    expect(catalog.dependents(arrivals).map(({ target }) => tablePrefix(target))).toEqual([
      'tables/people',
      'tables/people_history',
    ]);
    expect(catalog.resolve('people')).toEqual({ kind: 'tables', name: 'people' });
  });

  it('begins on days where the first field of orderBy is a date, otherwise at times', async () => {
    const typeOf = async (words: object, fields: object[]) => {
      const catalog = await sound({ 'a/datapackage.json': people(words, fields) });
      const table = { kind: 'tables', name: 'people_history' } as const;
      return catalog.columnsOf(table).find(({ name }) => name === 'valid_from')?.type;
    };
    const dated = [...FIELDS, { name: 'day', type: 'date', constraints: { required: true } }];
    expect(await typeOf({ orderBy: ['day', 'at'] }, dated)).toBe('date');
    expect(await typeOf({ orderBy: ['plan', 'day'] }, dated)).toBe('timestamp');
    expect(await typeOf({}, dated)).toBe('timestamp');
  });

  it('lets an ASOF JOIN take one version, since its key tells them apart', async () => {
    const sql =
      'SELECT person, seen, any_value(plan) AS plan FROM visits ASOF JOIN people_history AS p ON p.id = person AND seen >= valid_from GROUP BY person, seen';
    const { aside } = await sound({
      'a/datapackage.json': people({ orderBy: ['at'] }),
      'b/datapackage.json': VISITS,
      'b/insights/plans.sql': insight(sql.replace('any_value', 'min'), 'over: visits'),
    });
    expect(aside.map(({ error }) => error.message)).toEqual([]);
  });

  it('stands in the graph between its dataset and the insights that read it', async () => {
    const catalog = await sound({
      'a/datapackage.json': people(),
      'b/datapackage.json': VISITS,
      'b/insights/plans.sql': insight('SELECT count(*) AS n FROM people_history, visits', 'over: visits'),
    });
    const { nodes, edges } = lakeGraph(catalog);
    expect(nodes.map(({ name, kind }) => `${kind} ${name}`)).toEqual([
      'dataset people',
      'dataset visits',
      'history people_history',
      'insight plans',
    ]);
    expect(edges.map(({ from, to, kind }) => `${from} ${kind} ${to}`).sort()).toEqual([
      'people over people_history',
      'people_history side plans',
      'visits over plans',
    ]);
    const drawn = mermaidLines({ nodes, edges });
    expect(drawn).toContain('  t_people_history[("people_history<br>all versions, one partition")]');
    expect(drawn).toContain('  t_people ==> t_people_history');
  });

  it('is named to who reads it where the contract has none', async () => {
    const { aside } = await sound({
      'a/datapackage.json': people({ history: false }),
      'a/insights/plans.sql': insight('SELECT count(*) AS n FROM People_History'),
    });
    expect(aside.map(({ error }) => error.message).join()).toContain(
      'there is no dataset or insight named "People_History". people has a history if its contract says "history": true.',
    );
  });

  it.each<[string, Record<string, string>]>([
    ['dataset', { 'b/datapackage.json': contract('People_history') }],
    [
      'insight',
      { 'b/datapackage.json': VISITS, 'b/insights/people_history.sql': insight('SELECT 1 AS a FROM visits') },
    ],
  ])('has a name that no other %s may take', async (_, others) => {
    const { aside, resolve, asideNamed } = await sound({ 'a/datapackage.json': people(), ...others });
    const messages = aside.map(({ error }) => error.message).join('\n');
    expect(messages).toMatch(
      /the name "people_history", of the history of people, is taken by "[Pp]eople_history" in /,
    );
    expect(messages).toMatch(
      /the name "[Pp]eople_history" is taken by the history of people in .*a\/datapackage\.json/,
    );
    expect(resolve('people')).toBeUndefined();
    expect(asideNamed('people_history')).toBeDefined();
  });

  it.each<[string, string]>([
    ['a wrong word', people({ extraColumns: 'maybe' })],
    [
      'a pattern that the engine refuses',
      people({}, [...FIELDS, { name: 'x', constraints: { pattern: '(?=a)' } }]),
    ],
  ])('is held back with its dataset, and so is what reads it: %s', async (_, text) => {
    const { aside, asideNamed, resolve } = await sound({
      'a/datapackage.json': text,
      'b/datapackage.json': VISITS,
      'b/insights/plans.sql': insight('SELECT count(*) AS n FROM people_history'),
    });
    expect(resolve('people_history')).toBeUndefined();
    expect(aside.map(({ names, held }) => [names, held])).toEqual([
      [['people', 'people_history'], ['plans']],
    ]);
    expect(asideNamed('PEOPLE_history')?.file).toContain('datapackage.json');
  });
});
