// Which small files of a batch may be converted together, by their contract, sizes and keys. Pure.
import type { Dataset } from '../../core/contract.ts';
import type { Bundling } from '../../lake/effects.ts';
import { pathValues } from '../../lake/path-values.ts';
import type { ObjectVersion } from '../../ports.ts';
import { isPlainDialect } from '../csv/csv-source.ts';

export const BUNDLING: Bundling = {
  mostFileBytes: 64 * 1024,
  mostBytes: 4 * 1024 * 1024,
  mostFiles: 1000,
};

/** Files whose keys say the same: the values of fields, and names of folders that are no field's. */
export type Bundle = {
  readonly fromPath: ReadonlyMap<string, string | null>;
  /** Ordered by key. */
  readonly versions: readonly ObjectVersion[];
};

/** False where a file's records cannot be told from the lines of its text alone, or their order or number says something. */
export function mayBundle(dataset: Dataset): boolean {
  const { mode, format, encoding, dialect, skipRows = [], footerRows } = dataset;
  return (
    mode === 'append' &&
    format === 'csv' &&
    encoding === 'utf-8' &&
    skipRows.length === 0 &&
    footerRows === undefined &&
    dialect.headerRecords === 1 &&
    dialect.nullSequence === undefined &&
    isPlainDialect({ dataset })
  );
}

/** Each of at least two files. */
export function bundlesOf(
  dataset: Dataset,
  versions: readonly ObjectVersion[],
  { mostFileBytes, mostBytes, mostFiles }: Bundling,
): Bundle[] {
  const groups = new Map<string, { fromPath: Bundle['fromPath']; versions: ObjectVersion[] }>();
  for (const version of versions) {
    if (version.sizeBytes > mostFileBytes) continue;
    const { values: fromPath, others, problem } = pathValues(dataset, version.key);
    if (problem !== undefined) continue;
    const id = JSON.stringify([[...fromPath].sort(), others]);
    const group = groups.get(id) ?? { fromPath, versions: [] };
    group.versions.push(version);
    groups.set(id, group);
  }
  return [...groups.values()]
    .flatMap(({ fromPath, versions }) =>
      chunks(versions.sort(byKey), mostBytes, mostFiles).map((chunk) => ({ fromPath, versions: chunk })),
    )
    .filter(({ versions }) => versions.length > 1);
}

function byKey({ key: a }: ObjectVersion, { key: b }: ObjectVersion): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function chunks(versions: readonly ObjectVersion[], mostBytes: number, mostFiles: number): ObjectVersion[][] {
  const all: ObjectVersion[][] = [];
  let [bytes, files] = [Infinity, Infinity];
  for (const version of versions) {
    if (bytes + version.sizeBytes > mostBytes || files === mostFiles) {
      all.push([]);
      [bytes, files] = [0, 0];
    }
    all.at(-1)?.push(version);
    bytes += version.sizeBytes;
    files += 1;
  }
  return all;
}
