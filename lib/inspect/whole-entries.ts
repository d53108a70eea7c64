// Log entries as they would be if no data file pointed to a list of sources in another entry.
import type { Action } from '../delta/actions.ts';
import type { Entry } from '../delta/snapshot.ts';
import type { DeltaTables } from '../delta/tables.ts';
import { wholeFiles } from '../lake/live-shares.ts';

type Entries = Pick<DeltaTables, 'entries'>;

/** `entries`, `before`: in order, without a gap; what is known need not be read. Throws CorruptionError if an entry is missing. */
export async function wholeEntries(
  tables: Entries,
  prefix: string,
  entries: readonly Entry[],
  before: readonly Entry[] = [],
): Promise<Entry[]> {
  const at = (version: number) =>
    [before, entries].flatMap((all) => all[version - (all[0]?.version ?? 0)] ?? []);
  const known = {
    async entries(_: string, after: number, upTo: number): Promise<Entry[] | undefined> {
      const found = upTo - after === 1 ? at(upTo) : [];
      return found.length === 1 ? found : tables.entries(prefix, after, upTo);
    },
  };
  const whole: Entry[] = [];
  for (const entry of entries)
    whole.push({ ...entry, actions: await wholeActions(known, prefix, entry.actions) });
  return whole;
}

async function wholeActions(
  tables: Entries,
  prefix: string,
  actions: readonly Action[],
): Promise<readonly Action[]> {
  const adds = actions.flatMap((action) => ('add' in action ? [action.add] : []));
  const whole = await wholeFiles(tables, prefix, adds);
  if (whole.every((add, i) => add === adds[i])) return actions;
  let next = 0;
  return actions.map((action) => ('add' in action ? { add: whole[next++] ?? action.add } : action));
}
