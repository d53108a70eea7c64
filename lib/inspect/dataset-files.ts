// What one dataset has in landing and in the lake, source file by source file. Whoever looks again and again keeps it: then only
// what differs since the last look is judged again, and all else is the very object that it was. Writes nothing.

import { landingTable } from '../core/catalog.ts';
import type { Dataset } from '../core/contract.ts';
import { tablePrefix } from '../core/insight.ts';
import { type Differences, differences, withChanged } from '../core/long-lists.ts';
import type { Add } from '../delta/actions.ts';
import { Repeats } from '../ingest/duplicates.ts';
import type { Report } from '../ingest/report.ts';
import { isLive, settledBefore } from '../ingest/settled.ts';
import { type Remarks, readRemarks } from '../lake/delivery.ts';
import type { Effects } from '../lake/effects.ts';
import { wholeFiles } from '../lake/live-shares.ts';
import { allShares, type LiveShares, type Share } from '../lake/shares.ts';
import { type Origin, readOrigin, roleOf, sourceOf } from '../lake/tags.ts';
import type { ObjectVersion } from '../ports.ts';

/** Never changed: a source of which something else is known is another object. */
export type SourceFile = {
  readonly source: string;
  /** In landing. */
  readonly present: ObjectVersion | undefined;
  /** Its rows in the landing table; [] for none. */
  readonly shares: readonly Share[];
  /** Of its rows in the table: undefined where it has none, and of what only stands for a landing object. */
  readonly origin: Origin | undefined;
  /** What was remarkable about its delivery; {} for nothing. */
  readonly remarks: Remarks;
};

export class DatasetFiles {
  readonly #dataset: Dataset;
  #versions: readonly ObjectVersion[] = [];
  #adds: readonly Add[] = [];
  readonly #present = new Map<string, ObjectVersion>();
  readonly #live = new Map<string, Share[]>();
  #sources: readonly SourceFile[] = [];
  #waiting: ReadonlySet<string> = new Set();
  #refused: readonly Report[] = [];
  #empty: readonly Report[] = [];
  /** Of its data files, where duplicates are looked for. */
  readonly repeats = new Repeats();

  constructor(dataset: Dataset) {
    this.#dataset = dataset;
  }

  /** In landing, by key. */
  get present(): ReadonlyMap<string, ObjectVersion> {
    return this.#present;
  }

  /** The rows of its landing table, by source. */
  get live(): LiveShares {
    return this.#live;
  }

  /** What is in landing or in the table, sorted by name. */
  get sources(): readonly SourceFile[] {
    return this.#sources;
  }

  /** Keys whose present version was not read yet. */
  get waiting(): ReadonlySet<string> {
    return this.#waiting;
  }

  /** Refused as a whole in their present version, settled or not; sorted by name. */
  get refused(): readonly Report[] {
    return this.#refused;
  }

  /** Accepted without accepted rows, so that they have no data file; sorted by name. */
  get empty(): readonly Report[] {
    return this.#empty;
  }

  /** `versions`: what landing holds of the dataset, in the order of their keys. After an error this must not be used any more. */
  async renew(effects: Effects, versions: readonly ObjectVersion[]): Promise<void> {
    const prefix = tablePrefix(landingTable(this.#dataset));
    const landed = await effects.tables.latest(prefix);
    const changed = new Set<string>();
    this.#takeVersions(versions, changed);
    const files = await wholeFiles(effects.tables, prefix, landed?.files.values() ?? []);
    this.#takeAdds(files, changed);
    const names = [...changed].sort();
    this.#sources = withChanged(
      this.#sources,
      names.map((name) => [name, this.#sourceFile(name)]),
    );
    // Reports and other files may decide on these: they are judged at each look until their rows are live.
    for (const name of this.#waiting) changed.add(name);
    for (const { source } of [...this.#refused, ...this.#empty]) changed.add(source);
    await this.#judge(effects, changed);
  }

  #takeVersions(versions: readonly ObjectVersion[], changed: Set<string>): void {
    const { gone, come } = differences(this.#versions, versions, ({ key }) => key, isSameVersion);
    this.#versions = versions;
    for (const { key } of gone) {
      this.#present.delete(key);
      changed.add(key);
    }
    for (const version of come) {
      this.#present.set(version.key, version);
      changed.add(version.key);
    }
  }

  #takeAdds(adds: readonly Add[], changed: Set<string>): void {
    const { gone, come } = addedAndRemoved(this.#adds, adds);
    this.#adds = adds;
    const left = new Set(allShares(gone));
    for (const source of new Set([...left].map(sourceOf))) {
      if (source === undefined) continue;
      const kept = (this.#live.get(source) ?? []).filter((share) => !left.has(share));
      if (kept.length > 0) this.#live.set(source, kept);
      else this.#live.delete(source);
      changed.add(source);
    }
    const arrived = allShares(come);
    for (const share of arrived) {
      const source = sourceOf(share);
      if (source === undefined) continue;
      const known = this.#live.get(source);
      if (known) known.push(share);
      else this.#live.set(source, [share]);
      changed.add(source);
    }
    if (this.#dataset.duplicates !== 'allow') this.repeats.replace([...left], arrived);
  }

  /** Undefined where nothing is known of it any more. */
  #sourceFile(source: string): SourceFile | undefined {
    const [present, shares] = [this.#present.get(source), this.#live.get(source) ?? []];
    const [first] = shares;
    if (present === undefined && first === undefined) return undefined;
    const origin = first && roleOf(first) === undefined ? readOrigin(first) : undefined;
    return { source, present, shares: [...shares], origin, remarks: first ? readRemarks(first) : {} };
  }

  async #judge(effects: Effects, names: Iterable<string>): Promise<void> {
    const refused: Report[] = [];
    const empty: Report[] = [];
    const waiting = new Set<string>();
    for (const name of names) {
      const version = this.#present.get(name);
      // Most are live, and this is known at once.
      if (version === undefined || isLive(this.#dataset, this.#live.get(name) ?? [], version)) continue;
      const found = await settledBefore(effects, this.#dataset, version, this.#live);
      if (found === undefined) waiting.add(name);
      else if (found.report?.outcome === 'rejected') refused.push(found.report);
      else if (found.report) empty.push(found.report);
    }
    this.#waiting = waiting;
    this.#refused = refused.sort(bySource);
    this.#empty = empty.sort(bySource);
  }
}

function bySource(a: Report, b: Report): number {
  return a.source < b.source ? -1 : 1;
}

/** All of them where another program replaced what the log says of a live file: the file keeps its place among those of its source. */
function addedAndRemoved(before: readonly Add[], now: readonly Add[]): Differences<Add> {
  const found = differences(before, now, ({ path }) => path, Object.is);
  const paths = new Set(found.gone.map(({ path }) => path));
  return found.come.some(({ path }) => paths.has(path)) ? { gone: before, come: now } : found;
}

function isSameVersion(a: ObjectVersion, b: ObjectVersion): boolean {
  return (
    a === b ||
    (a.key === b.key &&
      a.etag === b.etag &&
      a.lastModifiedMs === b.lastModifiedMs &&
      a.sizeBytes === b.sizeBytes)
  );
}

/** Of one writer of a page, or whoever else looks again and again. */
export type FilesByDataset = Map<Dataset, DatasetFiles>;

/** `known`: those of the looks before, where there were any; gets this look's. */
export async function filesOf(
  effects: Effects,
  dataset: Dataset,
  versions: readonly ObjectVersion[],
  known: FilesByDataset,
): Promise<DatasetFiles> {
  const files = known.get(dataset) ?? new DatasetFiles(dataset);
  known.delete(dataset);
  await files.renew(effects, versions);
  known.set(dataset, files);
  return files;
}
