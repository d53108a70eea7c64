// `sluice certify`: every state of a landing object, and every way in which a lake can stop adding up.
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import { digestOf } from '../../lib/ingest/report.ts';
import { testTemp } from '../support/temp.ts';
import { sluice } from './harness.ts';
import { CONTRACT, makeShop, type Shop, TAKINGS } from './shop.ts';

const A = 'shop/day=2024-01-01/a.csv';
const B = 'shop/day=2024-01-02/b.csv';
const C = 'shop/day=2024-01-03/c.csv';

async function certify(shop: Shop, ...args: string[]) {
  const { code, out, err } = await sluice(['certify', '--format', 'json', ...args, ...shop.places]);
  expect(err).toBe('');
  return { code, ...JSON.parse(out) };
}

/** Three days: four rows accepted, one quarantined. */
async function threeDays(): Promise<Shop> {
  const shop = await makeShop();
  await shop.sell(A, 'north,1.50', 'south,4');
  await shop.sell(B, 'north,7', 'south,1.5x');
  await shop.sell(C, 'east,10');
  expect((await sluice(['sync', ...shop.places])).code).toBe(0);
  return shop;
}

/** The one file below a folder of the lake whose name ends so. */
async function lakeFile(shop: Shop, folder: string, end: string): Promise<string> {
  const names = (await readdir(join(shop.lake, folder), { recursive: true })).filter((name) =>
    name.endsWith(end),
  );
  expect(names).toHaveLength(1);
  return join(shop.lake, folder, names[0] ?? '');
}

it('certifies a lake in which everything is live', async () => {
  const shop = await threeDays();
  const found = await certify(shop);
  expect(found).toMatchObject({
    code: 0,
    certified: true,
    totals: { objects: 3, records: 5, accepted: 4, quarantined: 1, skipped: 0 },
    problems: [],
    unknown: [],
  });
  expect(found.datasets[0].states).toEqual({ live: 3, superseded: 0, rejected: 0, waiting: 0 });
  expect(found.datasets[0].sources.find(({ source }: { source: string }) => source === B)).toMatchObject({
    rows: 2,
    accepted: 1,
    quarantined: 1,
    problems: [],
  });
  expect((await sluice(['certify', ...shop.places])).out).toMatch(
    /\n\nCertified: 3 landing objects; 5 records = 4 accepted \+ 1 quarantined\.\n$/,
  );
});

it('has a state for every object, and says what is not current', async () => {
  const shop = await threeDays();
  await shop.sell(A, 'north,2');
  await shop.write(B, 'nothing,known\n1,2\n');
  await shop.sell('shop/day=2024-01-04/debt.csv', 'north,-3');
  await shop.sell('shop/day=2024-01-05/none.csv');
  await shop.sell('shop/day=2024-01-05/wrong.csv', 'north,x');
  expect((await sluice(['sync', ...shop.places])).code).toBe(3);
  await shop.sell(A, 'north,2', 'north,3');
  await shop.sell('shop/day=2024-01-06/new.csv', 'east,1');
  await shop.write('shop/readme.txt', 'hello');
  const found = await certify(shop);
  expect(found).toMatchObject({ code: 3, certified: true, unknown: ['shop/readme.txt'], problems: [] });
  const states = found.datasets[0].objects.map(({ source, state }: { source: string; state: string }) => [
    source,
    state,
  ]);
  expect(states).toEqual([
    [A, 'superseded'],
    [B, 'rejected'],
    [C, 'live'],
    ['shop/day=2024-01-04/debt.csv', 'live'],
    ['shop/day=2024-01-05/none.csv', 'live'],
    ['shop/day=2024-01-05/wrong.csv', 'rejected'],
    ['shop/day=2024-01-06/new.csv', 'waiting'],
  ]);
  expect(found.totals).toEqual({ objects: 8, records: 5, accepted: 4, quarantined: 1, skipped: 0 });
  const { out } = await sluice(['certify', ...shop.places]);
  expect(out).toMatch(
    /\nRejected files:\n {2}shop\/day=2024-01-02\/b\.csv: .*; the rows of its older version stay\n/,
  );
  expect(out).toMatch(
    /\nSuperseded:\n {2}shop\/day=2024-01-01\/a\.csv: the lake holds an older version of it: the next sync reads it\n/,
  );
  expect(out).toMatch(/\nNot current:\n {2}takings\(day=2024-01-04\) is stale: .*no_debt/);
  expect(out).toMatch(/\nCertified, but 2 files are rejected and 1 partition is stale: 8 landing objects; /);
});

it('names live sources that are gone from landing, unless they are kept on purpose', async () => {
  const shop = await threeDays();
  await shop.remove(A);
  expect(await certify(shop)).toMatchObject({
    code: 3,
    certified: false,
    datasets: [{ vanished: [A], kept: [] }],
    problems: [
      `${A} is gone from landing, and its rows are in tables/sales still. "npx sluice sync --prune" withdraws them`,
    ],
  });
  const [resource] = CONTRACT.resources;
  await shop.define({ ...CONTRACT, resources: [{ ...resource, onDelete: 'keep' }] }, TAKINGS);
  expect(await certify(shop)).toMatchObject({
    code: 0,
    datasets: [{ vanished: [], kept: [A] }],
    problems: [],
  });
});

it('counts a file of a replace dataset as superseded by a newer one', async () => {
  const shop = await makeShop();
  const [resource] = CONTRACT.resources;
  await shop.define(
    { ...CONTRACT, resources: [{ ...resource, mode: 'replace' }] },
    TAKINGS.replace('partitionBy: [day]\n', ''),
  );
  await shop.sell(A, 'north,1');
  await shop.sell(B, 'north,2', 'north,x');
  expect((await sluice(['sync', ...shop.places])).code).toBe(0);
  const found = await certify(shop, '--dataset', 'sales');
  expect(found).toMatchObject({ code: 0, totals: { objects: 2, records: 3, accepted: 2, quarantined: 1 } });
  expect(found.datasets[0].objects).toMatchObject([
    { source: A, state: 'superseded', reason: `${B} is newer` },
    { source: B, state: 'live' },
  ]);
  expect(found.derived).toMatchObject([{ table: 'tables/sales', behind: 0 }]);
});

it('finds rows that are not where the log says, each way by itself', async () => {
  const shop = await threeDays();
  const problemsAfter = async (path: string, change: (path: string) => Promise<void>) => {
    const before = await readFile(path);
    await change(path);
    const { code, problems } = await certify(shop);
    await writeFile(path, before);
    expect(code).toBe(3);
    return problems as string[];
  };
  const data = await lakeFile(shop, 'tables/sales/day=2024-01-01', '.parquet');
  const quarantine = await lakeFile(shop, 'quarantine', '.parquet');
  const report = await lakeFile(shop, `files/sales/${B}`, '.json');
  const name = data.slice(shop.lake.length + 1);

  expect(await problemsAfter(data, (path) => fewerRows(path))).toEqual([
    `${A} (sales): its data file ${name} is altered`,
  ]);
  expect(await problemsAfter(data, (path) => rm(path))).toEqual([
    `${A} (sales): its data file ${name} is gone`,
  ]);
  expect(await problemsAfter(data, (path) => writeFile(path, 'PAR1 no more'))).toEqual([
    `${A} (sales): its data file ${name} is altered`,
  ]);
  expect(await problemsAfter(quarantine, (path) => rm(path))).toEqual([
    expect.stringMatching(/^shop.*b\.csv \(sales\): its quarantine file quarantine\/.* is gone$/),
  ]);
  const edited = async (path: string, words: object) =>
    writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, 'utf8')), ...words }));
  const sealed = async (path: string, words: object) => {
    const { digest: _, ...report } = { ...JSON.parse(await readFile(path, 'utf8')), ...words };
    await writeFile(path, JSON.stringify({ ...report, digest: digestOf(report) }));
  };
  const key = report.slice(shop.lake.length + 1);
  const damaged = `${B} (sales): its report ${key} is gone or damaged, so the number of its records cannot be checked. "npx sluice rebuild" of the dataset reads its files again`;
  expect(await problemsAfter(report, (path) => edited(path, { rows: 3 }))).toEqual([damaged]);
  expect(await problemsAfter(report, (path) => sealed(path, { rows: 3 }))).toEqual([
    `${B} (sales): it has 3 records, and 1 accepted and 1 quarantined rows make 2`,
  ]);
  const other = { accepted: 2, quarantined: 0 };
  expect(await problemsAfter(report, (path) => sealed(path, other))).toEqual([
    `${B} (sales): the log says 1 accepted and 1 quarantined rows, its report 2 and 0`,
  ]);
  expect(await problemsAfter(report, (path) => sealed(path, { ...other, facts: 'others' }))).toEqual([
    `${B} (sales): its report ${key} is not the one that the log names`,
  ]);
  expect(await problemsAfter(report, (path) => rm(path))).toEqual([damaged]);
  expect((await certify(shop)).code).toBe(0);
});

it('refuses a landing folder that is not there, and a dataset that nobody knows', async () => {
  const shop = await threeDays();
  expect(await sluice(['certify', '--dataset', 'sale', ...shop.places])).toMatchObject({
    code: 2,
    err: expect.stringContaining('Did you mean "sales"?'),
  });
  await rm(shop.landing, { recursive: true });
  expect(await sluice(['certify', ...shop.places])).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringContaining('no landing folder'),
  });
});

/** Writes the Parquet file again without one of its rows. */
async function fewerRows(path: string): Promise<void> {
  const copy = join(testTemp(), 'fewer.parquet');
  const engine = await openDuckDb({ threads: 1, tempDirectory: join(testTemp(), 'spill') });
  await engine.session((session) =>
    session.run(`COPY (FROM read_parquet('${path}') LIMIT 1) TO '${copy}' (FORMAT parquet)`),
  );
  engine.close();
  await writeFile(path, await readFile(copy));
}

it('names a lost data file of an insight, and a query says what to do', async () => {
  const shop = await threeDays();
  const folder = join(shop.lake, 'insights/takings');
  const [lost = ''] = (await readdir(folder, { recursive: true })).filter((name) =>
    name.endsWith('.parquet'),
  );
  await rm(join(folder, lost));
  const { code, problems } = await certify(shop);
  expect(code).toBe(3);
  expect(problems).toEqual([
    expect.stringMatching(/^insights\/takings\/.* is gone, although the log names it\. Bring it back /),
  ]);
  const query = await sluice(['query', 'FROM takings', ...shop.places.slice(2)]);
  expect(query.code).toBe(1);
  expect(query.err).toMatch(/ is gone, although its table's log names it/);
  expect(query.err).not.toContain(' at ');
});
