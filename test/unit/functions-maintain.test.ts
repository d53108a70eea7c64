// What maintain asks for, closes and sweeps, over a lake in memory.
import { describe, expect, test } from 'vitest';
import { ingestBatch } from '../../lib/aws/ingest-batch.ts';
import { reconcileByMessages, sweepLake } from '../../lib/aws/maintain-lake.ts';
import { refreshBatch } from '../../lib/aws/refresh-batch.ts';
import { makeCatalog } from '../../lib/core/catalog.ts';
import { FakeLetters } from '../support/fake-letters.ts';
import {
  CSV,
  clock,
  common,
  created,
  DAILY,
  files,
  forEver,
  keyOf,
  lake,
  logged,
  measured,
  message,
  refreshes,
  useFunctionBatches,
} from '../support/function-batches.ts';
import { put } from '../support/shop-lake.ts';

useFunctionBatches();

const HOUR_MS = 3600_000;
/** The file of a day by six the next morning. */
const EVERY_DAY = {
  every: 'day',
  byMinutes: 360,
  daysAfter: 1,
  timezone: 'UTC',
  datedBy: { date: 'day' },
  per: [],
} as const;

describe('maintain', () => {
  test('asks for each file that the lake does not show, and for every derived table', async () => {
    for (const day of [1, 2]) await put(lake.effects.landing, keyOf(day), CSV);
    await reconcileByMessages(common(), () => false);
    expect(files.sent.map(({ source }) => source)).toEqual([keyOf(1), keyOf(2)]);
    expect(refreshes.sent).toHaveLength(lake.effects.catalog.derivations.length);
    expect(measured).toEqual({
      foreignCommits: [0],
      behindFiles: [2],
      vanishedFiles: [0],
      unexaminedFiles: [0],
    });
  });

  test('asks once for what waits, and again after longer and longer pauses where nothing does', async () => {
    await put(lake.effects.landing, keyOf(1), CSV);
    const asked = async (hours: number, waiting = 0) => {
      clock.pass(hours * HOUR_MS);
      files.sent.length = 0;
      await reconcileByMessages({ ...common(), waitingFiles: async () => waiting }, () => false);
      return files.sent.length;
    };
    expect(await asked(0)).toBe(1);
    for (let hour = 0; hour < 5; hour++) expect(await asked(1, 1)).toBe(0);
    expect(await asked(0)).toBe(1);
    expect(await asked(1)).toBe(0);
    expect(await asked(1)).toBe(1);
    expect(await asked(2)).toBe(0);
    // Another version is asked for at once, whatever waits.
    await put(lake.effects.landing, keyOf(1), `${CSV}2,bob,2.00\n`);
    expect(await asked(0, 7)).toBe(1);
    const { sizeBytes } = (await lake.effects.landing.head(keyOf(1))) ?? {};
    expect(files.sent).toEqual([{ source: keyOf(1), sizeBytes }]);
    expect(await asked(24, 7)).toBe(1);
    // What settled is forgotten; a damaged memory is none.
    await ingestBatch(common(), [message('1', { source: keyOf(1) })], forEver);
    expect(await asked(0)).toBe(0);
    await lake.effects.lake.write('asked/files.json', new TextEncoder().encode('{'));
    await put(lake.effects.landing, keyOf(2), CSV);
    expect(await asked(0)).toBe(1);
  });

  test('closes letters about what is settled, and those that repeat others', async () => {
    for (const day of [1, 2, 3]) await put(lake.effects.landing, keyOf(day), CSV);
    await ingestBatch(common(), [message('1', created(keyOf(1)))], forEver);
    const [fileLetters, refreshLetters] = [new FakeLetters(), new FakeLetters()];
    fileLetters.add(created(keyOf(1)));
    fileLetters.add(created(keyOf(2)));
    fileLetters.add({ source: keyOf(2), isSuspect: true });
    fileLetters.add({ source: keyOf(9) });
    fileLetters.add({ source: keyOf(1), dataset: 'gone' });
    fileLetters.add('no message');
    refreshLetters.add({ target: DAILY });
    refreshLetters.add({ target: { kind: 'insights', name: 'ghost' } });
    refreshLetters.add({ target: DAILY, arrivedMs: 5 });
    refreshLetters.add('no message');
    const letters = { files: fileLetters, refreshes: refreshLetters };
    const bodies = () => [...fileLetters.messages, ...refreshLetters.messages].map(({ body }) => body);
    const about2 = JSON.stringify(created(keyOf(2)));
    await reconcileByMessages({ ...common(), letters }, () => false);
    expect(bodies()).toEqual([about2, 'no message', JSON.stringify({ target: DAILY }), 'no message']);
    await ingestBatch(common(), [message('2', created(keyOf(2)))], forEver);
    expect(await refreshBatch(common(), [message('d', { target: DAILY })], forEver)).toEqual([]);
    await reconcileByMessages({ ...common(), letters }, () => false);
    expect(bodies()).toEqual(['no message', 'no message']);
    // A withdrawal that failed: nothing else knows of it.
    await lake.effects.landing.remove([keyOf(1)]);
    fileLetters.add(created(keyOf(1)));
    await reconcileByMessages({ ...common(), letters }, () => false);
    expect(bodies()).toContain(JSON.stringify(created(keyOf(1))));
    await ingestBatch(common(), [message('3', created(keyOf(1)))], forEver);
    await reconcileByMessages({ ...common(), letters }, () => false);
    expect(bodies()).toEqual(['no message', 'no message']);
  });

  test('looks for many files with the requests of a few pages', async () => {
    const count = 350;
    for (let n = 0; n < count; n++) {
      await put(lake.effects.landing, `sales/day=2024-01-01/${n}.csv`, CSV);
      await put(lake.effects.landing, `else/${n}.txt`, CSV);
    }
    const requests: string[] = [];
    const batch = common();
    const counting = new Proxy(batch.effects.lake, {
      get: (store, name: 'read') =>
        name === 'read' || name === 'head'
          ? (key: string) => {
              requests.push(key);
              return store[name](key);
            }
          : typeof store[name] === 'function'
            ? (store[name] as (...args: unknown[]) => unknown).bind(store)
            : store[name],
    });
    await reconcileByMessages({ ...batch, effects: { ...batch.effects, lake: counting } }, () => false);
    expect(files.sent).toHaveLength(2 * count);
    expect(requests).toEqual(['asked/files.json']);
    await ingestBatch(common(), [message('1', created('sales/day=2024-01-01/7.csv'))], forEver);
  });

  test('says what it left for want of time', async () => {
    await put(lake.effects.landing, keyOf(1), CSV);
    await reconcileByMessages(common(), () => true);
    expect(measured.unexaminedFiles).toEqual([1]);
    expect(logged).toContain('reconcile.unfinished');
  });

  test('does not withdraw what vanished, and says so', async () => {
    await put(lake.effects.landing, keyOf(1), CSV);
    await ingestBatch(common(), [message('1', created(keyOf(1)))], forEver);
    await lake.effects.landing.remove([keyOf(1)]);
    await reconcileByMessages(common(), () => false);
    expect(files.sent).toEqual([]);
    expect(measured.vanishedFiles).toEqual([1]);
    expect(logged).toContain('reconcile.vanished');
  });

  test('counts the files that a contract expects and that have not come, for the alarm', async () => {
    const { catalog } = lake.effects;
    const datasets = catalog.datasets.map((dataset) => ({
      ...dataset,
      ...(dataset.name === 'sales' ? { expect: EVERY_DAY } : {}),
    }));
    const insights = catalog.derivations.filter(({ target }) => target.kind === 'insights');
    const maintain = common({
      ...lake,
      effects: { ...lake.effects, catalog: makeCatalog(datasets, insights) },
    });
    await put(lake.effects.landing, keyOf(1), CSV);
    clock.pass(30 * HOUR_MS);
    const overdue = async () => {
      await reconcileByMessages(maintain, () => false);
      return measured.overdueFiles;
    };
    expect(await overdue()).toEqual([0]);
    expect(logged).not.toContain('reconcile.overdue');
    clock.pass(48 * HOUR_MS);
    // The third day is due now, and late from now on.
    expect(await overdue()).toEqual([0, 1]);
    clock.tick();
    expect(await overdue()).toEqual([0, 1, 2]);
    expect(logged).toContain('reconcile.overdue');
    // What waits in landing has come.
    await put(lake.effects.landing, keyOf(2), CSV);
    expect(await overdue()).toEqual([0, 1, 2, 1]);
    await reconcileByMessages(maintain, () => true);
    expect(measured.overdueFiles).toEqual([0, 1, 2, 1]);
  });

  test('sweeps what was replaced longer ago, and says how much', async () => {
    for (const text of [CSV, `${CSV}3,ann,2.50\n`]) {
      await put(lake.effects.landing, keyOf(1), text);
      expect(await ingestBatch(common(), [message('1', created(keyOf(1)))], forEver)).toEqual([]);
    }
    await sweepLake(common(), 7, () => false);
    expect(measured.sweptFiles).toEqual([0]);
    clock.pass(8 * 24 * 3600 * 1000);
    await sweepLake(common(), 7, () => false);
    // The data file of the first version, and its report.
    expect(measured.sweptFiles).toEqual([0, 2]);
    expect(logged).not.toContain('sweep.unfinished');
    await sweepLake(common(), 7, () => true);
    expect(logged).toContain('sweep.unfinished');
    await expect(sweepLake(common(), 0.01, () => false)).rejects.toThrow('too short');
  });
});
