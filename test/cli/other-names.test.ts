// What verbs say to the name of a history, of an insight or of a folder in the lake: what it is, and what to name; or they take it.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { useTemp } from '../support/temp.ts';
import { sluice } from './harness.ts';

const CONTRACT = {
  name: 'crm',
  resources: [
    {
      name: 'accounts',
      path: 'accounts/*.csv',
      mode: 'upsert',
      history: true,
      schema: {
        primaryKey: 'id',
        fields: [
          { name: 'id', type: 'integer' },
          { name: 'plan', type: 'string' },
        ],
      },
    },
    { name: 'other_history', path: 'other/*.csv', schema: { fields: [{ name: 'id', type: 'integer' }] } },
  ],
};
const folder = useTemp();
const places = ['landing', 'lake', 'schemas'].flatMap((name) => [`--${name}`, join(folder, name)]);
const own = places.slice(2);

beforeAll(async () => {
  const files = {
    'schemas/crm/datapackage.json': JSON.stringify(CONTRACT),
    'schemas/crm/insights/plans.sql': `/* ---\nkey: [plan]\n--- */\nSELECT plan, count(*) AS n FROM accounts_history GROUP BY plan`,
    'landing/accounts/1.csv': 'id,plan\n1,free\n2,paid\n',
    'landing/other/1.csv': 'id\n1\n',
  };
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  expect((await sluice(['sync', ...places])).code).toBe(0);
});

const HISTORY =
  'is the history of the dataset accounts, and has no source files of its own. Name accounts: its history is computed and rebuilt with it.';

describe('where a dataset is asked for', () => {
  it.each([
    ['rebuild', 'NAME', ...places],
    ['sync', '--dataset', 'NAME', ...places],
    ['certify', '--dataset', 'NAME', ...places],
    ['rejects', '--dataset', 'NAME', ...places],
    ['settle', '--dataset', 'NAME', ...places],
    ['validate', join(folder, 'landing/accounts/1.csv'), '--dataset', 'NAME', ...places.slice(4)],
  ])('%s says what the name of another table is, and what to name', async (...words) => {
    const said = (name: string) => sluice(words.map((word) => (word === 'NAME' ? name : word)));
    for (const name of ['accounts_history', 'Accounts_History', 'tables/accounts_history'])
      expect(await said(name)).toMatchObject({ code: 2, out: '', err: `${name} ${HISTORY}\n` });
    expect((await said('arrivals/accounts')).err).toBe(
      'arrivals/accounts is a table of the dataset accounts. Name the dataset: accounts\n',
    );
    expect((await said('plans')).err).toBe(
      'plans is an insight, computed from accounts_history, and has no source files of its own: "npx sluice sync" computes it. Datasets: accounts, other_history\n',
    );
    expect((await said('plan_history')).err).toBe(
      'There is no dataset "plan_history". Datasets: accounts, other_history\n',
    );
    expect((await said('Accounts')).err).toBe(
      'There is no dataset "Accounts". Did you mean "accounts"? Datasets: accounts, other_history\n',
    );
  });

  it('a dataset whose own name ends like that of a history is one', async () => {
    expect((await sluice(['rebuild', 'other_history', ...places])).code).toBe(0);
  });
});

describe('a history', () => {
  it('is read, explained and listed like any table', async () => {
    for (const words of [
      ['query', 'SELECT id FROM accounts_history', ...own.slice(0, 2)],
      ['explain', 'accounts_history', ...own],
      ['history', 'accounts_history', ...own],
    ])
      expect(await sluice(words)).toMatchObject({ code: 0 });
  });

  it('is audited by its name, and with everything', async () => {
    const audited = async (...name: string[]) => {
      const { code, out } = await sluice(['audit', ...name, '--format', 'json', ...own]);
      expect(code).toBe(0);
      const { audits } = JSON.parse(out) as { audits: { name: string; audit: string; outcome: string }[] };
      return audits
        .filter(({ name: of }) => of === 'accounts_history')
        .map(({ audit, outcome }) => `${audit}: ${outcome}`);
    };
    const all = ['readable values: pass', 'key not null: pass', 'key unique: pass'];
    expect(await audited('Accounts_history')).toEqual(all);
    expect(await audited()).toEqual(all);
    expect(await audited('accounts')).toEqual([]);
  });

  it('is dropped once its contract has none', async () => {
    for (const name of ['accounts_history', 'tables/accounts_history'])
      expect(await sluice(['drop', name, ...own])).toMatchObject({
        code: 2,
        err: expect.stringMatching(
          new RegExp(
            `^${name} is the history of the dataset accounts: first remove "history" from its contract \\(.*datapackage\\.json\\), then drop the table\\.\n$`,
          ),
        ),
      });
    expect((await sluice(['drop', 'insights/plans', ...own])).err).toBe(
      'insights/plans has a definition: first remove its contract or its SQL file, then drop the table.\n',
    );
  });
});
