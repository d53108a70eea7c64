// Contracts and SQL that change over a living lake, audits that fail, files that are refused: what readers see then.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MemoryStore } from '../../lib/adapters/memory-store.ts';
import { apply } from '../../lib/evolve/apply.ts';
import { ingest } from '../../lib/ingest/ingest.ts';
import { readPending } from '../../lib/refresh/pending.ts';
import {
  newStore,
  openPackage,
  openProcess,
  put,
  rowsOf,
  syncPrune,
  TestClock,
  type TestLake,
  type World,
} from '../support/shop-lake.ts';

type Definitions = {
  fields: object[];
  partitionBy?: string[];
  sql: string;
  mode?: string;
  primaryKey?: string;
};

const ID = { name: 'id', type: 'integer', constraints: { required: true } };
const AMOUNT = { name: 'amount', type: 'number', precision: 10, scale: 2 };
const DAY = { name: 'day', type: 'date' };
const frontMatter = (words: string) =>
  `/* ---\ndescription: Sums by day.\nover: sales\npartitionBy: [day]\n${words}--- */\n`;
const SUMS: Definitions = {
  fields: [DAY, ID, AMOUNT],
  partitionBy: ['day'],
  sql: `${frontMatter('')}SELECT day, sum(amount) AS amount FROM sales GROUP BY day`,
};
const DAILY = { kind: 'insights', name: 'daily' } as const;
const SALES = { kind: 'tables', name: 'sales' } as const;
const FIRST = 'sales/day=2024-01-01/a.csv';
const SECOND = 'sales/day=2024-01-02/a.csv';

let worlds: World[];
let landing: MemoryStore;
let lake: MemoryStore;
const clock = new TestClock();

/** A process that holds these definitions, on the test's stores. */
async function processWith(definitions: Definitions): Promise<TestLake> {
  const { fields, partitionBy = [], mode = 'append', primaryKey } = definitions;
  const schema = { fields, ...(primaryKey ? { primaryKey } : {}) };
  const resource = { name: 'sales', path: 'sales/day=*/*.csv', format: 'csv', partitionBy, mode, schema };
  const world = await openPackage({ name: 'shop', resources: [resource] }, { daily: definitions.sql });
  worlds.push(world);
  if (worlds.length === 1) {
    landing = newStore(world, clock, 'landing');
    lake = newStore(world, clock, 'lake');
  }
  return openProcess(world, clock, landing, lake);
}

async function synced(definitions: Definitions): Promise<TestLake> {
  const process = await processWith(definitions);
  await syncPrune(process);
  expect(process.dead).toEqual([]);
  return process;
}

beforeEach(async () => {
  worlds = [];
  await processWith(SUMS);
  await put(landing, FIRST, 'id,amount\n1,1.00\n2,2.00\n');
  await put(landing, SECOND, 'id,amount\n3,10.00\n');
});
afterEach(async () => {
  for (const world of worlds) await world.close();
});

describe('a changed definition', () => {
  test('a changed SQL recomputes every partition, and its schema changes with the rows', async () => {
    await synced(SUMS);
    const sql = `${frontMatter('')}SELECT day, count(*) AS sales, max(amount) AS largest FROM sales GROUP BY day`;
    const after = await synced({ ...SUMS, sql });
    expect(await rowsOf(after, DAILY)).toEqual([
      { day: '2024-01-01', sales: 2, largest: '2.00' },
      { day: '2024-01-02', sales: 1, largest: '10.00' },
    ]);
    const version = (await after.effects.tables.latest('insights/daily'))?.version;
    await synced({ ...SUMS, sql });
    expect((await after.effects.tables.latest('insights/daily'))?.version).toBe(version);
  });

  test('an added optional field reads every source again, and files that lack the column stay right', async () => {
    await synced(SUMS);
    await put(landing, SECOND, 'id,amount,note\n3,10.00,hello\n');
    const after = await synced({ ...SUMS, fields: [DAY, ID, AMOUNT, { name: 'note', type: 'string' }] });
    expect(await rowsOf(after, SALES)).toEqual([
      { day: '2024-01-01', id: 1, amount: '1.00', note: null },
      { day: '2024-01-01', id: 2, amount: '2.00', note: null },
      { day: '2024-01-02', id: 3, amount: '10.00', note: 'hello' },
    ]);
  });

  test('before its sources are read again a table of mixed contracts shows the added column as null', async () => {
    await synced(SUMS);
    const after = await processWith({ ...SUMS, fields: [DAY, ID, AMOUNT, { name: 'note', type: 'string' }] });
    await apply(after.effects);
    await put(landing, SECOND, 'id,amount,note\n3,10.00,hello\n');
    await ingest(after.effects, [{ source: SECOND }]);
    expect(await rowsOf(after, SALES, 'id, note')).toEqual([
      { id: 1, note: null },
      { id: 2, note: null },
      { id: 3, note: 'hello' },
    ]);
  });

  test.each([
    [
      'another type',
      [DAY, { ...ID, type: 'string' }, AMOUNT],
      'the column id would change from long to string',
    ],
    ['a dropped column', [DAY, ID], 'the column amount would be dropped'],
  ])('%s is refused, with the next step, and the table stays', async (_, fields, message) => {
    await synced(SUMS);
    const sql = `${frontMatter('')}SELECT day, count(*) AS amount FROM sales GROUP BY day`;
    const after = await processWith({ ...SUMS, fields, sql });
    const { applied, refused } = await apply(after.effects);
    expect(applied).toEqual([]);
    expect(refused).toMatchObject([
      { dataset: 'sales', because: 'contract', message: expect.stringContaining(message), held: [DAILY] },
    ]);
    expect(refused[0]?.message).toContain('run "npx sluice rebuild sales", which rebuilds the table');
    expect((await rowsOf(await synced(SUMS), SALES)).length).toBe(3);
  });

  test('a process with an older contract cannot undo it: its ingest is to be tried again', async () => {
    const old = await synced(SUMS);
    await synced({ ...SUMS, fields: [DAY, ID, AMOUNT, { name: 'note', type: 'string' }] });
    await put(landing, FIRST, 'id,amount\n1,5.00\n');
    const { failures } = await ingest(old.effects, [{ source: FIRST }]);
    expect(String(failures[0]?.error)).toContain('and this process holds contract');
    expect((await rowsOf(old, SALES, 'id')).length).toBe(3);
  });
});

test('a dataset changes its mode and back: the rows are those of the mode, counted once', async () => {
  const sql = `/* ---\ndescription: All rows.\n--- */\nSELECT count(*) AS sales, sum(amount) AS amount FROM sales`;
  const append = { ...SUMS, partitionBy: [], sql };
  const upsert = { ...append, mode: 'upsert', primaryKey: 'id' };
  await put(landing, SECOND, 'id,amount\n1,10.00\n3,5.00\n');
  const four = [{ sales: 4, amount: '18.00' }];
  const three = [{ sales: 3, amount: '17.00' }];
  expect(await rowsOf(await synced(append), DAILY)).toEqual(four);
  expect(await rowsOf(await synced(upsert), DAILY)).toEqual(three);
  expect(await rowsOf(await synced(append), DAILY)).toEqual(four);
  expect(await rowsOf(await synced(upsert), DAILY)).toEqual(three);
});

test('a report that was cut off counts for nothing', async () => {
  await put(landing, FIRST, 'id,amount\nx,1.00\n');
  const { effects } = await synced(SUMS);
  for await (const { key } of effects.lake.list('files/'))
    await effects.lake.write(key, new Uint8Array([123]));
  const after = await synced(SUMS);
  expect(await rowsOf(after, SALES, 'id')).toEqual([{ id: 3 }]);
});

describe('an audit that fails', () => {
  const audited = {
    ...SUMS,
    sql: `${frontMatter('audits:\n  - name: small\n    sql: SELECT * FROM this WHERE amount > 100\n')}SELECT day, sum(amount) AS amount FROM sales GROUP BY day`,
  };
  const stale = async ({ effects }: TestLake) => {
    const snapshot = await effects.tables.latest('insights/daily');
    return snapshot && readPending(snapshot).stale;
  };

  test('keeps the old partition and marks it; other partitions go on; corrected data publishes it', async () => {
    await synced(audited);
    await put(landing, FIRST, 'id,amount\n1,101.00\n');
    await put(landing, SECOND, 'id,amount\n3,11.00\n');
    const bad = await synced(audited);
    expect(await rowsOf(bad, DAILY)).toEqual([
      { day: '2024-01-01', amount: '3.00' },
      { day: '2024-01-02', amount: '11.00' },
    ]);
    expect(await stale(bad)).toEqual([
      {
        partition: { day: '2024-01-01' },
        message: expect.stringMatching(/^audit small: 1 offending row, such as .*101\.00/),
      },
    ]);
    const version = (await bad.effects.tables.latest('insights/daily'))?.version;
    await syncPrune(bad);
    expect((await bad.effects.tables.latest('insights/daily'))?.version).toBe(version);

    await put(landing, FIRST, 'id,amount\n1,99.00\n');
    const good = await synced(audited);
    expect(await rowsOf(good, DAILY, 'amount')).toEqual([{ amount: '11.00' }, { amount: '99.00' }]);
    expect(await stale(good)).toEqual([]);
  });

  test('an SQL that fails on some rows keeps that partition alone', async () => {
    const sql = `${frontMatter('')}SELECT day, sum(CAST(amount AS DECIMAL(3,2))) AS amount FROM sales GROUP BY day`;
    const lake = await synced({ ...SUMS, sql });
    expect(await rowsOf(lake, DAILY, 'day')).toEqual([{ day: '2024-01-01' }]);
    expect(await stale(lake)).toEqual([
      {
        partition: { day: '2024-01-02' },
        message: expect.stringMatching(/^audit computed: the SQL fails on these rows/),
      },
    ]);
  });

  test('under a new type for a column the failed partition has no rows, and the others can be read', async () => {
    await synced(SUMS);
    const words = 'audits:\n  - name: small\n    sql: SELECT * FROM this WHERE amount > 5\n';
    const sql = `${frontMatter(words)}SELECT day, CAST(sum(amount) AS BIGINT) AS amount FROM sales GROUP BY day`;
    const lake = await synced({ ...SUMS, sql });
    expect(await rowsOf(lake, DAILY)).toEqual([{ day: '2024-01-01', amount: 3 }]);
    expect((await stale(lake))?.map(({ partition }) => partition)).toEqual([{ day: '2024-01-02' }]);
  });

  test('a withdrawn file takes its stale partition along', async () => {
    await synced(audited);
    await put(landing, FIRST, 'id,amount\n1,101.00\n');
    await synced(audited);
    await landing.remove([FIRST]);
    const after = await synced(audited);
    expect(await rowsOf(after, DAILY, 'day')).toEqual([{ day: '2024-01-02' }]);
    expect(await stale(after)).toEqual([]);
  });
});

describe('a file that is refused as a whole', () => {
  test('keeps the rows of the version before, says why once, and gives way to a corrected one', async () => {
    await synced(SUMS);
    await put(landing, FIRST, 'id,price\n1,5.00\n');
    const { effects } = await synced(SUMS);
    await put(landing, FIRST, 'amount\n5.00\n');
    const refused = await ingest(effects, [{ source: FIRST }]);
    expect(refused.outcomes.map((o) => [o.result, o.report?.reason?.message])).toEqual([
      [
        'rejected',
        expect.stringMatching(/^the header lacks "id"; it has "amount" \(delimiter ","\)\. Correct/),
      ],
    ]);
    const lake = await synced(SUMS);
    expect((await rowsOf(lake, SALES, 'id')).map((row) => row.id)).toEqual([1, 3]);
    await put(landing, FIRST, 'id,amount\n7,5.00\n');
    expect((await rowsOf(await synced(SUMS), SALES, 'id')).map((row) => row.id)).toEqual([3, 7]);
  });
});
