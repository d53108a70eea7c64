// What stands above a table of values: the filter, which rows are shown, and the ways to take them elsewhere.
import type { Cell } from '../../page-values.ts';
import { downloadText } from './copy.ts';
import { CopyButton } from './copy-button.tsx';
import { counted, countText } from './count-text.ts';
import { csvText, tsvText } from './table-text.ts';

export const PAGE_ROWS = 100;

type ToolsProps = {
  readonly caption: string;
  readonly header: readonly string[];
  readonly fileName: string;
  readonly all: number;
  /** How many the filter left. */
  readonly found: number;
  readonly rows: () => readonly (readonly Cell[])[];
  readonly words: string;
  readonly setWords: (words: string) => void;
  readonly page: number;
  readonly setPage: (page: number) => void;
};

export function TableTools({ caption, header, fileName, all, found, rows, words, ...paging }: ToolsProps) {
  const download = () => downloadText(`${fileName}.csv`, csvText(header, rows()));
  return (
    <div class="bar">
      <input
        type="search"
        class="screen-only"
        value={words}
        placeholder="Filter the rows"
        aria-label={`Filter the rows of ${caption}`}
        onInput={(event) => paging.setWords(event.currentTarget.value)}
      />
      <span class="small muted" role="status">
        {words.trim() === '' ? counted(all, 'row') : `${countText(found)} of ${counted(all, 'row')}`}
      </span>
      <CopyButton text={() => tsvText(header, rows())} name={`Copy the rows of ${caption}`} />
      <button type="button" class="screen-only" onClick={download}>
        Save as CSV
      </button>
      <Pages found={found} page={paging.page} setPage={paging.setPage} />
    </div>
  );
}

type PagesProps = Pick<ToolsProps, 'found' | 'page' | 'setPage'>;

function Pages({ found, page, setPage }: PagesProps) {
  if (found <= PAGE_ROWS) return null;
  const first = page * PAGE_ROWS;
  const last = Math.min(first + PAGE_ROWS, found);
  return (
    <span class="pages bar">
      <button type="button" disabled={page === 0} onClick={() => setPage(page - 1)}>
        Back
      </button>
      <span class="small">
        {countText(first + 1)} to {countText(last)} of {countText(found)}
      </span>
      <button type="button" disabled={last === found} onClick={() => setPage(page + 1)}>
        On
      </button>
    </span>
  );
}
