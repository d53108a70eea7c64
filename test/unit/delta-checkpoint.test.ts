import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Action, Add } from '../../lib/delta/actions.ts';
import { type LogEffects, readCheckpoint, writeCheckpoint } from '../../lib/delta/checkpoint.ts';
import { removeAction } from '../../lib/delta/partitions.ts';
import { type Entry, replay, type Snapshot } from '../../lib/delta/snapshot.ts';
import { deltaCase, FIRST, file, METADATA, NOW, TABLE } from './delta-table-case.ts';

let effects: Awaited<ReturnType<typeof deltaCase>>['effects'];
let close: () => Promise<void>;
beforeAll(async () => {
  ({ effects, close } = await deltaCase());
});
afterAll(() => close());

async function throughCheckpoint(
  snapshot: Snapshot,
  world: LogEffects = effects,
): Promise<Snapshot | undefined> {
  await writeCheckpoint({ ...world, clock: () => new Date(NOW) }, TABLE, snapshot);
  return readCheckpoint(world, TABLE, snapshot.version);
}

const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const texts = fc.dictionary(text, text, { maxKeys: 3, noNullPrototype: true });
const add = fc.record<Omit<Add, 'path'>, 'partitionValues' | 'size' | 'modificationTime' | 'dataChange'>(
  {
    partitionValues: fc.dictionary(text, fc.option(text), { maxKeys: 3, noNullPrototype: true }),
    size: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
    modificationTime: fc.nat({ max: NOW }),
    dataChange: fc.boolean(),
    stats: text,
    tags: texts,
  },
  { requiredKeys: ['partitionValues', 'size', 'modificationTime', 'dataChange'], noNullPrototype: true },
);
const step = fc.oneof(
  { weight: 5, arbitrary: add.map((file) => ({ kind: 'add' as const, file })) },
  { weight: 3, arbitrary: fc.nat().map((which) => ({ kind: 'remove' as const, which })) },
  fc.record({
    kind: fc.constant('txn' as const),
    appId: text,
    version: fc.maxSafeNat(),
    timed: fc.boolean(),
  }),
  texts.map((configuration) => ({ kind: 'configure' as const, configuration })),
);

/** A log in which each commit does some steps, at most one for each thing. */
function history(commits: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[][]): Entry[] {
  const live = new Map<string, Add>();
  let names = 0;
  const entries = commits.map((steps, index): Entry => {
    const actions = new Map<string, Action>();
    const before = [...live.values()];
    for (const one of steps) {
      if (one.kind === 'add') {
        names += 1;
        const added = { ...one.file, path: `p=${encodeURIComponent('ä/%')}/${names}.parquet` };
        live.set(added.path, added);
        actions.set(added.path, { add: added });
      } else if (one.kind === 'remove') {
        const old = before[one.which % Math.max(1, before.length)];
        if (old === undefined || !live.delete(old.path)) continue;
        actions.set(old.path, removeAction(old, NOW - index));
      } else if (one.kind === 'txn') {
        const txn = { appId: one.appId, version: one.version, ...(one.timed ? { lastUpdated: NOW } : {}) };
        actions.set(`txn ${one.appId}`, { txn });
      } else actions.set('metaData', { metaData: { ...METADATA, configuration: one.configuration } });
    }
    return { version: index + 1, actions: [...actions.values()] };
  });
  return [{ version: 0, actions: FIRST }, ...entries];
}

describe('a checkpoint', () => {
  it('comes to the same as the log that it stands for', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(step, { maxLength: 8 }), { maxLength: 8 }), async (commits) => {
        const snapshot = replay(undefined, history(commits));
        const read = await throughCheckpoint(snapshot);
        // Neither the commit's time nor who made it is in a checkpoint.
        const state = (some: Snapshot | undefined) => ({ ...some, timestampMs: 0, foreign: [] });
        expect(state(read)).toEqual(state(snapshot));
      }),
      { numRuns: 60 },
    );
  });

  it('is announced with its counts and a checksum', async () => {
    const actions = [...FIRST, { add: file('a') }, { add: file('b') }, { txn: { appId: 'x', version: 1 } }];
    await throughCheckpoint(replay(undefined, [{ version: 0, actions }]));
    const hint = JSON.parse(
      new TextDecoder().decode(await effects.store.read(`${TABLE}/_delta_log/_last_checkpoint`)),
    );
    const bytes = (await effects.store.head(`${TABLE}/_delta_log/00000000000000000000.checkpoint.parquet`))
      ?.sizeBytes;
    const key = `${TABLE}/_delta_log/00000000000000000000.checkpoint.parquet`;
    const sha256 = createHash('sha256')
      .update((await effects.store.read(key)) ?? '')
      .digest('hex');
    const content = sha256.slice(0, 32);
    const canonical = `"numOfAddFiles"=2,"size"=5,"sizeInBytes"=${bytes},"tags"+"sluice.content.0"="${content}","version"=0`;
    const checksum = createHash('md5').update(canonical).digest('hex');
    const tags = { 'sluice.content.0': content };
    expect(hint).toEqual({ version: 0, size: 5, sizeInBytes: bytes, numOfAddFiles: 2, tags, checksum });
  });

  it('forgets tombstones after seven days', async () => {
    const week = 7 * 24 * 3600 * 1000;
    const snapshot = replay(undefined, [
      { version: 0, actions: [...FIRST, { add: file('old') }, { add: file('recent') }] },
      {
        version: 1,
        actions: [removeAction(file('old'), NOW - week - 1), removeAction(file('recent'), NOW - week)],
      },
    ]);
    const read = await throughCheckpoint(snapshot);
    expect([...(read?.tombstones.keys() ?? [])]).toEqual(['region=eu/recent.parquet']);
  });

  it('holds an action of more than sixteen megabytes', async () => {
    const configuration = { 'sluice.pending': 'x'.repeat(17 * 1024 * 1024) };
    const snapshot = replay(undefined, [
      { version: 0, actions: [FIRST[0] as Action, { metaData: { ...METADATA, configuration } }] },
    ]);
    expect((await throughCheckpoint(snapshot))?.metadata.configuration).toEqual(configuration);
  });

  it('that is no Parquet file is passed over, and said so', async () => {
    const events: string[] = [];
    const world: LogEffects = { ...effects, log: (_level, event) => events.push(event) };
    await world.store.write(
      `${TABLE}/_delta_log/00000000000000000077.checkpoint.parquet`,
      new TextEncoder().encode('rubbish'),
    );
    expect(await readCheckpoint(world, TABLE, 77)).toBeUndefined();
    expect(await readCheckpoint(world, TABLE, 78)).toBeUndefined();
    expect(events).toEqual(['checkpoint.unreadable']);
  });
});
