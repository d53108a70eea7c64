// Which small files of a batch may be converted together, by their contract, sizes and keys. Pure.
import type { Dataset } from '../../core/contract.ts';
import type { Bundling } from '../../lake/effects.ts';
import { pathValues } from '../../lake/path-values.ts';
import type { ObjectVersion } from '../../ports.ts';
import { isPlainDialect } from '../csv/csv-source.ts';

export const BUNDLING: Bundling = {
  mostFileBytes: 64 * 1024,
  mostBytes: 4 * 1024 * 1024,
  mostFiles: 250,
};

/** `fromPath`: what its key gives: see pathValues. */
export type SmallFile = {
  readonly version: ObjectVersion;
  readonly fromPath: ReadonlyMap<string, string | null>;
};

/** Files whose keys give values to the same fields, and whose other folders are equal. Ordered by key. */
export type Bundle = readonly SmallFile[];

/** False if the contract lets a line be something other than a record, or gives a meaning to the order or the number of records. */
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
  const groups = new Map<string, SmallFile[]>();
  for (const version of versions) {
    if (version.sizeBytes > mostFileBytes) continue;
    const { values: fromPath, others, problem } = pathValues(dataset, version.key);
    if (problem !== undefined || !arePlain(fromPath, dataset.dialect)) continue;
    const id = JSON.stringify([[...fromPath.keys()].sort(), others]);
    const group = groups.get(id);
    if (group) group.push({ version, fromPath });
    else groups.set(id, [{ version, fromPath }]);
  }
  return [...groups.values()]
    .flatMap((files) => chunks(files.sort(byKey), mostBytes, mostFiles))
    .filter((files) => files.length > 1);
}

/** Whether the values can stand in a line of the file as they are. */
function arePlain(fromPath: SmallFile['fromPath'], { delimiter, quoteChar }: Dataset['dialect']): boolean {
  const odd = [delimiter, quoteChar, '\r', '\n', '\0'];
  return [...fromPath.values()].every(
    (text) => text === null || (text !== '' && !odd.some((character) => text.includes(character))),
  );
}

function byKey({ version: { key: a } }: SmallFile, { version: { key: b } }: SmallFile): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function chunks(files: readonly SmallFile[], mostBytes: number, mostFiles: number): SmallFile[][] {
  const all: SmallFile[][] = [];
  let [bytes, count] = [Infinity, Infinity];
  for (const file of files) {
    const { sizeBytes } = file.version;
    if (bytes + sizeBytes > mostBytes || count >= mostFiles) {
      all.push([]);
      [bytes, count] = [0, 0];
    }
    all.at(-1)?.push(file);
    bytes += sizeBytes;
    count += 1;
  }
  return all;
}
