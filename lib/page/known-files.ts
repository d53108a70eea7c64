// What landing, the log and the reports know of each source file of a dataset. Whoever writes the page again has it of most files
// already: only those are looked at again of which something else is known by now. Reads nothing itself. Pure.
import type { Dataset } from '../core/contract.ts';
import { differences, findBySource, withChanged } from '../core/long-lists.ts';
import type { Report } from '../ingest/report.ts';
import type { DatasetFiles, SourceFile } from '../inspect/dataset-files.ts';
import type { TableLog } from '../inspect/table-log.ts';
import { isMarker } from '../lake/markers.ts';
import { type Origin, roleOf } from '../lake/tags.ts';
import type { ObjectVersion } from '../ports.ts';
import type { FileRow } from './dataset-documents.ts';
import { type SourceVersions, versionsOf } from './source-versions.ts';

/** Each part but the name may be missing. */
export type Known = {
  readonly source: string;
  readonly present?: ObjectVersion;
  /** Of its live rows. */
  readonly origin?: Origin;
  readonly report?: Report;
  /** In the log, the oldest first. */
  readonly versions: readonly SourceVersions[];
  /** LastModified (ms) of its first version, as far as it is known. */
  readonly cameMs: number;
  /** Its row as it was last made, with what else that followed from: see file-rows.ts. */
  told?: ToldFile & {
    readonly dataset: Dataset;
    readonly hasLanding: boolean;
    readonly period: string;
    readonly isLate: boolean;
  };
};

/** `counts`: its rows are in the table. */
export type ToldFile = { readonly row: FileRow; readonly counts: boolean };

/** Sorted by name. Markers of deliveries are left out. `log`: of the dataset's landing table; undefined where it cannot be read. */
export function knownFiles(
  dataset: Dataset,
  found: DatasetFiles,
  log: TableLog | undefined,
): readonly Known[] {
  const before = memories.get(found);
  const memory = before && before.log === log ? before : { ...NOTHING, log };
  const reports = new Map([...found.refused, ...found.empty].map((report) => [report.source, report]));
  // What has a report, or waits for one: when it does no more, its data files say so.
  const open = new Set([...reports.keys(), ...found.waiting]);
  const { gone, come } = differences(memory.sources, found.sources, ({ source }) => source, Object.is);
  const changed = new Set([...gone, ...come].map(({ source }) => source));
  for (const source of log?.sourcesSince(memory.newest) ?? []) changed.add(source);
  for (const source of open) changed.add(source);
  const known = withChanged(
    memory.known,
    [...changed].sort().map((source) => {
      const file = findBySource(found.sources, source) ?? { source, shares: [] };
      const isOpen = open.has(source) || !isOfMarker(dataset, file);
      return [source, isOpen ? knownFile(file, reports.get(source), log) : undefined];
    }),
  );
  memories.set(found, { log, newest: log?.newest ?? -1, sources: found.sources, known });
  return known;
}

type Memory = {
  /** With its newest version then. */
  readonly log: TableLog | undefined;
  readonly newest: number;
  readonly sources: DatasetFiles['sources'];
  readonly known: readonly Known[];
};

const NOTHING: Omit<Memory, 'log'> = { newest: -1, sources: [], known: [] };

const memories = new WeakMap<DatasetFiles, Memory>();

/** What landing and the table have of a source: of one that is gone, nothing. */
type Found = Pick<SourceFile, 'source' | 'shares'> & Partial<Pick<SourceFile, 'present' | 'origin'>>;

function isOfMarker(dataset: Dataset, { source, shares: [share] }: Found): boolean {
  return share ? roleOf(share) === 'marker' : isMarker(dataset, source);
}

/** Undefined for a file that was refused and is gone: it has left nothing but its marks. */
function knownFile(
  { source, present, origin }: Found,
  report: Report | undefined,
  log: TableLog | undefined,
): Known | undefined {
  const versions = versionsOf(log?.ofSource(source) ?? []);
  if (present === undefined && origin === undefined && versions.length === 0) return undefined;
  const cameMs =
    versions[0]?.lastModifiedMs ?? origin?.lastModifiedMs ?? present?.lastModifiedMs ?? Number.NaN;
  return {
    source,
    versions,
    cameMs,
    ...(present === undefined ? {} : { present }),
    ...(origin === undefined ? {} : { origin }),
    ...(report === undefined ? {} : { report }),
  };
}
