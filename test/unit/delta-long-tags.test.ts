// A snapshot says in place of long tags which entry of the log has them, whatever other programs did with the file meanwhile.
import { describe, expect, it } from 'vitest';
import type { Action, Add } from '../../lib/delta/actions.ts';
import {
  longTagsIn,
  longTagsPlace,
  positionsIn,
  SHARES,
  tagsOfPart,
  withLongTags,
} from '../../lib/delta/long-tags.ts';
import { removeAction } from '../../lib/delta/partitions.ts';
import { replay, type Snapshot } from '../../lib/delta/snapshot.ts';
import { wholeEntries } from '../../lib/inspect/whole-entries.ts';
import { FIRST, file, NOW } from './delta-table-case.ts';

const long: Add = { ...file('a'), tags: { [SHARES]: 'what it has of each', other: 'short' } };
const only = ({ files }: Snapshot) => [...files.values()][0] as Add;

function replayed(...commits: (readonly Action[])[]): Snapshot {
  return replay(
    undefined,
    commits.map((actions, version) => ({ version, actions })),
  );
}

describe('long tags', () => {
  it('are in the entry, and not in the snapshot', () => {
    const lean = only(replayed(FIRST, [{ add: long }]));
    expect(lean.tags).toEqual({ other: 'short', 'sluice.entry': `1 ${long.path}` });
    expect(withLongTags(lean, longTagsIn([{ add: long }]), long.path)?.tags).toEqual({
      ...lean.tags,
      ...long.tags,
    });
    expect(withLongTags(lean, longTagsIn([{ add: file('b') }]), long.path)).toBeUndefined();
  });

  it('are found where another program added the file again from what a snapshot says', async () => {
    const before = only(replayed(FIRST, [{ add: long }]));
    const log = [FIRST, [{ add: long }], [removeAction(long, NOW)], [{ add: before }]];
    const restored = only(replayed(...log));
    expect(longTagsPlace(restored)).toEqual({ version: 1, path: long.path });
    const whole = { ...before, tags: { ...before.tags, ...long.tags } };
    const entries = log.map((actions, version) => ({ version, actions }));
    const never = { entries: async () => undefined };
    for (const known of [0, 1, 2, 3]) {
      const later = await wholeEntries(never, 'tables/t', entries.slice(known), entries.slice(0, known));
      expect(later.at(-1)?.actions).toEqual([{ add: whole }]);
    }
    const store = {
      entries: async (_: string, after: number, upTo: number) => entries.slice(after + 1, upTo + 1),
    };
    const [alone] = await wholeEntries(store, 'tables/t', entries.slice(3));
    expect(alone?.actions).toEqual([{ add: whole }]);
    const unseen = [{ version: 3, actions: [{ add: { ...before } }] }];
    const cut = wholeEntries(never, 'tables/t', unseen);
    await expect(cut).rejects.toThrow(/no longer has the entry of version 1/);
  });

  it('are those of the newest entry that has them', () => {
    const later = { ...long, tags: { [SHARES]: 'another list' } };
    const log = [FIRST, [{ add: long }], [{ add: later }]];
    expect(longTagsPlace(only(replayed(...log)))?.version).toBe(2);
  });

  it('are listed once, whichever files have some of it', () => {
    const lean = only(replayed(FIRST, [{ add: long }]));
    const tags = tagsOfPart(lean, [0, 1, 2, 4, 6, 7]);
    expect(tags).toEqual({ 'sluice.entry': `1 ${long.path}`, 'sluice.positions': '0-2 4 6-7' });
    const part: Add = { ...file('b'), ...(tags && { tags }) };
    expect(positionsIn(part)).toEqual([0, 1, 2, 4, 6, 7]);
    expect(positionsIn(long)).toBeUndefined();
    expect(tagsOfPart(long, [0])).toBeUndefined();
    const log = [FIRST, [{ add: long }], [removeAction(long, NOW), { add: part }]];
    expect(only(replayed(...log))).toEqual(part);
  });

  it('leave a file alone that has none, also with null in place of tags', () => {
    const foreign = { ...file('a'), tags: null } as unknown as Add;
    expect(only(replayed(FIRST, [{ add: foreign }]))).toBe(foreign);
    expect(longTagsPlace(foreign)).toBeUndefined();
  });
});
