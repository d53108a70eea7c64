// The newest versions of a table, told from its newest entries and the table before them: a log of very many versions is not read.
import type { Action, Add } from '../delta/actions.ts';
import type { Entry, Snapshot } from '../delta/snapshot.ts';
import type { DeltaTables } from '../delta/tables.ts';
import { wholeFiles } from '../lake/live-shares.ts';
import { type HistoryLog, historySince, tableHistory, type VersionHistory } from './history.ts';
import { readTableLog, timeOf } from './table-log.ts';

/** So many entries before the first one are read for their times: a version is never told as older than one before, and clocks differ. */
const TIMED = 100;

export type RecentHistory = { readonly newest: number; readonly versions: readonly VersionHistory[] };

/** Newest first, at most `limit`. Undefined for a missing table. Throws CliError for a missing entry. */
export async function recentHistory(
  tables: DeltaTables,
  prefix: string,
  limit: number,
  timed = TIMED,
): Promise<RecentHistory | undefined> {
  const newest = (await tables.latest(prefix))?.version;
  if (newest === undefined) return undefined;
  const base = newest - limit;
  if (base >= timed) {
    const before = await tables.at(prefix, base);
    const earlier = (await tables.entries(prefix, base - timed, base)) ?? [];
    const timeMs = Math.max(0, ...earlier.map(({ actions }) => timeOf(actions)));
    const entries = await tables.entries(prefix, base, newest);
    const log = entries && (await recentLog(tables, prefix, before, entries, timeMs));
    if (log) return { newest, versions: historySince(log, before) };
  }
  const log = await readTableLog(tables, prefix);
  return log && { newest: log.newest, versions: tableHistory(log).slice(0, limit) };
}

async function recentLog(
  tables: DeltaTables,
  prefix: string,
  before: Snapshot,
  entries: readonly Entry[],
  sinceMs: number,
): Promise<HistoryLog> {
  const removed = entries.flatMap(({ actions }) =>
    actions.flatMap((action) => ('remove' in action ? [action.remove.path] : [])),
  );
  const files = new Map<string, Add>();
  const old = removed.flatMap((path) => before.files.get(path) ?? []);
  for (const add of await wholeFiles(tables, prefix, old)) files.set(add.path, add);
  const whole: Entry[] = [];
  const times = new Map<number, number>();
  let timeMs = sinceMs;
  for (const entry of entries) {
    const actions = await wholeActions(tables, prefix, entry.actions);
    for (const action of actions) if ('add' in action) files.set(action.add.path, action.add);
    whole.push({ ...entry, actions });
    timeMs = Math.max(timeMs, timeOf(actions));
    times.set(entry.version, timeMs);
  }
  return {
    entries: whole,
    timeOf: (version) => times.get(version) ?? 0,
    lifespan: (path) => {
      const add = files.get(path);
      return add && { add };
    },
  };
}

async function wholeActions(
  tables: DeltaTables,
  prefix: string,
  actions: readonly Action[],
): Promise<readonly Action[]> {
  const adds = actions.flatMap((action) => ('add' in action ? [action.add] : []));
  const whole = await wholeFiles(tables, prefix, adds);
  let next = 0;
  return actions.map((action) => ('add' in action ? { add: whole[next++] ?? action.add } : action));
}
