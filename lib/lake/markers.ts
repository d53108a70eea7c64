// The markers of deliveries: which keys are markers, which one a data file needs, and which files one speaks of. By the keys alone; pure.
import { type Captured, captureNames, captureReader } from '../core/captures.ts';
import type { Dataset } from '../core/contract.ts';
import { CAPTURE, fixedPrefix, globMatcher } from '../core/glob.ts';
import { type Captures, captures } from './path-values.ts';

const markerGlobs = new WeakMap<Dataset, (key: string) => boolean>();

/** True for a key that says that a delivery is complete: it is not read as data, even where the path matches it, too. */
export function isMarker(dataset: Dataset, key: string): boolean {
  const complete = dataset.delivery?.complete;
  if (complete === undefined) return false;
  const matches = markerGlobs.get(dataset) ?? globMatcher(complete);
  markerGlobs.set(dataset, matches);
  return matches(key);
}

/** Of keys of the dataset, those of data files whose deliveries have their markers; all where no marker is asked for. */
export function withMarkers(dataset: Dataset, keys: Iterable<string>): Iterable<string> {
  if (dataset.delivery?.complete === undefined) return keys;
  const marks = markerReader(dataset);
  const all = [...keys];
  const there = new Set(all.filter((key) => isMarker(dataset, key)).flatMap((key) => marks.ofMarker(key)));
  return all.filter((key) => !isMarker(dataset, key) && there.has(marks.neededBy(captures(dataset, key))));
}

/** Which markers a data file needs, by what its key says: those with the captures that the marker's glob has. */
export function markerReader(dataset: Dataset) {
  const complete = dataset.delivery?.complete;
  const names = complete === undefined ? [] : captureNames(complete);
  const idOf = (captured: Captured) => JSON.stringify(names.map((name) => captured.get(name) ?? null));
  const read = captureReader(complete ?? '');
  return {
    ofMarker(key: string): string[] {
      const { all, isWhole } = read(key);
      return all.length === 1 && isWhole ? all.map(idOf) : [];
    },
    neededBy: ({ captured }: Captures) => idOf(captured),
    /** The marker that the file needs, as a glob; [] where none is asked for. */
    globFor(source: string): string[] {
      if (complete === undefined) return [];
      const { captured } = captures(dataset, source);
      return [complete.replace(CAPTURE, (written, name: string) => captured.get(name) ?? written)];
    },
  };
}

export type Marks = ReturnType<typeof markerReader>;

/** What a marker speaks of: the keys that begin with `prefix` and are included. Undefined where its own key can be read in two ways. */
export function filesOfMarker(
  dataset: Dataset,
  marker: string,
): { readonly prefix: string; readonly includes: (key: string) => boolean } | undefined {
  const marks = markerReader(dataset);
  const [own] = marks.ofMarker(marker);
  if (own === undefined) return undefined;
  const isData = globMatcher(dataset.path);
  const [captured] = captureReader(dataset.delivery?.complete ?? '')(marker).all;
  const path = dataset.path.replace(CAPTURE, (written, name: string) => captured?.get(name) ?? written);
  return {
    prefix: fixedPrefix(path),
    includes: (key) =>
      isData(key) && !isMarker(dataset, key) && marks.neededBy(captures(dataset, key)) === own,
  };
}
