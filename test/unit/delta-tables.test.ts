import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeCheckpoint } from '../../lib/delta/checkpoint.ts';
import { removeAction } from '../../lib/delta/partitions.ts';
import { replay } from '../../lib/delta/snapshot.ts';
import { type DeltaEffects, DeltaTables } from '../../lib/delta/tables.ts';
import { CliError, CorruptionError } from '../../lib/errors.ts';
import {
  addFile,
  countingStore,
  createTable,
  deltaCase,
  FIRST,
  file,
  longLog,
  NOW,
  paths,
  TABLE,
  writeEntries,
} from './delta-table-case.ts';

let effects: DeltaEffects;
let logged: string[];
let close: () => Promise<void>;
beforeEach(async () => {
  ({ effects, logged, close } = await deltaCase());
});
afterEach(() => close());

const LOG = `${TABLE}/_delta_log`;
const entryName = (version: number) => `${LOG}/${String(version).padStart(20, '0')}.json`;
const checkpointName = (version: number) => `${LOG}/${String(version).padStart(20, '0')}.checkpoint.parquet`;
const names = (count: number) => Array.from({ length: count }, (_, n) => `region=eu/${n + 1}.parquet`).sort();
const encode = (text: string) => new TextEncoder().encode(text);

/** As the commit of its own version says it. */
const arrived = (n: number) => ({ ...file(n), tags: { ...file(n).tags, 'sluice.version': String(n) } });

/** A table with `count` files, one commit each after the first. */
async function table(count: number): Promise<DeltaTables> {
  const tables = new DeltaTables(effects);
  await createTable(tables);
  for (let n = 1; n <= count; n += 1) await addFile(tables, n);
  return tables;
}

/** Sound, but of other files than the table had in that version. */
async function otherCheckpoint(version: number): Promise<Uint8Array> {
  const other = 'tables/other';
  const actions = [...FIRST, { add: file('never there') }];
  await writeCheckpoint(effects, other, { ...replay(undefined, [{ version: 0, actions }]), version });
  const bytes = await effects.store.read(checkpointName(version).replace(TABLE, other));
  if (bytes === undefined) throw new Error('there is no checkpoint');
  return bytes;
}

describe('a table', () => {
  it('does not exist before its first commit', async () => {
    const tables = new DeltaTables(effects);
    expect(await tables.latest(TABLE)).toBeUndefined();
    await createTable(tables);
    expect((await tables.latest(TABLE))?.version).toBe(0);
  });

  it('has entries of one action a line, commitInfo first', async () => {
    await table(1);
    const lines = new TextDecoder().decode(await effects.store.read(entryName(1))).split('\n');
    expect(lines.slice(1)).toEqual([JSON.stringify({ add: arrived(1) }), '']);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      commitInfo: {
        timestamp: NOW,
        operation: 'WRITE',
        operationParameters: {},
        engineInfo: 'sluice',
        txnId: 'id-2',
        sluice: {
          digest: expect.stringMatching(/^[0-9a-f]{32}$/),
          parent: expect.stringMatching(/^[0-9a-f]{32}$/),
        },
      },
    });
  });

  it('seals each entry by its own text, its version and the entry before', async () => {
    await table(1);
    const texts = await Promise.all(
      [0, 1].map(async (version) => new TextDecoder().decode(await effects.store.read(entryName(version)))),
    );
    const [first, second] = texts.map((text) => JSON.parse(text.split('\n')[0] ?? '').commitInfo.sluice);
    const [, digest] = texts.map((text, version) => {
      const { sluice } = JSON.parse(text.split('\n')[0] ?? '').commitInfo;
      const blank = text.replace(`"digest":"${sluice.digest}"`, '"digest":""');
      return createHash('sha256').update(`${version}\n${blank}`).digest('hex').slice(0, 32);
    });
    expect(first).toEqual({ digest: expect.any(String), parent: null });
    expect(second).toEqual({ digest, parent: first.digest });
  });

  it('is not changed by a plan that has nothing to do', async () => {
    const tables = await table(1);
    const result = await tables.commit(TABLE, async () => undefined);
    expect(result).toMatchObject({ committed: false, conflicts: 0, snapshot: { version: 1 } });
  });

  it('can be seen as it was', async () => {
    const tables = await table(23);
    for (const reader of [tables, new DeltaTables(effects)])
      for (const version of [0, 1, 9, 10, 11, 22, 23])
        expect(paths((await reader.at(TABLE, version)).files)).toEqual(names(version));
    await expect(tables.at(TABLE, 24)).rejects.toBeInstanceOf(CliError);
    await expect(tables.at(TABLE, 24)).rejects.toThrow('tables/billing has no version 24: its newest is 23.');
    await expect(tables.at('tables/none', 0)).rejects.toThrow('there is no such table');
  });

  it('gives the entries between two versions, or none where one is missing', async () => {
    const tables = await table(20);
    const entries = await tables.entries(TABLE, 2, 20);
    expect(entries?.map((entry) => entry.version)).toEqual(Array.from({ length: 18 }, (_, n) => n + 3));
    expect(entries?.[0]?.actions[1]).toEqual({ add: arrived(3) });
    expect(await tables.entries(TABLE, 5, 5)).toEqual([]);
    expect(await tables.entries(TABLE, 5, 21)).toBeUndefined();
    await effects.store.remove([entryName(4)]);
    expect(await tables.entries(TABLE, 2, 20)).toBeUndefined();
  });
});

describe('loading', () => {
  it('reads only the entries that are new', async () => {
    await table(5);
    const { store, counts } = countingStore(effects.store);
    const reader = new DeltaTables({ ...effects, store });
    await reader.latest(TABLE);
    for (const method of Object.keys(counts)) delete counts[method];
    await addFile(new DeltaTables(effects), 6);
    expect(paths((await reader.latest(TABLE))?.files)).toEqual(names(6));
    // The entry that is known, the new one, and the one that is not there yet.
    expect(counts).toEqual({ read: 3 });
  });

  it('reads few objects of a long log that has a checkpoint', async () => {
    const entries = longLog(3000);
    await writeEntries(effects.store, entries);
    await writeCheckpoint(effects, TABLE, replay(undefined, entries.slice(0, 2991)));
    const { store, counts } = countingStore(effects.store);
    const snapshot = await new DeltaTables({ ...effects, store }).latest(TABLE);
    expect(snapshot?.version).toBe(2999);
    expect(snapshot?.files.size).toBe(2999);
    // _last_checkpoint, the entry of its version, and nine entries.
    expect(counts).toEqual({ read: 11, download: 1, list: 1 });
  });

  it('does without a hint, a readable checkpoint, or the entries before a checkpoint', async () => {
    await table(25);
    const expectWhole = async () =>
      expect(paths((await new DeltaTables(effects).latest(TABLE))?.files)).toEqual(names(25));
    await effects.store.write(`${LOG}/_last_checkpoint`, encode('{"version":'));
    await expectWhole();
    await effects.store.remove([`${LOG}/_last_checkpoint`]);
    await expectWhole();
    await effects.store.write(checkpointName(20), encode('rubbish'));
    await expectWhole();
    expect(logged).toEqual(['checkpoint.unreadable']);
    await effects.store.remove(Array.from({ length: 11 }, (_, version) => entryName(version)));
    await expectWhole();
    await effects.store.write(`${LOG}/_last_checkpoint`, encode('{"version":20,"size":1}'));
    await expectWhole();
  });

  it('of a past version does without checkpoints that are not what was written', async () => {
    await table(45);
    const past = async (version: number) => paths((await new DeltaTables(effects).at(TABLE, version)).files);
    for (const altered of [40, 20, 30, 10]) {
      await effects.store.write(checkpointName(altered), await otherCheckpoint(altered));
      for (const version of [10, 19, 20, 29, 30, 39, 40, 44])
        expect(await past(version), `${altered} is altered, version ${version}`).toEqual(names(version));
    }
    expect(new Set(logged)).toEqual(new Set(['checkpoint.unreadable']));
  });

  it('of a past version goes back beyond altered checkpoints near it, to an older one', async () => {
    const entries = longLog(400);
    await writeEntries(effects.store, entries);
    for (const version of [50, 250, 390])
      await writeCheckpoint(effects, TABLE, replay(undefined, entries.slice(0, version + 1)));
    await effects.store.write(checkpointName(250), await otherCheckpoint(250));
    const { store, counts } = countingStore(effects.store);
    const past = await new DeltaTables({ ...effects, store }).at(TABLE, 300);
    expect(paths(past.files)).toEqual(names(300));
    // _last_checkpoint, the entry of version 50, and those after it.
    expect(counts.read).toBe(2 + 250);
  });

  it('of a checkpoint alone gives the same time as the log', async () => {
    const tables = await table(10);
    const fresh = await new DeltaTables(effects).latest(TABLE);
    expect(fresh).toEqual(await tables.latest(TABLE));
    await effects.store.remove(Array.from({ length: 11 }, (_, version) => entryName(version)));
    expect(paths((await new DeltaTables(effects).latest(TABLE))?.files)).toEqual(names(10));
  });

  it('refuses a log with a gap or with rubbish in it', async () => {
    await table(5);
    const third = (await effects.store.read(entryName(3))) as Uint8Array;
    await effects.store.remove([entryName(3)]);
    await expect(new DeltaTables(effects).latest(TABLE)).rejects.toThrow(`${entryName(3)} is missing`);
    await effects.store.write(entryName(3), encode('{"add":\n'));
    await expect(new DeltaTables(effects).latest(TABLE)).rejects.toBeInstanceOf(CorruptionError);
    await expect(new DeltaTables(effects).latest(TABLE)).rejects.toThrow(
      `${entryName(3)} is damaged: line 1 is not JSON: "{\\"add\\":". To repair it: restore it from`,
    );
    await effects.store.write(entryName(3), third);
    expect((await new DeltaTables(effects).latest(TABLE))?.version).toBe(5);
  });
});

describe('a commit', () => {
  it.each([
    ['adds a live file', [{ add: file(1) }], 'adds region=eu/1.parquet which is live already'],
    ['adds a removed file again', [{ add: file(2) }], 'which was removed before: names are never reused'],
    [
      'removes what is not live',
      [removeAction(file(9), NOW)],
      'removes region=eu/9.parquet which is not live',
    ],
    ['removes and adds one name', [removeAction(file(1), NOW), { add: file(1) }], 'which is live already'],
    [
      'adds one name twice',
      [{ add: file(8) }, { add: file(8) }],
      'two actions for the file region=eu/8.parquet',
    ],
  ])('that %s is refused, and nothing is written', async (_, actions, message) => {
    const tables = await table(2);
    await tables.commit(TABLE, async () => ({ operation: 'DELETE', actions: [removeAction(file(2), NOW)] }));
    const commit = tables.commit(TABLE, async () => ({ operation: 'WRITE', actions }));
    await expect(commit).rejects.toBeInstanceOf(CorruptionError);
    await expect(commit).rejects.toThrow(message);
    expect((await tables.latest(TABLE))?.version).toBe(3);
  });

  it('that would begin a table without protocol and metaData is refused', async () => {
    await expect(addFile(new DeltaTables(effects), 1)).rejects.toBeInstanceOf(CorruptionError);
    expect(await effects.store.head(entryName(0))).toBeUndefined();
  });

  it('stands although its checkpoint fails', async () => {
    const tables = new DeltaTables({ ...effects, scratch: '/dev/null/nowhere' });
    await createTable(tables);
    for (let n = 1; n <= 10; n += 1) expect((await addFile(tables, n)).committed).toBe(true);
    expect(logged).toEqual(['checkpoint.failed']);
    expect((await new DeltaTables(effects).latest(TABLE))?.version).toBe(10);
  });
});
