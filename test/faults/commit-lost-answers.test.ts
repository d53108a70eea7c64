// A store that fails before or after its n-th effect, or sends a request twice: delivering again ends in the state of one clean run.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { removeAction } from '../../lib/delta/partitions.ts';
import { type DeltaEffects, DeltaTables } from '../../lib/delta/tables.ts';
import type { ObjectStore } from '../../lib/ports.ts';
import { addFile, createTable, deltaCase, FIRST, file, NOW, paths, TABLE } from '../unit/delta-table-case.ts';

let effects: DeltaEffects;
let close: () => Promise<void>;
beforeEach(async () => {
  ({ effects, close } = await deltaCase());
});
afterEach(() => close());

const EFFECTS = new Set<string | symbol>(['write', 'create', 'upload', 'remove']);

/** Fails at the n-th call that changes the store: before it has happened, or after, so that only the answer is lost. */
function failingStore(store: ObjectStore, n: number, moment: 'before' | 'after'): ObjectStore {
  let effects = 0;
  return new Proxy(store, {
    get(target, name) {
      const member = Reflect.get(target, name) as unknown;
      if (typeof member !== 'function' || !EFFECTS.has(name)) return member;
      return async (...args: unknown[]) => {
        effects += 1;
        if (effects !== n) return Reflect.apply(member, target, args) as unknown;
        if (moment === 'after') await Reflect.apply(member, target, args);
        throw new Error(`connection lost ${moment} ${String(name)}`);
      };
    },
  });
}

/** Creates a table and brings it, in twelve commits, to the files 7 to 12. Every step may be repeated. */
async function planSource(tables: DeltaTables): Promise<void> {
  await tables.commit(TABLE, async (snapshot) =>
    snapshot ? undefined : { operation: 'CREATE TABLE', actions: FIRST },
  );
  for (let n = 1; n <= 12; n += 1)
    await tables.commit(TABLE, async (snapshot) => {
      const done = snapshot?.txns.get('step')?.version ?? 0;
      if (done >= n) return undefined;
      const old = snapshot?.files.get(file(n - 6).path);
      const removes = old ? [removeAction(old, NOW)] : [];
      return {
        operation: 'WRITE',
        actions: [...removes, { add: file(n) }, { txn: { appId: 'step', version: n } }],
      };
    });
}

async function state(tables: DeltaTables) {
  const snapshot = await tables.latest(TABLE);
  return {
    version: snapshot?.version,
    files: paths(snapshot?.files),
    removed: [...(snapshot?.tombstones.keys() ?? [])].sort(),
  };
}

const CLEAN = {
  version: 12,
  files: [10, 11, 12, 7, 8, 9].map((n) => `region=eu/${n}.parquet`),
  removed: [1, 2, 3, 4, 5, 6].map((n) => `region=eu/${n}.parquet`),
};

describe('commits', () => {
  // 13 entries, and a checkpoint with its hint.
  const faults = Array.from({ length: 16 }, (_, n) => n + 1).flatMap((n) => [
    { n, moment: 'before' as const },
    { n, moment: 'after' as const },
  ]);
  it.each(faults)('that fail $moment effect $n are made once when delivered again', async ({ n, moment }) => {
    const tables = new DeltaTables({ ...effects, store: failingStore(effects.store, n, moment) });
    let deliveries = 1;
    await planSource(tables).catch(async () => {
      deliveries += 1;
      await planSource(tables);
    });
    expect(await state(tables)).toEqual(CLEAN);
    expect(await state(new DeltaTables(effects))).toEqual(CLEAN);
    // The log alone knows how a lost answer ended, and a checkpoint's failure is nobody's business.
    const failsCommit = moment === 'before' && n !== 12 && n !== 13 && n < 16;
    expect(deliveries).toBe(failsCommit ? 2 : 1);
  });

  it('recognise their own entry when the request was sent twice', async () => {
    const twice = new Proxy(effects.store, {
      get(target, name) {
        if (name !== 'create') return Reflect.get(target, name) as unknown;
        return async (key: string, bytes: Uint8Array) => {
          await target.create(key, bytes);
          return target.create(key, bytes);
        };
      },
    });
    const tables = new DeltaTables({ ...effects, store: twice });
    await createTable(tables);
    expect(await addFile(tables, 1)).toMatchObject({
      committed: true,
      conflicts: 0,
      snapshot: { version: 1 },
    });
    expect((await tables.latest(TABLE))?.version).toBe(1);
  });

  it("do not take another writer's entry for their own when the answer is lost", async () => {
    const rival = new DeltaTables(effects);
    await createTable(rival);
    let lost = false;
    const store = new Proxy(effects.store, {
      get(target, name) {
        if (name !== 'create') return Reflect.get(target, name) as unknown;
        return async (key: string, bytes: Uint8Array) => {
          if (lost) return target.create(key, bytes);
          lost = true;
          await addFile(rival, 'rival');
          throw new Error('connection lost');
        };
      },
    });
    const result = await addFile(new DeltaTables({ ...effects, store }), 'mine');
    expect(result).toMatchObject({ committed: true, conflicts: 1, snapshot: { version: 2 } });
    expect(paths(result.snapshot?.files)).toEqual(['region=eu/mine.parquet', 'region=eu/rival.parquet']);
  });
});
