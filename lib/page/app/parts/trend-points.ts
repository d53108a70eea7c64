// Where the points of a small line stand. Pure.

export type TrendPoint = { readonly x: number; readonly y: number };

/** Room around the line, so that its end's dot is whole. */
const MARGIN = 3;

/** In a box of that size, the smallest value at its bottom and the largest at its top; an even line runs through its middle. */
export function trendPoints(
  values: readonly (number | null)[],
  width: number,
  height: number,
): readonly TrendPoint[] {
  const known = values.filter((value) => value !== null);
  const least = Math.min(...known);
  const range = Math.max(...known) - least;
  const step = (width - 2 * MARGIN) / Math.max(1, values.length - 1);
  return values.flatMap((value, at) => {
    if (value === null) return [];
    const share = range === 0 ? 0.5 : (value - least) / range;
    return [{ x: rounded(MARGIN + at * step), y: rounded(height - MARGIN - share * (height - 2 * MARGIN)) }];
  });
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
