// Which source files and definitions moved some partitions of a table from one version to another.
import { tablePrefix } from '../core/insight.ts';
import { mapInParallel } from '../in-parallel.ts';
import type { TableLogs } from '../inspect/read-table-log.ts';
import { type Uses, usesOf } from '../inspect/receipt.ts';
import type { Lifespan } from '../inspect/share-lives.ts';
import { type SourceDiff, tableDiff } from '../inspect/table-diff.ts';
import type { TableLog } from '../inspect/table-log.ts';
import type { SourceMove } from './insight-documents.ts';
import type { Side } from './shown-table.ts';
import type { Writing } from './writing.ts';

export type Moves = {
  /** The newest first. */
  readonly sources: readonly SourceMove[];
  readonly moreSources: number;
  readonly definitions: readonly string[];
};

export const MAX_SOURCES = 500;

/** From a version to the next one: `before` and `after` are what each has of the partitions. */
export async function movesBetween(
  writing: Writing,
  log: TableLog,
  before: Side,
  after: Side,
): Promise<Moves> {
  const { logs } = writing;
  const [old, now] = [await usesAt(writing, log, before), await usesAt(writing, log, after)];
  const diff = tableDiff(log.prefix, old, now);
  const sources: SourceMove[] = [];
  const byMs = log.timeOf(before.version + 1);
  for (const source of diff.sources) sources.push(await sourceMove(logs, source, byMs));
  sources.sort((a, b) => compareTexts(b.committedAt ?? '', a.committedAt ?? ''));
  return {
    sources: sources.slice(0, MAX_SOURCES),
    moreSources: Math.max(0, sources.length - MAX_SOURCES),
    // One under which nothing was made before did not change.
    definitions: [
      ...new Set(diff.definitions.filter(({ from }) => from.length > 0).map(({ table }) => plainName(table))),
    ],
  };
}

/** Of one table, at most: a partition's newest file is asked for with its receipt, with its change, and as the one before the next. */
const REMEMBERED = 8;

type Remembered = {
  readonly catalog: Writing['effects']['catalog'];
  readonly uses: Uses;
  /** The logs that it was read from. A log that was restored, or whose table was created again, is another object. */
  readonly logs: readonly (TableLog | undefined)[];
};

const remembered = new WeakMap<TableLog, Map<Lifespan, Remembered>>();

/**
 * What a side was made from. Of a single data file, which may stand on very many sources, it is remembered for a while; then the
 * version of its own table is that of the first asking.
 */
export async function usesAt(
  { effects, logs }: Writing,
  log: TableLog,
  { version, files }: Side,
): Promise<Uses> {
  const { catalog } = effects;
  const ofTable = remembered.get(log) ?? new Map<Lifespan, Remembered>();
  remembered.set(log, ofTable);
  const only = files.length === 1 ? files[0] : undefined;
  const known = only && ofTable.get(only);
  if (known?.catalog === catalog && isSame(known.logs, await logsOf(logs, known.uses))) return known.uses;
  const uses = await usesOf(effects, logs, log, version, files);
  if (only && uses.lost.length === 0) {
    ofTable.delete(only);
    ofTable.set(only, { catalog, uses, logs: await logsOf(logs, uses) });
    for (const oldest of [...ofTable.keys()].slice(0, -REMEMBERED)) ofTable.delete(oldest);
  }
  return uses;
}

function logsOf(logs: TableLogs, { tables }: Uses): Promise<(TableLog | undefined)[]> {
  return mapInParallel(tables, ({ table }) => logs.find(table));
}

function isSame(before: readonly unknown[], now: readonly unknown[]): boolean {
  return before.every((one, i) => one === now[i]);
}

/** `tables/billing` → `billing` */
export function plainName(prefix: string): string {
  return prefix.slice(prefix.indexOf('/') + 1);
}

export function compareTexts(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

async function sourceMove(logs: TableLogs, diff: SourceDiff, byMs: number): Promise<SourceMove> {
  const { dataset, source, change, old, new: now } = diff;
  return {
    dataset,
    source,
    change,
    oldRows: old?.rows ?? null,
    newRows: now?.rows ?? null,
    committedAt: now?.committedAt ?? (await withdrawnAt(logs, diff, byMs)),
  };
}

/**
 * Null where its files were there still at that time (ms), as those of an older delivery that does not count any more: what became
 * of them later moved other versions.
 */
async function withdrawnAt(
  logs: TableLogs,
  { dataset, source, old }: SourceDiff,
  byMs: number,
): Promise<string | null> {
  for (const kind of ['arrivals', 'tables'] as const) {
    const log = await logs.find(tablePrefix({ kind, name: dataset }));
    const first = log?.ofSource(source).find(({ from }) => from === old?.version);
    if (log === undefined || first === undefined) continue;
    const isGone = first.until !== Number.POSITIVE_INFINITY && log.timeOf(first.until) <= byMs;
    return isGone ? new Date(log.timeOf(first.until)).toISOString() : null;
  }
  return null;
}
