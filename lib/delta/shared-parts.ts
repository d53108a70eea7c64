// Entries whose adds have the very texts of a snapshot's, where they are equal: who keeps a table's past beside its present keeps
// most of a long log once. Pure.
import type { Add } from './actions.ts';
import type { Entry, Snapshot } from './snapshot.ts';

export function sharingParts(entries: readonly Entry[], { files }: Pick<Snapshot, 'files'>): Entry[] {
  return entries.map((entry) => ({
    ...entry,
    actions: entry.actions.map((action) =>
      'add' in action ? { ...action, add: sharingAdd(action.add, files.get(action.add.path)) } : action,
    ),
  }));
}

function sharingAdd(add: Add, other: Add | undefined): Add {
  if (other === undefined) return add;
  const { path, partitionValues, stats, tags } = other;
  const isSame =
    add.stats === stats && isSameRecord(add.partitionValues, partitionValues) && isSameRecord(add.tags, tags);
  if (!isSame) return add;
  const texts = { path, partitionValues, ...(stats === undefined ? {} : { stats }) };
  return { ...add, ...texts, ...(tags === undefined ? {} : { tags }) };
}

/** Other writers' entries may have null for a record. */
type Texts = Readonly<Record<string, string | null>> | null | undefined;

function isSameRecord(a: Texts, b: Texts): boolean {
  if (!a || !b) return a === b;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
