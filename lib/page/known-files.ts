// What landing, the log and the reports know of each source file of a dataset. Whoever writes the page again has it of most files
// already: the log says which of them it has said more of since. Reads nothing itself. Pure.
import type { Dataset } from '../core/contract.ts';
import type { Report } from '../ingest/report.ts';
import type { FoundFiles } from '../inspect/dataset-status.ts';
import type { Lifespan, TableLog } from '../inspect/table-log.ts';
import { isMarker } from '../lake/markers.ts';
import { type Origin, readOrigin, roleOf } from '../lake/tags.ts';
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
export function knownFiles(dataset: Dataset, found: FoundFiles, log: TableLog | undefined): Known[] {
  const { present, live, waiting } = found;
  const reports = new Map([...found.refused, ...found.empty].map((report) => [report.source, report]));
  const sources = [...present.keys()];
  for (const source of live.keys()) if (!present.has(source)) sources.push(source);
  for (const source of log?.sources() ?? [])
    if (!present.has(source) && !live.has(source)) sources.push(source);
  const before = log === undefined ? new Map() : memoryOf(log);
  const known: Known[] = [];
  for (const source of sources.sort()) {
    const report = reports.get(source);
    if (report === undefined && !waiting.has(source) && !isOfRows(dataset, source, found)) continue;
    const one = knownFile(before, source, report, found, log?.ofSource(source) ?? []);
    // A file that was refused and is gone has left nothing but its marks.
    if (one.present || one.origin || one.versions.length > 0) known.push(one);
  }
  return known;
}

function isOfRows(dataset: Dataset, source: string, { live }: FoundFiles): boolean {
  const [add] = live.get(source) ?? [];
  return add ? roleOf(add) !== 'marker' : !isMarker(dataset, source);
}

/** By source. `files`: what its log said of it: so many data files, of which so many had ended. */
type Memory = Map<string, { readonly files: number; readonly ended: number; readonly known: Known }>;

const memories = new WeakMap<TableLog, Memory>();

function memoryOf(log: TableLog): Memory {
  const memory = memories.get(log) ?? new Map();
  memories.set(log, memory);
  return memory;
}

function knownFile(
  memory: Memory,
  source: string,
  report: Report | undefined,
  found: FoundFiles,
  lifespans: readonly Lifespan[],
): Known {
  const present = found.present.get(source);
  const add = found.live.get(source)?.[0];
  const origin = add && roleOf(add) === undefined ? readOrigin(add) : undefined;
  const files = lifespans.length;
  const ended = countEnded(lifespans);
  const before = memory.get(source);
  const isSame =
    before?.files === files &&
    before.ended === ended &&
    before.known.origin === origin &&
    before.known.report === report &&
    isSameVersion(before.known.present, present);
  if (isSame) return before.known;
  const versions = versionsOf(lifespans);
  const cameMs =
    versions[0]?.lastModifiedMs ?? origin?.lastModifiedMs ?? present?.lastModifiedMs ?? Number.NaN;
  const known = {
    source,
    versions,
    cameMs,
    ...(present === undefined ? {} : { present }),
    ...(origin === undefined ? {} : { origin }),
    ...(report === undefined ? {} : { report }),
  };
  memory.set(source, { files, ended, known });
  return known;
}

function countEnded(lifespans: readonly Lifespan[]): number {
  let ended = 0;
  for (const { until } of lifespans) if (until !== Number.POSITIVE_INFINITY) ended += 1;
  return ended;
}

function isSameVersion(a: ObjectVersion | undefined, b: ObjectVersion | undefined): boolean {
  return (
    a === b ||
    (a?.etag === b?.etag && a?.lastModifiedMs === b?.lastModifiedMs && a?.sizeBytes === b?.sizeBytes)
  );
}
