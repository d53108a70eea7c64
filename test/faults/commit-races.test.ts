// Many writers at once: every version has one writer, and nothing that was committed is lost.
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { fileStore } from '../../lib/adapters/file-store.ts';
import { type DeltaEffects, DeltaTables } from '../../lib/delta/tables.ts';
import { TryAgainError } from '../../lib/errors.ts';
import type { ObjectStore } from '../../lib/ports.ts';
import { raceTwentyWriters } from '../support/racing-writers.ts';
import { testTemp } from '../support/temp.ts';
import { addFile, createTable, deltaCase, TABLE } from '../unit/delta-table-case.ts';

let effects: DeltaEffects;
let folder: string;
let close: () => Promise<void>;
beforeEach(async () => {
  ({ effects, close } = await deltaCase());
  folder = testTemp();
});
afterEach(() => close());

const STORES: [string, () => ObjectStore][] = [
  ['memory', () => effects.store],
  ['a folder', () => fileStore(join(folder, 'lake'))],
];

it.each(STORES)('twenty writers in %s all commit, each version once', async (_, make) => {
  const { commits } = await raceTwentyWriters({ ...effects, store: make() });
  expect(commits).toBe(60);
});

it('a writer pauses after each lost race, and before the first attempt not at all', async () => {
  const rival = new DeltaTables(effects);
  await createTable(rival);
  const pauses: number[] = [];
  const pause = async (attempt: number) => void pauses.push(attempt);
  const tables = new DeltaTables({ ...effects, pause });
  expect(await addFile(tables, 'alone')).toMatchObject({ committed: true, conflicts: 0 });
  expect(pauses).toEqual([]);
  const result = await tables.commit(TABLE, async () => {
    if (pauses.length < 2) await addFile(rival, `rival-${pauses.length}`);
    return { operation: 'WRITE', actions: [{ txn: { appId: 'late', version: 1 } }] };
  });
  expect(result).toMatchObject({ committed: true, conflicts: 2, snapshot: { version: 4 } });
  expect(pauses).toEqual([1, 2]);
});

it('a table is created once by many creators', async () => {
  const creators = Array.from({ length: 10 }, (_, n) =>
    new DeltaTables(effects).commit(TABLE, async (snapshot) =>
      snapshot
        ? undefined
        : {
            operation: 'CREATE TABLE',
            actions: [
              { protocol: { minReaderVersion: 1, minWriterVersion: 2 } },
              {
                metaData: {
                  id: String(n),
                  name: 'billing',
                  format: { provider: 'parquet', options: {} },
                  schemaString: '{"type":"struct","fields":[]}',
                  partitionColumns: [],
                  configuration: {},
                  createdTime: 0,
                },
              },
            ],
          },
    ),
  );
  const results = await Promise.all(creators);
  expect(results.filter((result) => result.committed)).toHaveLength(1);
  expect(new Set(results.map((result) => result.snapshot?.metadata.id)).size).toBe(1);
});

it('a writer that is always beaten gives up after a hundred attempts', async () => {
  const tables = new DeltaTables(effects);
  await createTable(tables);
  const rival = new DeltaTables(effects);
  let plans = 0;
  const commit = tables.commit(TABLE, async () => {
    plans += 1;
    await addFile(rival, `rival-${plans}`);
    return { operation: 'WRITE', actions: [{ txn: { appId: 'late', version: 1 } }] };
  });
  await expect(commit).rejects.toBeInstanceOf(TryAgainError);
  expect(plans).toBe(100);
  expect((await rival.latest(TABLE))?.version).toBe(100);
});
