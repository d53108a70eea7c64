// A table's past by its whole log, held against a replay of each version by itself: whatever is removed and added again. A part of
// a log does not answer what takes all of it.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Action, Add } from '../../lib/delta/actions.ts';
import { replay } from '../../lib/delta/snapshot.ts';
import { TableLog } from '../../lib/inspect/table-log.ts';
import { tries } from '../support/tries.ts';
import { FIRST, file, NOW, TABLE } from './delta-table-case.ts';

const PATHS = ['a', 'b', 'c'];
const change = fc.record({
  path: fc.constantFrom(...PATHS),
  how: fc.constantFrom('add', 'remove'),
  size: fc.nat(9),
});

function add(path: string, size: number): Add {
  return { path, size, partitionValues: { p: path }, modificationTime: 0, dataChange: true } as Add;
}

test('the files of each version are those that a replay up to it finds', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uniqueArray(change, { selector: ({ path }) => path }), { maxLength: 8 }),
      (commits) => {
        const entries = commits.map((changes, version) => ({
          version,
          id: '',
          actions: changes.map(
            ({ path, how, size }): Action =>
              how === 'add' ? { add: add(path, size) } : ({ remove: { path, dataChange: true } } as Action),
          ),
        }));
        const log = new TableLog('tables/t');
        log.append(entries);
        const live = new Map<string, number>();
        for (const [version, changes] of commits.entries()) {
          for (const { path, how, size } of changes)
            if (how === 'add') live.set(path, size);
            else live.delete(path);
          const expected = [...live].sort();
          const found = log.filesAt(version).map(({ add }) => [add.path, add.size]);
          expect(found.sort()).toEqual(expected);
          for (const path of PATHS)
            expect(log.partitionAt(version, { p: path }).map(({ add }) => add.size)).toEqual(
              live.has(path) ? [live.get(path)] : [],
            );
        }
        for (const path of PATHS) expect(log.lifespan(path)?.until === Infinity).toBe(live.has(path));
      },
    ),
    tries(500),
  );
});

test('a part of a log refuses to tell what it cannot know', () => {
  const base = replay(undefined, [{ version: 0, actions: [...FIRST, { add: file('a') }] }]);
  const log = new TableLog(TABLE, { base, present: base });
  const asks = [
    () => log.versionAt(NOW),
    () => log.ofSource('a'),
    () => log.sources(),
    () => log.sourcesSince(0),
  ];
  for (const ask of asks)
    expect(ask).toThrow(
      'of the log of tables/billing only what came after version 0 was read: readTableLog reads all of it',
    );
});
