// A cell, a file's name or a message from strangers, as text: isolated from the direction of what stands around it, nothing
// hidden in it, and cut where it is very long.
import { useState } from 'preact/hooks';
import type { Cell } from '../../page-values.ts';
import { countText } from './count-text.ts';
import { cutText, textRuns } from './shown-text.ts';
import '../style/cell.css';

/** A little more than `max` is shown in full: nobody wants to press a button for three characters. */
const LEEWAY = 1.2;

export function CellText({ cell, max = 300 }: { readonly cell: Cell; readonly max?: number }) {
  const [isWhole, setWhole] = useState(false);
  if (cell === null) return <span class="muted nothing">no value</span>;
  if (cell === '') return <span class="muted nothing">empty</span>;
  const isCut = cell.length > max * LEEWAY && !isWhole;
  return (
    <>
      <bdi class="cell">
        {textRuns(isCut ? cutText(cell, max) : cell).map(({ text, isEscape }, at) =>
          isEscape ? (
            <span key={at} class="escape" title="a character that has no shape of its own">
              {text}
            </span>
          ) : (
            text
          ),
        )}
        {isCut && '…'}
      </bdi>
      {isCut && (
        <button type="button" class="plain-button small screen-only" onClick={() => setWhole(true)}>
          show all {countText(cell.length)} characters
        </button>
      )}
    </>
  );
}
