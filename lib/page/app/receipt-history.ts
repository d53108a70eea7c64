// What a row's number was in the version of its partition before. Pure.

import type { ChangeDocument, InsightDocument } from '../insight-documents.ts';
import type { Cell } from '../page-values.ts';
import { type ReceiptRoute, rowsAt } from './insight-rows.ts';

export type Before =
  | { readonly state: 'known'; readonly cell: Cell }
  /** The row is the same in both versions. */
  | { readonly state: 'same' }
  /** The row was not there. */
  | { readonly state: 'absent' }
  /** The row was there, the column was not. */
  | { readonly state: 'no column' }
  /** In a sentence. */
  | { readonly state: 'unknown'; readonly why: string };

/** `change`: what the version changed that last wrote the partition. */
export function numberBefore(
  insight: Pick<InsightDocument, 'key' | 'partitionBy'>,
  change: ChangeDocument,
  route: ReceiptRoute,
  column: string,
): Before {
  if (change.rows === null)
    return { state: 'unknown', why: 'The rows of the version before were removed from the lake since.' };
  const found = change.rows.filter(
    (row) => rowsAt(insight.partitionBy, change.columns, [row.new ?? row.old ?? []], route).length > 0,
  );
  if (change.key.length === 0 || insight.key.length === 0) return withoutKey(found.length, change.moreRows);
  const [row] = found;
  if (row === undefined)
    return change.moreRows > 0
      ? { state: 'unknown', why: 'So many rows changed that this one is not listed.' }
      : { state: 'same' };
  if (row.old === null) return { state: 'absent' };
  const place = change.columns.findIndex(({ name }) => name === column);
  return place < 0 ? { state: 'no column' } : { state: 'known', cell: row.old[place] ?? null };
}

function withoutKey(found: number, moreRows: number): Before {
  if (found === 0 && moreRows === 0) return { state: 'same' };
  return {
    state: 'unknown',
    why: 'Nothing tells the rows of this table apart (it has no key), so the older row cannot be told.',
  };
}

/** The command that says more. */
export function diffCommand(name: string, from: number, to: number, options: string): string {
  return `npx sluice explain ${name} --diff ${from}..${to}${options}`;
}
