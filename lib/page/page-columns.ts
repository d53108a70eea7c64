// A table's columns as the page shows them. Pure.
import type { Column } from '../core/schema.ts';
import { isNumeric } from '../inspect/sum-text.ts';
import type { PageColumn } from './insight-documents.ts';

/** In the order of `columns`. */
export function pageColumns(columns: readonly Column[]): PageColumn[] {
  return columns.map(({ name, type, description }) => ({
    name,
    type,
    isNumber: isNumeric(type),
    description: description ?? null,
    unit: unitOf(description ?? ''),
  }));
}

/** `What it costs, net [EUR].` → `EUR`: the word in brackets at the end. */
function unitOf(description: string): string | null {
  return /\[([^\s[\]]{1,20})\][.\s]*$/.exec(description)?.[1] ?? null;
}

/** Whether a column may be added up and drawn. `tells`: the columns that tell rows apart; what is called an id tells them, too. */
export function isMeasure({ name, isNumber }: PageColumn, tells: readonly string[]): boolean {
  return isNumber && !tells.includes(name) && !/(^|_)id$/i.test(name);
}
