// Many writers at once: every version has one writer, and nothing that was committed is lost.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileStore } from '../../lib/adapters/file-store.ts';
import { type DeltaEffects, DeltaTables } from '../../lib/delta/tables.ts';
import { TryAgainError } from '../../lib/errors.ts';
import type { ObjectStore } from '../../lib/ports.ts';
import { addFile, createTable, deltaCase, paths, TABLE } from '../unit/delta-table-case.ts';

let effects: DeltaEffects;
let folder: string;
let close: () => Promise<void>;
beforeEach(async () => {
  ({ effects, close } = await deltaCase());
  folder = await mkdtemp(join(tmpdir(), 'sluice-test-races-'));
});
afterEach(async () => {
  await close();
  await rm(folder, { recursive: true, force: true });
});

const STORES: [string, () => ObjectStore][] = [
  ['memory', () => effects.store],
  ['a folder', () => fileStore(join(folder, 'lake'))],
];

describe.each(STORES)('twenty writers in %s', (_, make) => {
  it('all commit, each version once', async () => {
    const store = make();
    await createTable(new DeltaTables({ ...effects, store }));
    const writers = Array.from({ length: 20 }, async (_, writer) => {
      const tables = new DeltaTables({ ...effects, store });
      const results = [];
      for (let n = 0; n < 3; n += 1) results.push(await addFile(tables, `${writer}-${n}`));
      return results;
    });
    const results = (await Promise.all(writers)).flat();
    expect(results.every((result) => result.committed)).toBe(true);
    const versions = results.map((result) => result.snapshot?.version ?? -1);
    expect(versions.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, n) => n + 1));
    expect(results.some((result) => result.conflicts > 0)).toBe(true);

    const reader = new DeltaTables({ ...effects, store });
    const expected = results.map((_, n) => `region=eu/${Math.floor(n / 3)}-${n % 3}.parquet`);
    expect(paths((await reader.latest(TABLE))?.files)).toEqual(expected.toSorted());
    for (const { snapshot } of results)
      expect(paths((await reader.at(TABLE, snapshot?.version ?? -1)).files)).toEqual(paths(snapshot?.files));
  });
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
