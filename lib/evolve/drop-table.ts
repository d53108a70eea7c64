// Drops a table that nothing defines any more: one commit takes its rows away. What it said stays readable by version until
// vacuum takes the data files; the log stays for ever, as every log does.

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

/** True also where another program wrote rows into it since. */
export function wasDropped(snapshot: Snapshot | undefined): boolean {
  return snapshot !== undefined && configuration(snapshot, DROPPED) !== undefined;
}

/** It has nothing to be dropped. */
export function isDropped(snapshot: Snapshot | undefined): boolean {
  return wasDropped(snapshot) && snapshot?.files.size === 0;
}

/** What dropping it would take away; undefined where there is no such table, or it was dropped already. */
export async function droppable({ tables }: Effects, table: string): Promise<Dropped | undefined> {
  return contents(table, await tables.latest(table));
}

function contents(table: string, snapshot: Snapshot | undefined): Dropped | undefined {
  if (snapshot === undefined || isDropped(snapshot)) return undefined;
  const { files, version } = snapshot;
  return { table, files: files.size, rows: recordCount(files.values()), version };
}

/** To be called for a table that is not defined. Repeating it changes nothing. */
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
