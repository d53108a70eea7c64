// An insight: whether it can be relied on, its numbers as a chart and as a table, and what is behind them.
import type { IndexDocument, InsightSummary } from '../../documents.ts';
import type { InsightDocument } from '../../insight-documents.ts';
import { CellText } from '../parts/cell-text.tsx';
import { counted, countText } from '../parts/count-text.ts';
import { Loading } from '../parts/loading.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { TimeText } from '../parts/time-text.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { href, type Route } from '../routes.ts';
import { useDocument } from '../use-documents.ts';
import { InsightAbout } from './insight-about.tsx';
import { InsightNumbers } from './insight-numbers.tsx';
import '../style/numbers.css';

export function Insight({ index, route }: ViewProps) {
  const summary = index.insights.find(({ name }) => name === route.name);
  if (summary === undefined) return <NoInsight name={route.name} />;
  return (
    <>
      <h1>
        <CellText cell={summary.name} />
      </h1>
      {summary.description !== null && (
        <p class="lead">
          <CellText cell={summary.description} max={600} />
        </p>
      )}
      <Facts summary={summary} />
      {summary.document === null ? (
        <p>It has no rows yet.</p>
      ) : (
        <InsightBody key={summary.name} index={index} document={summary.document} />
      )}
    </>
  );
}

type ViewProps = { readonly index: IndexDocument; readonly route: Extract<Route, { view: 'insight' }> };

export function NoInsight({ name }: { readonly name: string }) {
  return (
    <>
      <h1>There are no such numbers</h1>
      <p>
        Nothing here is called <CellText cell={name} />: it may have been renamed or removed.{' '}
        <a href={href({ view: 'search', words: name })}>Search for it</a>, or go to{' '}
        <a href={href({ view: 'today' })}>today</a>.
      </p>
    </>
  );
}

function Facts({ summary }: { readonly summary: InsightSummary }) {
  const { name, state, rows, partitions, behind, lastCommit, version } = summary;
  return (
    <dl class="facts">
      <div>
        <dt>State</dt>
        <dd>
          <StateBadge state={state} />
        </dd>
      </div>
      <div>
        <dt>Last change</dt>
        <dd>
          <TimeText time={lastCommit} as="both" />{' '}
          <a href={href({ view: 'changes', name, from: null, to: null })}>What changed</a>
        </dd>
      </div>
      <div>
        <dt>Rows</dt>
        <dd>
          {countText(rows)} in {counted(partitions, 'part')}
        </dd>
      </div>
      {behind !== null && behind > 0 && (
        <div>
          <dt>To be computed again</dt>
          <dd>{counted(behind, 'part')}</dd>
        </div>
      )}
      {version !== null && (
        <div>
          <dt>Version</dt>
          <dd>{version}</dd>
        </div>
      )}
      <div>
        <dt>Made from</dt>
        <dd>
          <a href={href({ view: 'lineage', name })}>Where its numbers come from</a>
        </dd>
      </div>
    </dl>
  );
}

function InsightBody({ index, document }: { readonly index: IndexDocument; readonly document: string }) {
  const loaded = useDocument<InsightDocument>(document);
  return (
    <Loading loaded={loaded}>
      {(insight) => (
        <>
          <Trouble insight={insight} />
          <InsightNumbers index={index} insight={insight} />
          <InsightAbout index={index} insight={insight} />
        </>
      )}
    </Loading>
  );
}
