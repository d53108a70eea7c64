// The newest versions of a table are told as the end of its whole history, which reads every entry: also where clocks differ.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeCheckpoint } from '../../lib/delta/checkpoint.ts';
import { entryKey, logVersion } from '../../lib/delta/log-keys.ts';
import { replay } from '../../lib/delta/snapshot.ts';
import { type DeltaEffects, DeltaTables } from '../../lib/delta/tables.ts';
import { CliError } from '../../lib/errors.ts';
import { tableHistory, type VersionHistory } from '../../lib/inspect/history.ts';
import { readTableLog } from '../../lib/inspect/read-table-log.ts';
import { recentHistory } from '../../lib/inspect/recent-history.ts';
import type { ObjectStore } from '../../lib/ports.ts';
import { type Call, notedCalls } from '../support/noted-calls.ts';
import { deltaCase, longLog, NOW, TABLE, writeEntries } from './delta-table-case.ts';

let effects: DeltaEffects;
let close: () => Promise<void>;
beforeEach(async () => {
  ({ effects, close } = await deltaCase());
});
afterEach(() => close());

const inOrder = (version: number) => NOW + version;

async function wholeHistory(): Promise<VersionHistory[]> {
  const log = await readTableLog(new DeltaTables(effects), TABLE);
  return log === undefined ? [] : tableHistory(log);
}

function recent(limit: number, timed?: number, store: ObjectStore = effects.store) {
  return recentHistory(new DeltaTables({ ...effects, store }), TABLE, limit, timed);
}

/** The versions whose entries were read. */
function entriesRead(calls: readonly Call[]): Set<number> {
  const read = calls.flatMap(({ method, key }) => (method === 'read' ? (logVersion(key) ?? []) : []));
  return new Set(read.flatMap(({ kind, version }) => (kind === 'entry' ? [version] : [])));
}

test('a version is never told as older than one before it, whose clock was ahead', async () => {
  const [versions, timed] = [24, 6];
  // Of the version after the base, the first entry that is looked at decides; none before it does.
  const aheadBy = timed + 1;
  for (let ahead = 0; ahead < versions; ahead += 1) {
    await writeEntries(
      effects.store,
      longLog(versions, (version) => inOrder(version) + (version === ahead ? aheadBy : 0)),
    );
    const whole = await wholeHistory();
    expect(whole).toHaveLength(versions);
    for (let limit = 1; limit <= versions + 1; limit += 1)
      expect(await recent(limit, timed), `${limit} versions, ${ahead} was ahead`).toEqual({
        newest: versions - 1,
        versions: whole.slice(0, limit),
      });
  }
});

test('a table of few more versions than are shown is read as a whole, a longer one is not', async () => {
  await writeEntries(effects.store, longLog(120, inOrder));
  const whole = await wholeHistory();
  await writeCheckpoint(effects, TABLE, replay(undefined, longLog(101, inOrder)));
  const entriesFor = async (limit: number) => {
    const { store, calls } = notedCalls(effects.store);
    expect((await recent(limit, 100, store))?.versions).toEqual(whole.slice(0, limit));
    return entriesRead(calls);
  };
  // 100 versions are before those that are shown, then 101.
  expect(await entriesFor(20)).toContain(0);
  expect(await entriesFor(19)).not.toContain(0);
});

test('of a long log no more is read than for its times', async () => {
  const entries = longLog(1000, inOrder);
  await writeEntries(effects.store, entries);
  for (const version of [900, 990])
    await writeCheckpoint(effects, TABLE, replay(undefined, entries.slice(0, version + 1)));
  const { store, calls } = notedCalls(effects.store);
  expect((await recent(20, 100, store))?.versions).toEqual((await wholeHistory()).slice(0, 20));
  // The newest 20, and 100 before.
  const read = entriesRead(calls);
  expect(Math.min(...read)).toBe(880);
  expect(read.size).toBe(120);
});

test('an entry that is missing before those that are shown does not matter; among them it is an error', async () => {
  const entries = longLog(60, inOrder);
  await writeEntries(effects.store, entries);
  await writeCheckpoint(effects, TABLE, replay(undefined, entries.slice(0, 51)));
  const whole = await wholeHistory();
  await effects.store.remove([entryKey(TABLE, 45)]);
  await expect(wholeHistory()).rejects.toThrow(/lacks an entry between the versions 40 and 47,/);
  expect((await recent(9, 10))?.versions).toEqual(whole.slice(0, 9));
  for (const limit of [15, 55]) await expect(recent(limit, 10)).rejects.toBeInstanceOf(CliError);
});

test('of no table there is none', async () => {
  expect(await recent(5)).toBeUndefined();
});
