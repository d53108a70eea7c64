// What the reader's words find: tables, their columns and descriptions at once; files while their lists are looked through.
import { useEffect, useState } from 'preact/hooks';
import type { ColumnsDocument, IndexDocument } from '../../documents.ts';
import { load } from '../load.ts';
import { CellText } from '../parts/cell-text.tsx';
import { counted, countText } from '../parts/count-text.ts';
import { Scroll } from '../parts/scroll.tsx';
import { FileStateBadge, StateBadge } from '../parts/state-badge.tsx';
import { href, type Route } from '../routes.ts';
import { useDocument } from '../use-documents.ts';
import {
  type FileHit,
  type FileSearch,
  LEAST_CHARACTERS,
  MOST_FILES,
  searchFiles,
  searchTables,
  type TableHit,
  wordsOf,
} from '../word-search.ts';
import '../style/search.css';

type ViewProps = { readonly index: IndexDocument; readonly route: Extract<Route, { view: 'search' }> };

export function Search({ index, route }: ViewProps) {
  const words = wordsOf(route.words);
  const described = useDocument<ColumnsDocument>(index.columns);
  const tables = searchTables(index, described.state === 'there' ? described.document : null, words);
  const isEnough = route.words.trim().length >= LEAST_CHARACTERS;
  const files = useFileSearch(index, isEnough ? words : []);
  return (
    <>
      <h1>Search</h1>
      {words.length === 0 ? (
        <p class="muted">
          Type in the box above, from anywhere with the key <kbd>/</kbd>: the name of a table, a column or a
          file, or words of a description.
        </p>
      ) : (
        <>
          <h2>Tables and columns</h2>
          <p class="muted" role="status">
            {tables.length === 0 ? 'None fits.' : counted(tables.length, 'table')}
          </p>
          <ul class="hits">
            {tables.map((hit) => (
              <TableItem key={hit.node.name} hit={hit} />
            ))}
          </ul>
          <h2>Files</h2>
          {isEnough ? (
            <Files search={files} />
          ) : (
            <p class="muted">Files are looked for from {LEAST_CHARACTERS} characters on.</p>
          )}
        </>
      )}
    </>
  );
}

function TableItem({ hit: { node, columns } }: { readonly hit: TableHit }) {
  const { name, kind, description, state } = node;
  return (
    <li>
      <a href={href({ view: kind === 'dataset' ? 'dataset' : 'insight', name })}>
        <CellText cell={name} />
      </a>{' '}
      <span class="muted">{KINDS[kind]}</span> {state !== 'well' && <StateBadge state={state} />}
      {description !== null && (
        <div class="small">
          <CellText cell={description} />
        </div>
      )}
      {columns.length > 0 && (
        <ul class="small muted hit-columns">
          {columns.slice(0, MOST_COLUMNS).map((column) => (
            <li key={column.name}>
              <CellText cell={column.name} />
              {column.description !== null && (
                <>
                  : <CellText cell={column.description} />
                </>
              )}
            </li>
          ))}
          {columns.length > MOST_COLUMNS && (
            <li>and {counted(columns.length - MOST_COLUMNS, 'more column')}</li>
          )}
        </ul>
      )}
    </li>
  );
}

const MOST_COLUMNS = 5;

const KINDS = {
  dataset: 'files that come in',
  history: 'history of rows',
  insight: 'numbers made of them',
} as const;

function Files({ search }: { readonly search: FileSearch | undefined }) {
  if (search === undefined)
    return (
      <p class="muted" role="status">
        Looking …
      </p>
    );
  const { hits, looked, lists, failed, isDone } = search;
  return (
    <>
      <p class="muted" role="status">
        {isDone
          ? found(search)
          : `Looked through ${countText(looked)} of ${counted(lists, 'list')} of files …`}
        {failed > 0 && ` ${counted(failed, 'list')} could not be loaded: load the page again.`}
      </p>
      {!isDone && <progress value={looked} max={lists} aria-label="Lists of files looked through" />}
      {hits.length > 0 && (
        <Scroll label="Files">
          <table class="table-hover">
            <tbody>
              {hits.map((hit) => (
                <FileLine key={`${hit.dataset} ${hit.file.source}`} hit={hit} />
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </>
  );
}

function found({ hits, looked, lists }: FileSearch): string {
  if (hits.length >= MOST_FILES && looked < lists)
    return `The newest ${MOST_FILES} that fit; type more for others.`;
  if (hits.length >= MOST_FILES) return `The newest ${MOST_FILES} that fit.`;
  return hits.length === 0 ? 'None fits.' : counted(hits.length, 'file');
}

function FileLine({ hit: { dataset, label, file } }: { readonly hit: FileHit }) {
  return (
    <tr>
      <td class="hit-file">
        <a href={href({ view: 'files', name: dataset, label, source: file.source })}>
          <CellText cell={file.source} />
        </a>
      </td>
      <td>
        <FileStateBadge state={file.state} />
      </td>
      <td class="number">{counted(file.rows, 'row')}</td>
    </tr>
  );
}

const TYPING_MS = 250;

/** Begins when the reader stops typing. No words: no search. */
function useFileSearch(index: IndexDocument, words: readonly string[]): FileSearch | undefined {
  const [search, setSearch] = useState<FileSearch>();
  const typed = words.join(' ');
  useEffect(() => setSearch(undefined), [typed]);
  useEffect(() => {
    if (typed === '') return;
    let isWanted = true;
    const run = async () => {
      for await (const step of searchFiles(index, wordsOf(typed), load)) {
        if (!isWanted) return;
        setSearch(step);
      }
    };
    const timer = setTimeout(() => void run(), TYPING_MS);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [typed, index]);
  return search;
}
