// The views that an audit may read besides the partition's rows.
import { identifier } from '../sql/quoting.ts';

/** SQL name of the view with all rows of an audit's related table; no table can have this name. */
export function relatedView(name: string): string {
  return identifier(relatedName(name));
}

export function relatedName(name: string): string {
  return `_sluice_related_${name.toLowerCase()}`;
}

/** The view whose `rows_before` is the partition's row count before this version; it is empty for a new partition. */
export const BEFORE = '_sluice_before';
