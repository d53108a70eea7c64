// Long lists of which little changes: what differs between two of them, and one with its changes. Most of it is passed over in
// order, which costs a fraction of looking each thing up. Pure.

export type Differences<T> = { readonly gone: readonly T[]; readonly come: readonly T[] };

/**
 * `keyOf`: no two of one list have the same key. `isSame`: of two with the same key; false for any others. What changed has gone and
 * come. Each in the order of its list.
 */
export function differences<T>(
  before: readonly T[],
  now: readonly T[],
  keyOf: (one: T) => unknown,
  isSame: (a: T, b: T) => boolean,
): Differences<T> {
  const [start, end] = sharedEnds(before, now, isSame);
  const gone = new Map<unknown, T>();
  for (let i = start; i < before.length - end; i++) gone.set(keyOf(before[i] as T), before[i] as T);
  const come: T[] = [];
  for (let i = start; i < now.length - end; i++) {
    const one = now[i] as T;
    const key = keyOf(one);
    const known = gone.get(key);
    if (known !== undefined && isSame(known, one)) gone.delete(key);
    else come.push(one);
  }
  return { gone: [...gone.values()], come };
}

/** How many of them both begin with, and how many of the others they end with. */
function sharedEnds<T>(
  before: readonly T[],
  now: readonly T[],
  isSame: (a: T, b: T) => boolean,
): [number, number] {
  const shorter = Math.min(before.length, now.length);
  let start = 0;
  while (start < shorter && isSame(before[start] as T, now[start] as T)) start += 1;
  let end = 0;
  while (
    start + end < shorter &&
    isSame(before[before.length - 1 - end] as T, now[now.length - 1 - end] as T)
  )
    end += 1;
  return [start, end];
}

/** Sorted by their sources' names, no two with the same. */
export type BySource<T> = readonly (T & { readonly source: string })[];

/** `changed`: sorted by name, each once; undefined takes one out. */
export function withChanged<T>(
  list: BySource<T>,
  changed: readonly (readonly [string, BySource<T>[number] | undefined])[],
): BySource<T> {
  const result: BySource<T>[number][] = [];
  let from = 0;
  const keepUntil = (end: number) => {
    for (; from < end; from++) result.push(list[from] as BySource<T>[number]);
  };
  for (const [source, one] of changed) {
    keepUntil(placeOf(list, source, from));
    if (list[from]?.source === source) from += 1;
    if (one) result.push(one);
  }
  keepUntil(list.length);
  return result;
}

export function findBySource<T>(list: BySource<T>, source: string): BySource<T>[number] | undefined {
  const one = list[placeOf(list, source, 0)];
  return one?.source === source ? one : undefined;
}

/** Of the first one at or after `from` that is not before `source`. */
function placeOf(list: BySource<unknown>, source: string, from: number): number {
  let [low, high] = [from, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle]?.source ?? source) < source) low = middle + 1;
    else high = middle;
  }
  return low;
}
