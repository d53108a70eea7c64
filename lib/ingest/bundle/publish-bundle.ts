// Uploads what a bundle became: data files with the rows of several sources, and each source's own report. No commit names them yet.
import type { Add } from '../../delta/actions.ts';
import { inParallel, mapInParallel } from '../../in-parallel.ts';
import { publishDataFile } from '../../lake/publish-data-file.ts';
import { type Share, sharesOf, tagsOfSeveral } from '../../lake/shares.ts';
import { ROWS } from '../../lake/tags.ts';
import type { ObjectVersion } from '../../ports.ts';
import type { BundledSource } from '../csv/bundled-source.ts';
import { reported } from '../labels.ts';
import { publishUploaded, type ReadResult, type Target } from '../publish.ts';
import type { Staged } from '../staged.ts';
import type { Stopwatch } from '../stopwatch.ts';
import type { BundledRows } from './bundle-rows.ts';

/** Each mostly waits for the store. */
const REPORTS_AT_ONCE = 64;

/** `text`: its hash. */
export type BundledFile = { readonly version: ObjectVersion; readonly text: string };

/** A local file with these rows, which are of one partition, in the files' order. */
export type WrittenRows = {
  readonly path: string;
  readonly parts: readonly BundledRows[];
  readonly stats: string;
};

/** `files`: by their numbers. Those without rows in `written` dropped out. */
export async function publishBundle(
  target: Target,
  source: BundledSource,
  files: readonly BundledFile[],
  written: readonly WrittenRows[],
  stopwatch: Stopwatch,
): Promise<Staged[]> {
  const adds = await stopwatch.time('upload', () =>
    mapInParallel(written, (rows) => uploadRows(target, rows)),
  );
  const owned = new Map<number, OwnRows[]>();
  for (const [i, { parts }] of written.entries())
    for (const part of parts) {
      const own = { in: adds[i] as Add, part };
      const known = owned.get(part.file);
      if (known) known.push(own);
      else owned.set(part.file, [own]);
    }
  const staged = new Map<number, Staged>();
  const publishOne = async ([number, own]: readonly [number, readonly OwnRows[]]) => {
    const { version, text } = files[number] as BundledFile;
    const read = readResult(source, own, text);
    const uploaded = { adds: own.map(asOwnFile), quarantine: undefined };
    staged.set(number, await publishUploaded(target, version, read, uploaded, stopwatch));
  };
  await inParallel(owned, publishOne, REPORTS_AT_ONCE);
  return shared(target, adds, owned, staged);
}

type OwnRows = { readonly in: Add; readonly part: BundledRows };

function uploadRows({ effects, dataset, table }: Target, { path, parts, stats }: WrittenRows): Promise<Add> {
  const columns = dataset.partitionBy.map(({ name }) => name);
  const partitionValues = parts[0]?.partition ?? {};
  return publishDataFile(effects, table, columns, { path, partitionValues, stats, tags: {} });
}

function readResult(source: BundledSource, own: readonly OwnRows[], text: string): ReadResult {
  const rows = own.reduce((sum, { part }) => sum + part.rows, 0);
  return {
    outcome: 'accepted',
    ...{ rows, acceptedRows: rows, superseded: 0, skipped: [], text },
    ignoredColumns: reported(source.ignored),
    columnRemarks: source.columnRemarks,
    missingColumns: reported(source.missing),
  };
}

/** What the log would say of a data file with these rows alone. */
function asOwnFile({ in: add, part: { stats, hash } }: OwnRows): Add {
  return { ...add, stats, tags: { [ROWS]: hash } };
}

/** `staged`: as if each had files of its own. */
function shared(
  { dataset }: Target,
  adds: readonly Add[],
  owned: ReadonlyMap<number, readonly OwnRows[]>,
  staged: ReadonlyMap<number, Staged>,
): Staged[] {
  const shares = new Map(adds.map((add) => [add, [] as Share[]]));
  const inOrder = [...owned].sort(([a], [b]) => a - b);
  for (const [number, own] of inOrder)
    for (const [i, { in: add }] of own.entries()) {
      const alone = (staged.get(number) as Staged).adds[i] as Add;
      shares.get(add)?.push({ ...(sharesOf(alone)[0] as Share), file: add });
    }
  const placed = new Map(
    [...shares].map(([add, own]) => {
      const tags = { ...add.tags, ...tagsOfSeveral(own, dataset.primaryKey) };
      return [add, sharesOf({ ...add, tags })[Symbol.iterator]()];
    }),
  );
  return inOrder.map(([number, own]) => ({
    ...(staged.get(number) as Staged),
    adds: [],
    bundled: own.map(({ in: add }) => placed.get(add)?.next().value as Share),
  }));
}
