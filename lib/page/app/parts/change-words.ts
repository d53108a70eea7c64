// How many rows changed, in words. Pure.
import type { ChangeDocument } from '../../insight-documents.ts';
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

type Moves = Pick<ChangeDocument, 'sources' | 'moreSources' | 'definitions'>;

/** What rows changed by: `2 files moved them, the rules changed, 4 files were read again`. A file that is only read again moves nothing by itself. */
export function moveWords({ sources, moreSources, definitions }: Moves): string[] {
  const again = sources.filter(({ change }) => change === 'read again').length;
  const moved = sources.length + moreSources - again;
  const words = [
    ...(moved > 0 ? [`${counted(moved, 'file')} moved them`] : []),
    ...(definitions.length > 0 ? ['the rules changed'] : []),
    ...(again > 0 ? [`${counted(again, 'file')} ${again === 1 ? 'was' : 'were'} read again`] : []),
  ];
  return words.length === 0 ? ['no file moved them'] : words;
}
