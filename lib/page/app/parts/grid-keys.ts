// The keys that move through a grid of fields (ARIA's pattern `grid`): of all fields one alone is reached by Tab, the one where
// the keys led last.

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

/** For a table whose body's rows begin with a head; a field takes the focus itself, or a link in it does. */
export function moveInGrid(event: KeyboardEvent & { readonly currentTarget: HTMLTableElement }): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  const field = event.target instanceof Element ? event.target.closest('td') : null;
  const body = event.currentTarget.tBodies[0];
  const line = field?.parentElement;
  if (!field || !body || !(line instanceof HTMLTableRowElement)) return;
  const at = { row: line.sectionRowIndex, column: field.cellIndex - 1 };
  const size = { row: body.rows.length, column: line.cells.length - 1 };
  const next = nextPlace(event.key, at, size);
  if (next === undefined) return;
  event.preventDefault();
  const target = body.rows[next.row]?.cells[next.column + 1];
  const takes = target?.querySelector('a') ?? target;
  if (!takes) return;
  for (const other of event.currentTarget.querySelectorAll(
    'tbody td[tabindex="0"], tbody td a[tabindex="0"]',
  ))
    if (other instanceof HTMLElement) other.tabIndex = -1;
  takes.tabIndex = 0;
  takes.focus();
}
