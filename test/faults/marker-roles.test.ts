// A change of the contract makes data of a marker, or a marker of data, without another hash: what was found under the one meaning
// says nothing under the other, wherever a process died.
import { describe, expect, test } from 'vitest';
import type { Dataset } from '../../lib/core/contract.ts';
import { apply } from '../../lib/evolve/apply.ts';
import { rebuild } from '../../lib/evolve/rebuild.ts';
import { deliver } from '../../lib/local/deliver.ts';
import { crashAfterEach } from '../support/crashes.ts';
import {
  newStore,
  openPackage,
  openProcess,
  put,
  rowsOf,
  syncPrune,
  TestClock,
  type TestLake,
} from '../support/shop-lake.ts';
import { useWorld } from '../support/use-world.ts';

/** Rows tell the scope, and partitions: a file without rows has no data file. */
const worldOf = (words: object) =>
  useWorld(() =>
    openPackage({
      name: 'exports',
      resources: [
        {
          name: 'days',
          path: 'days/{run}/{part}.csv',
          mode: 'replace',
          scope: ['day'],
          partitionBy: ['day'],
          schema: {
            fields: [
              { name: 'day', type: 'date' },
              { name: 'n', type: 'integer' },
              { name: 'part' },
              { name: 'run' },
            ],
          },
          ...words,
        },
      ],
    }),
  );
const BY = { by: ['run'], newest: 'name' };
const marked = worldOf({ delivery: { ...BY, complete: 'done.csv' } });
const plain = worldOf({ delivery: BY });
const alone = worldOf({});
/** Each of its markers can be read in two ways, where `part` has two hyphens. */
const unclear = worldOf({ delivery: { ...BY, complete: 'days/{run}/ok-{part}-*.csv' } });

const clock = new TestClock();
const PART = 'days/1/part.csv';
const DONE = 'days/1/done.csv';
const UNCLEAR = 'days/1/ok-2-3-4.csv';

async function held(lake: TestLake): Promise<string[]> {
  const rows = await rowsOf(lake, { kind: 'tables', name: 'days' }, 'CAST(day AS VARCHAR) AS day, n');
  return rows.map(({ day, n }) => `${day} ${n}`);
}

async function landingOf(...keys: readonly string[]) {
  const landing = newStore(alone, clock, 'landing');
  for (const [i, key] of keys.entries()) await put(landing, key, `day,n\n2024-03-0${i + 1},${i + 1}\n`);
  return landing;
}

const FIRST = ['2024-03-01 1'];
const BOTH = ['2024-03-01 1', '2024-03-02 2'];

test('the meanings have one hash', () => {
  const hashes = [marked, plain, alone, unclear].map(({ catalog }) => catalog.datasets[0]?.hash);
  expect(new Set(hashes).size).toBe(1);
});

describe.each([
  { what: 'data of a marker', before: marked, after: plain, rows: BOTH },
  { what: 'data of a marker, and deliveries of files', before: marked, after: alone, rows: BOTH },
  { what: 'a marker of data', before: plain, after: marked, rows: FIRST },
])('a contract that makes $what', ({ before, after, rows }) => {
  test('counts after a crash at any effect', async () => {
    const landing = await landingOf(PART, DONE);
    const lake = newStore(before, clock, 'lake');
    await apply(openProcess(before, clock, landing, lake).effects);
    const run = async ({ effects, queues }: TestLake) => {
      await queues.files.send([{ source: DONE }, { source: PART }]);
      await deliver(effects, queues);
    };
    const crashes = await crashAfterEach({ world: before, clock, landing, lake }, run, async (left, when) => {
      const next = openProcess(after, clock, landing, left.effects.lake);
      await syncPrune(next);
      expect(next.dead, when).toEqual([]);
      expect(await held(next), when).toEqual(rows);
    });
    expect(crashes).toBeGreaterThan(4);
  });

  test('is what a rebuild goes by, whatever one that died had staged', async () => {
    const landing = await landingOf(PART, DONE);
    const lake = newStore(before, clock, 'lake');
    await syncPrune(openProcess(before, clock, landing, lake));
    // A rebuild asks before it gives up the rows of what is a marker now.
    const again = async ({ effects, queues }: TestLake, world = before) => {
      await rebuild(effects, world.catalog.datasets[0] as Dataset, { dropLost: true });
      await deliver(effects, queues);
    };
    const crashes = await crashAfterEach(
      { world: before, clock, landing, lake },
      again,
      async (left, when) => {
        const next = openProcess(after, clock, landing, left.effects.lake);
        await apply(next.effects);
        await again(next, after);
        expect(await held(next), when).toEqual(rows);
      },
    );
    expect(crashes).toBeGreaterThan(4);
  });
});

test('a marker that was refused for its name is read once the contract makes data of it', async () => {
  const landing = await landingOf(PART, UNCLEAR);
  const first = openProcess(unclear, clock, landing, newStore(unclear, clock, 'lake'));
  await syncPrune(first);
  expect(await held(first)).toEqual([]);
  const next = openProcess(alone, clock, landing, first.effects.lake);
  await syncPrune(next);
  expect(await held(next)).toEqual(BOTH);
});

test('a file that was refused for its rows is refused for its name once the contract makes a marker of it', async () => {
  const landing = await landingOf(PART);
  await put(landing, UNCLEAR, 'day,n\nno day,1\n');
  const first = openProcess(alone, clock, landing, newStore(alone, clock, 'lake'));
  await syncPrune(first);
  const next = openProcess(unclear, clock, landing, first.effects.lake);
  await syncPrune(next);
  const reports: string[] = [];
  for await (const { key } of next.effects.lake.list('files/days/'))
    if (key.includes('ok-2-3-4')) reports.push(new TextDecoder().decode(await next.effects.lake.read(key)));
  expect(reports).toEqual([expect.stringContaining('its name can be read in two ways')]);
});
