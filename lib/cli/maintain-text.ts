// What maintain deleted and wrote, or would: as lines for people, as a JSON document for programs. Pure.
import type { SetAside } from '../core/set-aside.ts';
import type { Maintained, Maintenance } from '../maintain/maintain-tables.ts';
import type { ObjectVersion } from '../ports.ts';
import { asideDocument, asideLines } from './aside-text.ts';
import { left, renderTable, right } from './table-text.ts';
import { bytes, count, number } from './text.ts';

export type Outcome = Maintenance & {
  readonly lake: string;
  readonly retentionMs: number;
  readonly dryRun: boolean;
  readonly aside: readonly SetAside[];
};

const DAY_MS = 24 * 3600 * 1000;

/** A line of the dry run. */
export function deletedLine({ key, sizeBytes }: ObjectVersion): string {
  return `${bytes(sizeBytes).padStart(10)}  ${key}`;
}

/** Lines without line ends. */
export function maintainLines({ places, total, failures, retentionMs, dryRun, aside }: Outcome): string[] {
  const touched = places.filter(
    ({ files, checkpoint, merged }) => files > 0 || checkpoint !== undefined || (merged?.files ?? 0) > 0,
  );
  const checkpoints = places.filter(({ checkpoint }) => checkpoint !== undefined).length;
  const days = Number((retentionMs / DAY_MS).toFixed(3));
  const files = `${count(total.files, 'file')} (${bytes(total.bytes)}) that no version of the last ${count(days, 'day')} needs`;
  return [
    // Follows the files that the dry run has listed.
    ...(dryRun && total.files > 0 ? [''] : []),
    ...(touched.length === 0 ? [] : [...renderTable(COLUMNS, touched.map(cells)), '']),
    ...mergedLines(places, dryRun),
    dryRun
      ? `Would delete ${files}. Nothing was changed.`
      : `Deleted ${files}; wrote ${count(checkpoints, 'checkpoint')}.`,
    ...failures.map(({ place, error }) => {
      const isSwept = places.some((one) => one.place === place);
      return `${place} ${isSwept ? 'is not merged in full' : 'was not changed'}: ${reason(error)}`;
    }),
    ...asideLines(aside),
  ];
}

/** [] if nothing was merged. */
function mergedLines(places: readonly Maintained[], dryRun: boolean): string[] {
  const all = places.flatMap(({ merged }) => merged ?? []);
  const files = all.reduce((sum, merged) => sum + merged.files, 0);
  if (files === 0) return [];
  const into = all.reduce((sum, merged) => sum + merged.into, 0);
  const what = `${count(files, 'small data file')} into ${number(into)}`;
  return [dryRun ? `Would merge ${what}.` : `Merged ${what}; the old ones are deleted after the retention.`];
}

const COLUMNS = [left('place'), right('deleted'), right('size'), right('merged'), right('checkpoint')];

function cells({ place, files, bytes: size, merged, checkpoint }: Maintained): string[] {
  const became =
    merged === undefined || merged.files === 0 ? '' : `${number(merged.files)} → ${number(merged.into)}`;
  return [place, number(files), bytes(size), became, checkpoint === undefined ? '' : String(checkpoint)];
}

/** See `sluice maintain --help`: programs read these property names. */
export function maintainDocument({ lake, places, total, failures, retentionMs, dryRun, aside }: Outcome) {
  return {
    lake,
    retentionDays: retentionMs / DAY_MS,
    dryRun,
    files: total.files,
    bytes: total.bytes,
    places: places.map(({ place, files, bytes: size, merged, checkpoint }) => ({
      place,
      files,
      bytes: size,
      merged: merged === undefined ? null : { files: merged.files, into: merged.into, bytes: merged.bytes },
      checkpoint: checkpoint ?? null,
    })),
    failures: failures.map(({ place, error }) => ({ place, error: reason(error) })),
    aside: asideDocument(aside),
  };
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
