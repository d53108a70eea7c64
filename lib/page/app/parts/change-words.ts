// How many rows changed, in words. Pure.
import type { ChangeDocument } from '../../documents.ts';
import { counted, countText } from './count-text.ts';

/** `3 rows changed, 1 new`; `no row changed` */
export function rowsChanged({ added, removed, changed }: ChangeDocument['counts']): string {
  const parts = [
    ...(changed > 0 ? [[changed, 'changed'] as const] : []),
    ...(added > 0 ? [[added, 'new'] as const] : []),
    ...(removed > 0 ? [[removed, 'gone'] as const] : []),
  ];
  if (parts.length === 0) return 'no row changed';
  return parts
    .map(([count, word], at) =>
      at === 0 ? `${counted(count, 'row')} ${word}` : `${countText(count)} ${word}`,
    )
    .join(', ');
}
