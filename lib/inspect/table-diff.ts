// What made two versions of a table different: source files and definitions, through every level, from the logs alone.
import { landingTable } from '../core/catalog.ts';
import type { Dataset } from '../core/contract.ts';
import { sameTable, type TableRef } from '../core/insight.ts';
import { differences } from '../core/long-lists.ts';
import type { Effects } from '../lake/effects.ts';
import type { SourceChange } from './history.ts';
import type { TableRead, Uses } from './receipt.ts';
import type { SourceUse } from './source-uses.ts';

/** `old` and `new` are null where the source is not among what made that version. */
export type SourceDiff = SourceChange & {
  readonly dataset: string;
  readonly old: SourceUse | null;
  readonly new: SourceUse | null;
};

export type DefinitionDiff = {
  readonly table: string;
  readonly from: readonly string[];
  readonly to: readonly string[];
};

export type TableDiff = {
  readonly sources: readonly SourceDiff[];
  /** Contracts and SQL under which files of a table on the way were made. */
  readonly definitions: readonly DefinitionDiff[];
  /** Tables on the way that were read at other versions; null where they were not read. */
  readonly inputs: readonly {
    readonly table: string;
    readonly from: number | null;
    readonly to: number | null;
  }[];
};

type Made = Pick<Uses, 'tables' | 'sources'>;

/** `before`, `after`: what two versions of the table stand on. */
export function tableDiff(table: string, before: Made, after: Made): TableDiff {
  const old = new Map(before.tables.map((use) => [use.table, use]));
  const now = new Map(after.tables.map((use) => [use.table, use]));
  const tables = [...new Set([...now.keys(), ...old.keys()])];
  return {
    sources: sourceDiffs(before.sources, after.sources),
    definitions: tables.flatMap((one) => {
      const [from, to] = [hashes(old.get(one)), hashes(now.get(one))];
      return from.join() === to.join() ? [] : [{ table: one, from, to }];
    }),
    inputs: tables.flatMap((one) => {
      const [from, to] = [old.get(one)?.versions.last ?? null, now.get(one)?.versions.last ?? null];
      return one === table || from === to ? [] : [{ table: one, from, to }];
    }),
  };
}

function hashes(use: TableRead | undefined): string[] {
  return [...(use?.definitions ?? []), ...(use?.contracts ?? [])].sort();
}

function sourceDiffs(before: readonly SourceUse[], after: readonly SourceUse[]): SourceDiff[] {
  const { gone, come } = differences(before, after, (use) => use, Object.is);
  if (gone.length + come.length === 0) return [];
  const shared = sharedUses(before, gone, come);
  const [old, now] = [lastUses([...shared, ...gone]), lastUses([...shared, ...come])];
  const diffs: SourceDiff[] = [];
  for (const id of new Set([...now.keys(), ...old.keys()])) {
    const [was, is] = [old.get(id) ?? null, now.get(id) ?? null];
    const use = is ?? was;
    const change = changeOf(was, is);
    if (use !== null && change !== undefined)
      diffs.push({ dataset: use.dataset, source: use.source, change, old: was, new: is });
  }
  return diffs.sort((a, b) => compare(a.dataset, b.dataset) || compare(a.source, b.source));
}

/** That both have, of sources of which one has a use that the other has not: of very many, few are. */
function sharedUses(
  before: readonly SourceUse[],
  gone: readonly SourceUse[],
  come: readonly SourceUse[],
): SourceUse[] {
  const left = new Set(gone);
  const sources = new Set([...gone, ...come].map(({ source }) => source));
  return before.filter((use) => sources.has(use.source) && !left.has(use));
}

/**
 * By source: where one counts in several of its versions at once, the last: the others are on their way out. No name of a dataset
 * holds a slash.
 */
function lastUses(uses: readonly SourceUse[]): Map<string, SourceUse> {
  const last = new Map<string, SourceUse>();
  for (const use of uses) {
    const id = `${use.dataset}/${use.source}`;
    const known = last.get(id);
    if (known === undefined || known.version <= use.version) last.set(id, use);
  }
  return last;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function changeOf(old: SourceUse | null, now: SourceUse | null): SourceChange['change'] | undefined {
  if (old === null) return 'new';
  if (now === null) return 'withdrawn';
  if (old.etag !== now.etag || old.lastModified !== now.lastModified) return 'replaced';
  return old.contract === now.contract ? undefined : 'read again';
}

/** The columns that tell a table's rows apart, as its definition says; [] for none. */
export function keyOf({ catalog }: Effects, table: TableRef): readonly string[] {
  const isLanding = (dataset: Dataset) => table.kind === 'tables' && sameTable(landingTable(dataset), table);
  return catalog.keyOf(table) ?? catalog.datasets.find(isLanding)?.primaryKey ?? [];
}
