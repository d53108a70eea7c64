// The files that moved a number, and what became of each.

import type { IndexDocument } from '../../documents.ts';
import type { ChangeDocument, SourceMove } from '../../insight-documents.ts';
import { counted, countText } from './count-text.ts';
import { FileLink, TableLink } from './table-link.tsx';
import { TimeText } from './time-text.tsx';
import '../style/numbers.css';

const WORDS: Readonly<Record<SourceMove['change'], string>> = {
  new: 'New',
  replaced: 'Replaced',
  'read again': 'Read again',
  withdrawn: 'Withdrawn',
};

/** Its rows are in the dataset still, but count here no more. */
function isLeftOut({ change, committedAt }: SourceMove): boolean {
  return change === 'withdrawn' && committedAt === null;
}

type MoveProps = Pick<ChangeDocument, 'sources' | 'moreSources' | 'definitions'> & {
  readonly index: IndexDocument;
  /** What is to be known where there are several files. */
  readonly note?: string;
};

export function MoveList({ index, sources, moreSources, definitions, note }: MoveProps) {
  if (sources.length === 0 && moreSources === 0 && definitions.length === 0)
    return <p class="muted">No file and no rule changed.</p>;
  return (
    <>
      {definitions.length > 0 && (
        <p>
          The rules changed of{' '}
          {definitions.map((name, at) => (
            <span key={name}>
              {at > 0 && ', '}
              <TableLink index={index} name={name} />
            </span>
          ))}
          .
        </p>
      )}
      <ul class="moves">
        {sources.map((move) => (
          <li key={`${move.dataset} ${move.source}`}>
            <span class={`move-word move-${move.change.replace(' ', '-')}`}>
              {isLeftOut(move) ? 'No longer counts' : WORDS[move.change]}
            </span>{' '}
            <FileLink dataset={move.dataset} source={move.source} />
            <div class="small muted">
              <TableLink index={index} name={move.dataset} />
              {`, ${rowWords(move)}`}
              {move.committedAt !== null && (
                <>
                  , <TimeText time={move.committedAt} as="both" />
                </>
              )}
            </div>
          </li>
        ))}
      </ul>
      {sources.length + moreSources > 1 && note !== undefined && <p class="small muted">{note}</p>}
      {moreSources > 0 && <p class="small muted">and {counted(moreSources, 'more file')}</p>}
    </>
  );
}

/** `1,000 rows before, 970 now (-30)` */
function rowWords(move: SourceMove): string {
  const { change, oldRows, newRows } = move;
  if (change === 'new') return newRows === null ? 'its rows are new' : `${counted(newRows, 'row')}`;
  if (isLeftOut(move))
    return oldRows === null ? 'its rows counted before' : `${counted(oldRows, 'row')} before`;
  if (change === 'withdrawn')
    return oldRows === null ? 'its rows are gone' : `${counted(oldRows, 'row')} gone`;
  if (oldRows === null || newRows === null) return newRows === null ? '' : counted(newRows, 'row');
  const more = newRows - oldRows;
  const by = more === 0 ? 'as many as before' : `${more > 0 ? '+' : '-'}${countText(Math.abs(more))}`;
  return `${counted(oldRows, 'row')} before, ${countText(newRows)} now (${by})`;
}
