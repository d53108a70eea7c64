// One dataset: how it is, what its files must look like, the files that came, the rows that were refused, and its changes.
import { useState } from 'preact/hooks';
import type { DatasetDocument, FileList } from '../../dataset-documents.ts';
import type { DatasetSummary, IndexDocument } from '../../documents.ts';
import { CellText } from '../parts/cell-text.tsx';
import { Contract } from '../parts/contract.tsx';
import { counted, countText } from '../parts/count-text.ts';
import { Facts } from '../parts/facts.tsx';
import { Loading } from '../parts/loading.tsx';
import { RefusedByRule, RefusedFiles } from '../parts/refused-tables.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { TimeText } from '../parts/time-text.tsx';
import { Versions } from '../parts/versions.tsx';
import { href, type Route } from '../routes.ts';
import { useDocument } from '../use-documents.ts';
import '../style/dataset.css';

type ViewProps = { readonly index: IndexDocument; readonly route: Extract<Route, { view: 'dataset' }> };

export function Dataset({ index, route }: ViewProps) {
  const summary = index.datasets.find(({ name }) => name === route.name);
  const loaded = useDocument<DatasetDocument>(summary?.document ?? null);
  const [isForSupplier, setForSupplier] = useState(false);
  const print = () => {
    setForSupplier(true);
    addEventListener('afterprint', () => setForSupplier(false), { once: true });
    // The next frame shows the description alone.
    requestAnimationFrame(() => window.print());
  };
  return (
    <article class={isForSupplier ? 'dataset for-supplier' : 'dataset'}>
      <h1>
        <CellText cell={route.name} />
      </h1>
      {summary === undefined ? (
        <p>There is no such kind of file any more, or there never was.</p>
      ) : (
        <Head summary={summary} />
      )}
      {summary?.document === null && <p class="muted">Nothing more is known of it yet.</p>}
      {summary?.document != null && (
        <Loading loaded={loaded}>
          {(document) => <Body document={document} options={index.options} print={print} />}
        </Loading>
      )}
    </article>
  );
}

function Head({ summary }: { readonly summary: DatasetSummary }) {
  const { name, description, state, files, rows, refusedRows, lastArrival, lastCommit } = summary;
  return (
    <>
      {description !== null && (
        <p>
          <CellText cell={description} max={2000} />
        </p>
      )}
      <div class="not-for-supplier">
        <Facts
          facts={[
            ['State', <StateBadge key="state" state={state} />],
            ['Files', countText(files)],
            ['Rows', countText(rows)],
            ['Refused rows', countText(refusedRows)],
            ['Missing files', countText(summary.late)],
            ['Last file', <TimeText key="file" time={lastArrival} as="both" />],
            ['Last change', <TimeText key="change" time={lastCommit} as="both" />],
            ['Described in', <CellText key="package" cell={summary.package} />],
          ]}
        />
      </div>
      <p class="bar screen-only">
        {summary.arrivals !== null && (
          <a href={href({ view: 'arrivals', dataset: name })}>Calendar of its files</a>
        )}
        <a href={href({ view: 'lineage', name })}>What is made of it</a>
      </p>
    </>
  );
}

type BodyProps = { readonly document: DatasetDocument; readonly options: string; readonly print: () => void };

function Body({ document, options, print }: BodyProps) {
  const { name, lists, refused, versions, moreVersions } = document;
  return (
    <>
      <section aria-labelledby="refused" class="not-for-supplier">
        <h2 id="refused">What was refused</h2>
        {refused.files.length === 0 ? (
          <p class="muted">Nothing that is open.</p>
        ) : (
          <>
            <RefusedByRule rules={refused.byRule} />
            <RefusedFiles dataset={name} files={refused.files} more={refused.moreFiles} />
          </>
        )}
      </section>
      <section aria-labelledby="files" class="not-for-supplier">
        <h2 id="files">Its files</h2>
        <Lists name={name} lists={lists} />
      </section>
      <Contract document={document} print={print} />
      <section aria-labelledby="versions" class="not-for-supplier">
        <h2 id="versions">What changed, and when</h2>
        <Versions versions={versions} more={moreVersions} command={`npx sluice history ${name}${options}`} />
      </section>
    </>
  );
}

const SHOWN = 24;

function Lists({ name, lists }: { readonly name: string; readonly lists: readonly FileList[] }) {
  const [isWhole, setWhole] = useState(false);
  if (lists.length === 0) return <p class="muted">None came yet.</p>;
  const shown = isWhole ? lists : lists.slice(0, SHOWN);
  return (
    <>
      <ul class="lists">
        {shown.map(({ label, files }) => (
          <li key={label}>
            <a href={href({ view: 'files', name, label, source: null })}>
              <CellText cell={label} />
            </a>{' '}
            <span class="muted">{counted(files, 'file')}</span>
          </li>
        ))}
      </ul>
      {shown.length < lists.length && (
        <button type="button" class="screen-only" onClick={() => setWhole(true)}>
          Show all {counted(lists.length, 'month')}
        </button>
      )}
    </>
  );
}
