// Drops a table that is no longer defined: one commit removes its rows. Older versions stay readable until vacuum deletes
// the data files; the log is kept forever, like every log.

import { removeAction } from '../delta/partitions.ts';
import { configuration, type Snapshot } from '../delta/snapshot.ts';
import { recordCount } from '../delta/stats.ts';
import type { Effects } from '../lake/effects.ts';
import { DROPPED } from '../lake/tags.ts';

export type Dropped = {
  /** `insights/<name>` */
  readonly table: string;
  readonly files: number;
  readonly rows: number;
  /** The last one with rows. */
  readonly version: number;
};

/** Also true if another program wrote rows into it since. */
export function wasDropped(snapshot: Snapshot | undefined): boolean {
  return snapshot !== undefined && configuration(snapshot, DROPPED) !== undefined;
}

/** The table has nothing to drop. */
export function isDropped(snapshot: Snapshot | undefined): boolean {
  return wasDropped(snapshot) && snapshot?.files.size === 0;
}

/** What dropping it would remove; undefined if there is no such table, or it was dropped already. */
export async function droppable({ tables }: Effects, table: string): Promise<Dropped | undefined> {
  return contents(table, await tables.latest(table));
}

function contents(table: string, snapshot: Snapshot | undefined): Dropped | undefined {
  if (snapshot === undefined || isDropped(snapshot)) return undefined;
  const { files, version } = snapshot;
  return { table, files: files.size, rows: recordCount(files.values()), version };
}

/** Call it only for a table that is not defined. Safe to repeat. */
export async function dropTable(effects: Effects, table: string): Promise<Dropped | undefined> {
  const { planned } = await effects.tables.commit(table, async (snapshot) => {
    const dropped = contents(table, snapshot);
    if (snapshot === undefined || dropped === undefined) return undefined;
    const now = effects.clock();
    const configuration = { ...snapshot.metadata.configuration, [DROPPED]: now.toISOString() };
    const metaData = { ...snapshot.metadata, configuration };
    const removes = [...snapshot.files.values()].map((add) => removeAction(add, now.getTime()));
    return { actions: [{ metaData }, ...removes], operation: 'DROP', dropped };
  });
  if (planned === undefined) return undefined;
  effects.log('info', 'drop.committed', { table, rows: planned.dropped.rows });
  return planned.dropped;
}
