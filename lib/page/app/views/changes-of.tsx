// What changed in one insight between two versions or days: totals on top, files on the left, rows on the right.
import { useMemo } from 'preact/hooks';
import type { IndexDocument, InsightSummary } from '../../documents.ts';
import type { ChangeDocument, InsightDocument } from '../../insight-documents.ts';
import { type ChangeRange, changeRange, parseEnd } from '../change-range.ts';
import { composeChanges } from '../compose-changes.ts';
import { CellText } from '../parts/cell-text.tsx';
import { ChangeRangeChoice } from '../parts/change-range-choice.tsx';
import { moveWords, rowsChanged } from '../parts/change-words.ts';
import { ChangedRows, ChangedTotals } from '../parts/changed-rows.tsx';
import { Command } from '../parts/command.tsx';
import { counted } from '../parts/count-text.ts';
import { Loading } from '../parts/loading.tsx';
import { MoveList } from '../parts/move-list.tsx';
import { diffCommand } from '../receipt-history.ts';
import { href, type Route } from '../routes.ts';
import { useDocument, useDocumentList } from '../use-documents.ts';
import '../style/numbers.css';

type OfProps = {
  readonly index: IndexDocument;
  readonly route: Extract<Route, { view: 'changes' }>;
  readonly summary: InsightSummary;
};

export function ChangesOf({ index, route, summary }: OfProps) {
  const loaded = useDocument<InsightDocument>(summary.document);
  const { name } = summary;
  return (
    <>
      <p class="small">
        <a href={href({ view: 'changes', name: null, from: null, to: null })}>What changed</a>
        {' › '}
        <a href={href({ view: 'insight', name })}>
          <CellText cell={name} />
        </a>
      </p>
      <h1>
        What changed in <CellText cell={name} />
      </h1>
      {summary.document === null ? (
        <p>It has no rows yet.</p>
      ) : (
        <Loading loaded={loaded}>
          {(insight) => <Between index={index} route={route} insight={insight} />}
        </Loading>
      )}
    </>
  );
}

type BetweenProps = Omit<OfProps, 'summary'> & { readonly insight: InsightDocument };

function Between({ index, route, insight }: BetweenProps) {
  const [from, to] = [route.from, route.to].map((text) => (text === null ? null : parseEnd(text)));
  const isWrong = (route.from !== null && from === null) || (route.to !== null && to === null);
  const range = changeRange(insight, from ?? null, to ?? null);
  return (
    <>
      <ChangeRangeChoice index={index} insight={insight} range={range} route={route} />
      {isWrong && (
        <p class="notice notice-attention">
          The address names an end that is neither a version nor a day as 2024-01-31 or a moment: it is left
          out.
        </p>
      )}
      {range.untold > 0 && <Untold index={index} insight={insight} range={range} />}
      {range.changes.length === 0 ? (
        <p class="lead">No row changed in that time.</p>
      ) : (
        <Composed index={index} insight={insight} range={range} />
      )}
    </>
  );
}

type RangeProps = Omit<BetweenProps, 'route'> & { readonly range: ChangeRange };

/** What follows is not all. */
function Untold({ index, insight, range }: RangeProps) {
  return (
    <div class="notice notice-attention">
      <p>
        Versions in this time are too old for the page: what they changed is missing below. Whoever runs
        Sluice gets all of it with this:
      </p>
      <Diff index={index} insight={insight} range={range} />
    </div>
  );
}

function Diff({ index, insight, range }: RangeProps) {
  const first = range.from ?? 0;
  return <Command text={diffCommand(insight.name, first, range.to ?? first, index.options)} />;
}

function Composed({ index, insight, range }: RangeProps) {
  const loaded = useDocumentList<ChangeDocument>(range.changes.map(({ change }) => change));
  return (
    <Loading loaded={loaded}>
      {(changes) => <Told index={index} insight={insight} range={range} changes={changes} />}
    </Loading>
  );
}

type ToldProps = RangeProps & { readonly changes: readonly ChangeDocument[] };

function Told({ index, insight, range, changes }: ToldProps) {
  const composed = useMemo(() => composeChanges(changes), [changes]);
  return (
    <>
      <p class="lead">
        {composed.counts === null
          ? `Up to ${counted(composed.mostRows, 'row')} changed`
          : capital(rowsChanged(composed.counts))}
        {'; '}
        {moveWords(composed).join(', ')}.
      </p>
      <ChangedTotals composed={composed} />
      <div class="files-and-rows">
        <section>
          <h2>What moved them</h2>
          <MoveList
            index={index}
            sources={composed.sources}
            moreSources={composed.moreSources}
            definitions={composed.definitions}
          />
        </section>
        <section>
          <h2>Rows</h2>
          {composed.unlisted.length > 0 && (
            <div class="notice notice-attention">
              <p>
                Not all rows are listed:{' '}
                {changes.length === 1 ? 'too many' : 'in some of these versions too many'} changed, or they
                were removed from the lake since. Those below are right. All of them:
              </p>
              <Diff index={index} insight={insight} range={range} />
            </div>
          )}
          {composed.rows.length > 0 && <ChangedRows insight={insight} composed={composed} />}
        </section>
      </div>
    </>
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
