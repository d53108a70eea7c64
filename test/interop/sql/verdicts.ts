// What became of each query that was put in as an insight: accepted, or the kind of the reason against it; and the file in which
// this is kept, so that no verdict gets worse unseen.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Catalog } from '../../../lib/core/catalog.ts';

/** Kind → names of insights, in order. */
export type Verdicts = Readonly<Record<string, readonly string[]>>;

const FILE = join(import.meta.dirname, 'verdicts.json');

/** The first that holds names the kind. */
const KINDS: readonly (readonly [string, RegExp])[] = [
  ['storage', /for which Delta has no type/],
  ['name', /give it a name with AS|two columns named/],
  ['tie', /takes? (an )?arbitrary (one of the |)rows|not deterministic where rows tie/],
  ['order', /rows in an arbitrary order|takes an arbitrary (row|one)/],
  ['float', /adds binary floating point/],
  ['equal values', /distinguishes values/],
  ['unstable', /is not deterministic/],
  ['engine', /Correct the SQL there|does not give a plan/],
];

/** Of all insights that the catalog has or has set aside. */
export function verdictsOf({ derivations, aside }: Catalog): Verdicts {
  const accepted = derivations.filter(({ target }) => target.kind === 'insights');
  const kinds = new Map([['accepted', accepted.map(({ target }) => target.name)]]);
  for (const { names, error } of aside)
    for (const name of names)
      kinds.set(kindOf(error.message), [...(kinds.get(kindOf(error.message)) ?? []), name]);
  return Object.fromEntries([...kinds].map(([kind, names]) => [kind, names.toSorted()]));
}

export function kindOf(message: string): string {
  return KINDS.find(([, pattern]) => pattern.test(message))?.[0] ?? 'other';
}

/** By suite, mode and kind: names with blanks between them. */
type Kept = Record<string, Record<string, Record<string, string>>>;

function read(): Kept {
  return JSON.parse(readFileSync(FILE, 'utf8')) as Kept;
}

/** What the file has of a suite and a mode. */
export function keptVerdicts(suite: string, mode: string): Verdicts {
  return mapped(read()[suite]?.[mode] ?? {}, (names) => names.split(' '));
}

function mapped<T, R>(record: Readonly<Record<string, T>>, map: (value: T) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}

/** Accepted before, and no more. */
export function worse(kept: Verdicts, found: Verdicts): string[] {
  return (kept.accepted ?? []).filter((name) => !found.accepted?.includes(name));
}

/** With SLUICE_VERDICTS=write in the environment, the file is brought to what was found, unless something got worse. */
export function keep(suite: string, mode: string, found: Verdicts): void {
  if (process.env.SLUICE_VERDICTS !== 'write') return;
  const all = read();
  const next = { ...all, [suite]: { ...all[suite], [mode]: mapped(found, (names) => names.join(' ')) } };
  writeFileSync(FILE, `${JSON.stringify(next, undefined, 2)}\n`);
}
