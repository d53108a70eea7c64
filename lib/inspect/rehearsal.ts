// The lake to try changes on: reads see the real one, writes go to a scratch folder and end with it. What the use cases do there
// is what they would do in the lake, by the same code.
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DeltaTables } from '../delta/tables.ts';
import type { Effects } from '../lake/effects.ts';
import { overlayStore } from './overlay-store.ts';

/** `work` may not use what it was given afterwards. Landing is the real one: no use case writes to it. */
export async function rehearse<T>(effects: Effects, work: (rehearsal: Effects) => Promise<T>): Promise<T> {
  const { sql, clock, newId, scratch } = effects;
  const folder = await mkdtemp(join(scratch, 'rehearsal-'));
  try {
    const lake = overlayStore({ below: effects.lake, folder, clock });
    // Its events would be taken for those of the lake.
    const log = () => undefined;
    const tables = new DeltaTables({ store: lake, sql, clock, newId, log, scratch });
    // Whoever rehearses knows what follows from what: no messages are needed.
    const refreshes = { send: async () => {} };
    return await work({ ...effects, lake, tables, log, refreshes });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
