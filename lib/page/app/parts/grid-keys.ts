// Where the keys lead within a grid of fields (ARIA's pattern `grid`). Pure.

type Step = (at: Place, size: Place) => Place;
type Place = { readonly row: number; readonly column: number };

const STEPS: Readonly<Record<string, Step>> = {
  ArrowLeft: ({ row, column }) => ({ row, column: column - 1 }),
  ArrowRight: ({ row, column }) => ({ row, column: column + 1 }),
  ArrowUp: ({ row, column }) => ({ row: row - 1, column }),
  ArrowDown: ({ row, column }) => ({ row: row + 1, column }),
  Home: ({ row }) => ({ row, column: 0 }),
  End: ({ row }, { column }) => ({ row, column: column - 1 }),
  PageUp: ({ row, column }) => ({ row, column: column - 7 }),
  PageDown: ({ row, column }) => ({ row, column: column + 7 }),
};

/** Where that key leads to from there; undefined where it leads nowhere. `size`: rows and columns of the grid. */
export function nextPlace(key: string, at: Place, size: Place): Place | undefined {
  const next = STEPS[key]?.(at, size);
  if (next === undefined) return undefined;
  const held = {
    row: Math.min(size.row - 1, Math.max(0, next.row)),
    column: Math.min(size.column - 1, Math.max(0, next.column)),
  };
  return held.row === at.row && held.column === at.column ? undefined : held;
}
