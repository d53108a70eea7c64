// How values are spread, as people who run things speak of it: p50 and p95. Pure.

export type Spread = { readonly n: number; readonly p50: number; readonly p95: number; readonly max: number };

/** By nearest rank: always one of the values. Throws on none. */
export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = (share: number) => sorted[Math.ceil(share * sorted.length) - 1];
  const [p50, p95, max] = [rank(0.5), rank(0.95), sorted.at(-1)];
  if (p50 === undefined || p95 === undefined || max === undefined) throw new Error('nothing was measured');
  return { n: sorted.length, p50, p95, max };
}
