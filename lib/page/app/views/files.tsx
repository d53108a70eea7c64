// The files of one month, or of one day of it, by their state; and one file's receipt.
import { useState } from 'preact/hooks';
import type { DatasetDocument, FileRow, FilesDocument } from '../../dataset-documents.ts';
import type { IndexDocument } from '../../documents.ts';
import { CellText } from '../parts/cell-text.tsx';
import { countText, sizeText } from '../parts/count-text.ts';
import { FileReceipt } from '../parts/file-receipt.tsx';
import { Loading } from '../parts/loading.tsx';
import { Scroll } from '../parts/scroll.tsx';
import { FileStateBadge, FileStateMark } from '../parts/state-badge.tsx';
import { FILE_STATE_WORDS, GRAVITY } from '../parts/state-words.ts';
import { TimeText } from '../parts/time-text.tsx';
import { href, type Route } from '../routes.ts';
import { useDocument } from '../use-documents.ts';
import { FileByName } from './file-by-name.tsx';
import '../style/dataset.css';

type FilesRoute = Extract<Route, { view: 'files' }>;
type ViewProps = { readonly index: IndexDocument; readonly route: FilesRoute };

/** `label` names a month, or a day of one: then its list is the month's; '' where only the file's name is known. */
export function Files({ index, route }: ViewProps) {
  const { name, label, source } = route;
  if (label === '' && source !== null) return <FileByName index={index} name={name} source={source} />;
  return <FilesOf index={index} route={route} />;
}

function FilesOf({ index, route }: ViewProps) {
  const { name, label, source } = route;
  const summary = index.datasets.find((dataset) => dataset.name === name);
  const dataset = useDocument<DatasetDocument>(summary?.document ?? null);
  const lists = dataset.state === 'there' ? dataset.document.lists : [];
  const list = (
    lists.find((one) => one.label === label) ?? lists.find((one) => one.label === label.slice(0, 7))
  )?.list;
  const loaded = useDocument<FilesDocument>(list ?? null);
  return (
    <>
      <nav class="crumbs" aria-label="Above">
        <a href={href({ view: 'dataset', name })}>
          <CellText cell={name} />
        </a>
        {source !== null && (
          <>
            {' › '}
            <a href={href({ view: 'files', name, label, source: null })}>
              <CellText cell={label} />
            </a>
          </>
        )}
      </nav>
      <h1>{source === null ? <>Files of {<CellText cell={label} />}</> : <CellText cell={source} />}</h1>
      {summary?.document == null ? (
        <p>There is no such kind of file any more, or nothing is known of it yet.</p>
      ) : (
        <Loading loaded={dataset}>
          {() =>
            list === undefined ? (
              <p>No file of that time is known.</p>
            ) : (
              <Loading loaded={loaded}>{({ files }) => <Content files={files} route={route} />}</Loading>
            )
          }
        </Loading>
      )}
    </>
  );
}

function Content({ files, route }: { readonly files: readonly FileRow[]; readonly route: FilesRoute }) {
  const { name, label, source } = route;
  const ofLabel = label.length > 7 ? files.filter(({ period }) => period === label) : files;
  if (source !== null) {
    const file = files.find((one) => one.source === source);
    if (file === undefined)
      return <p>This file is not in the list any more: it moved to another month, or is long gone.</p>;
    return <FileReceipt dataset={name} file={file} />;
  }
  const [only] = ofLabel;
  if (ofLabel.length === 1 && only) return <FileReceipt dataset={name} file={only} isNamed />;
  return <FileTable files={ofLabel} route={route} />;
}

const STEP = 200;

function FileTable({ files, route }: { readonly files: readonly FileRow[]; readonly route: FilesRoute }) {
  const [state, setState] = useState<FileRow['state'] | null>(null);
  const [shownCount, setShownCount] = useState(STEP);
  const fitting = state === null ? files : files.filter((file) => file.state === state);
  const states = GRAVITY.filter((one) => files.some((file) => file.state === one));
  return (
    <>
      <fieldset class="bar filter screen-only">
        <legend class="visually-hidden">Show files that are</legend>
        <button type="button" aria-pressed={state === null} onClick={() => setState(null)}>
          All {countText(files.length)}
        </button>
        {states.map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={state === one}
            onClick={() => setState(one === 'missing' ? null : one)}
          >
            <FileStateMark state={one} /> {FILE_STATE_WORDS[one].word}{' '}
            {countText(files.filter((file) => file.state === one).length)}
          </button>
        ))}
      </fieldset>
      <Scroll label="Files">
        <table class="table-wide table-hover">
          <thead>
            <tr>
              <th scope="col">File</th>
              <th scope="col">State</th>
              <th scope="col">For</th>
              <th scope="col" class="number">
                Rows
              </th>
              <th scope="col" class="number">
                Refused
              </th>
              <th scope="col" class="number">
                Size
              </th>
              <th scope="col">Came</th>
              <th scope="col">Counts since</th>
            </tr>
          </thead>
          <tbody>
            {fitting.slice(0, shownCount).map((file) => (
              <FileLine key={file.source} file={file} route={route} />
            ))}
          </tbody>
        </table>
      </Scroll>
      {fitting.length > shownCount && (
        <button type="button" onClick={() => setShownCount(shownCount + STEP)}>
          Show more of {countText(fitting.length)}
        </button>
      )}
    </>
  );
}

function FileLine({ file, route }: { readonly file: FileRow; readonly route: FilesRoute }) {
  const { source, state, period, rows, refusedRows, refused, sizeBytes, lastModified, committedAt } = file;
  return (
    <tr>
      <td class="file-name">
        <a href={href({ ...route, source })}>
          <CellText cell={source} />
        </a>
      </td>
      <td>
        <FileStateBadge state={state} />
      </td>
      <td class="nowrap">{period}</td>
      <td class="number">{countText(rows)}</td>
      <td class="number">
        {refused === null ? (
          <span class="muted">{countText(refusedRows)}</span>
        ) : (
          <a href={href({ view: 'refused', name: route.name, source })}>
            {state === 'rejected' ? 'whole file' : countText(refusedRows)}
          </a>
        )}
      </td>
      <td class="number">{sizeBytes === null ? <span class="muted">gone</span> : sizeText(sizeBytes)}</td>
      <td>
        <TimeText time={lastModified} />
      </td>
      <td>
        {committedAt === null || state === 'superseded' ? (
          <span class="muted">–</span>
        ) : (
          <TimeText time={committedAt} />
        )}
      </td>
    </tr>
  );
}
