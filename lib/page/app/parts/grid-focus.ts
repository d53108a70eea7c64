// Moves the focus through a grid of fields by its keys: of all fields one alone is reached by Tab, the one where they led last.
import { nextPlace } from './grid-keys.ts';

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
