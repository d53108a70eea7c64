// A part of a table's log that turns out to be too short is lengthened, so that few beginnings lead to the whole of it.
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Action } from '../../lib/delta/actions.ts';
import { writeCheckpoint } from '../../lib/delta/checkpoint.ts';
import { type Entry, replay } from '../../lib/delta/snapshot.ts';
import { type DeltaEffects, DeltaTables } from '../../lib/delta/tables.ts';
import { withLogParts } from '../../lib/inspect/log-parts.ts';
import { countingStore, deltaCase, file, longLog, TABLE, writeEntries } from './delta-table-case.ts';

let effects: DeltaEffects;
let close: () => Promise<void>;
beforeEach(async () => {
  ({ effects, close } = await deltaCase());
});
afterEach(() => close());

const VERSIONS = 400;
const NEWEST = VERSIONS - 1;
/** Where the part begins, each time that it is begun: twice as far back as was asked for, and then at the beginning. */
const STARTS = [399, 397, 393, 385, 369, 337, 273, 145, 0];

/** Each file says in which version it came, but that of the version `untold`. */
function tagged({ version, actions }: Entry, untold?: number): Entry {
  if (version === untold) return { version, actions };
  const arrived = (action: Action): Action =>
    'add' in action
      ? { add: { ...action.add, tags: { ...action.add.tags, 'sluice.version': String(version) } } }
      : action;
  return { version, actions: actions.map(arrived) };
}

/** With checkpoints, as a large table has them. */
async function writeLog(untold?: number): Promise<void> {
  const entries = longLog(VERSIONS).map((entry) => tagged(entry, untold));
  await writeEntries(effects.store, entries);
  for (let version = 100; version < VERSIONS; version += 100)
    await writeCheckpoint(effects, TABLE, replay(undefined, entries.slice(0, version + 1)));
}

/**
 * Asks for one version after the other, from the newest back to `oldest`: how many files each had, and when that of version 5 came.
 * `starts`: where the log began each time that this was begun; -1 for the whole one.
 */
async function backTo(oldest: number) {
  const { store, counts } = countingStore(effects.store);
  const starts: number[] = [];
  const tables = new DeltaTables({ ...effects, store });
  const told = await withLogParts(tables, TABLE, [NEWEST], async (logs, begun) => {
    starts.push(begun.part?.base.version ?? -1);
    const sizes: number[] = [];
    for (let version = NEWEST; version >= oldest; version -= 1)
      sizes.push((await logs.find(TABLE, [version]))?.filesAt(version).length ?? 0);
    const fifth = begun.filesAt(NEWEST).filter(({ add }) => add.path === file(5).path);
    await logs.learn(begun, fifth);
    return { sizes, arrivals: begun.arrivalsIn(fifth).map(({ version }) => version) };
  });
  return { ...told, starts, reads: counts.read ?? 0 };
}

const sizesTo = (oldest: number) => Array.from({ length: VERSIONS - oldest }, (_, i) => NEWEST - i);

test('who asks for older and older versions, one by one, begins again few times', async () => {
  await writeLog();
  const { sizes, arrivals, starts, reads } = await backTo(0);
  expect([sizes, arrivals]).toEqual([sizesTo(0), [5]]);
  expect(starts).toEqual(STARTS);
  // The whole log is 400 reads, and the parts before it as many; each begins at most 100 entries after a checkpoint.
  expect(reads).toBeLessThan(4 * VERSIONS);
});

test.each([
  { oldest: NEWEST, starts: [NEWEST, -1] },
  { oldest: 200, starts: [...STARTS.slice(0, -1), -1] },
])(
  'it ends in the whole log where a file does not say when it came, and tells that: back to $oldest',
  async ({ oldest, starts }) => {
    await writeLog(5);
    expect(await backTo(oldest)).toMatchObject({ sizes: sizesTo(oldest), arrivals: [5], starts });
  },
);
