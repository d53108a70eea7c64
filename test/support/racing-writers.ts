// Twenty writers of one Delta table at once, in any store; and that every version is one writer's and no file is lost.
import { expect } from 'vitest';
import { type CommitResult, type DeltaEffects, DeltaTables } from '../../lib/delta/tables.ts';
import { addFile, createTable, paths, TABLE } from '../unit/delta-table-case.ts';

const WRITERS = 20;
const COMMITS_EACH = 3;

export type Race = { readonly commits: number; readonly conflicts: number };

/** Each writer knows nothing of the others but by the store. The race is one: some attempts were beaten. */
export async function raceTwentyWriters(effects: DeltaEffects): Promise<Race> {
  await createTable(new DeltaTables(effects));
  const writers = Array.from({ length: WRITERS }, async (_, writer) => {
    const tables = new DeltaTables(effects);
    const results: CommitResult[] = [];
    for (let n = 0; n < COMMITS_EACH; n += 1) results.push(await addFile(tables, `${writer}-${n}`));
    return results;
  });
  const results = (await Promise.all(writers)).flat();
  await expectOneWriterEach(results, new DeltaTables(effects));
  const conflicts = results.reduce((sum, result) => sum + result.conflicts, 0);
  expect(conflicts).toBeGreaterThan(0);
  return { commits: results.length, conflicts };
}

async function expectOneWriterEach(results: readonly CommitResult[], reader: DeltaTables): Promise<void> {
  const commits = WRITERS * COMMITS_EACH;
  expect(results.every(({ committed }) => committed)).toBe(true);
  const versions = results.map(({ snapshot }) => snapshot?.version ?? -1);
  expect(versions.toSorted((a, b) => a - b)).toEqual(Array.from({ length: commits }, (_, n) => n + 1));
  const expected = results.map(
    (_, n) => `region=eu/${Math.floor(n / COMMITS_EACH)}-${n % COMMITS_EACH}.parquet`,
  );
  expect(paths((await reader.latest(TABLE))?.files)).toEqual(expected.toSorted());
  for (const { snapshot } of results)
    expect(paths((await reader.at(TABLE, snapshot?.version ?? -1)).files)).toEqual(paths(snapshot?.files));
}
