// What a vacuum must leave and what it must take, found out anew from the log entries, one version after the other.
import { objectKey } from '../../lib/delta/partitions.ts';
import type { ObjectVersion } from '../../lib/ports.ts';
import type { TestLake } from './shop-lake.ts';

const TABLE = /^((?:tables|arrivals|insights)\/[^/]+)\/(.*)$/;

/** Data files by table, as they lie in the store. */
export async function dataFiles({ effects }: TestLake): Promise<Map<string, ObjectVersion[]>> {
  const files = new Map<string, ObjectVersion[]>();
  for (const kind of ['tables', 'arrivals', 'insights'])
    for await (const object of effects.lake.list(`${kind}/`)) {
      const [, table = '', rest = ''] = TABLE.exec(object.key) ?? [];
      const known = files.get(table) ?? [];
      files.set(table, rest.startsWith('_delta_log/') ? known : [...known, object]);
    }
  return files;
}

/** The data files that some version shows which was the newest at `sinceMs` or later. */
export async function shownSince({ effects }: TestLake, table: string, sinceMs: number): Promise<string[]> {
  const shown = new Set<string>();
  let live = new Set<string>();
  for (let version = 0; ; version += 1) {
    const key = `${table}/_delta_log/${String(version).padStart(20, '0')}.json`;
    const written = await effects.lake.head(key);
    // Until this entry came, the version before it was the newest.
    if (written === undefined || written.lastModifiedMs >= sinceMs) for (const path of live) shown.add(path);
    if (written === undefined) return [...shown].sort();
    live = new Set(live);
    const lines = new TextDecoder()
      .decode(await effects.lake.read(key))
      .trim()
      .split('\n');
    for (const action of lines.map((line) => JSON.parse(line))) {
      if (action.remove) live.delete(objectKey(table, action.remove.path));
      if (action.add) live.add(objectKey(table, action.add.path));
    }
  }
}

/** Which data files are missing that a version since `sinceMs` shows; and which are there, older than that, that none does. */
export async function wrongFiles(
  lake: TestLake,
  sinceMs: number,
): Promise<{ lost: string[]; left: string[] }> {
  const [lost, left]: [string[], string[]] = [[], []];
  for (const [table, present] of await dataFiles(lake)) {
    const shown = await shownSince(lake, table, sinceMs);
    const keys = present.map(({ key }) => key);
    const old = present.filter(({ lastModifiedMs }) => lastModifiedMs < sinceMs);
    lost.push(...shown.filter((key) => !keys.includes(key)));
    left.push(...old.map(({ key }) => key).filter((key) => !shown.includes(key)));
  }
  return { lost, left };
}
