// Over all insights, what changed since a moment: each with its rows, files and totals.
import { useMemo } from 'preact/hooks';
import type { IndexDocument, InsightSummary } from '../../documents.ts';
import type { ChangeDocument, InsightDocument } from '../../insight-documents.ts';
import {
  type ChangeRange,
  changeRange,
  dayBefore,
  hoursBefore,
  parseEnd,
  type RangeEnd,
} from '../change-range.ts';
import { type ComposedChange, composeChanges } from '../compose-changes.ts';
import { CellText } from '../parts/cell-text.tsx';
import { moveWords, rowsChanged } from '../parts/change-words.ts';
import { counted } from '../parts/count-text.ts';
import { percentOf } from '../parts/decimal-change.ts';
import { Loading } from '../parts/loading.tsx';
import { DifferenceText } from '../parts/number-text.tsx';
import { OneLine } from '../parts/one-line.tsx';
import { Scroll } from '../parts/scroll.tsx';
import { TimeText } from '../parts/time-text.tsx';
import { href, type Route } from '../routes.ts';
import { useDocument, useDocumentList } from '../use-documents.ts';
import '../style/numbers.css';

type OverviewProps = {
  readonly index: IndexDocument;
  readonly route: Extract<Route, { view: 'changes' }>;
};

export function ChangesOverview({ index, route }: OverviewProps) {
  const day = route.from !== null && /^\d{4}-\d{2}-\d{2}$/.test(route.from) ? route.from : null;
  const since: RangeEnd = (day === null ? null : parseEnd(day)) ?? {
    moment: hoursBefore(index.writtenAt, 24),
  };
  const isSince = ({ lastCommit }: InsightSummary) =>
    lastCommit !== null &&
    ('day' in since ? lastCommit.slice(0, 10) > since.day : 'moment' in since && lastCommit > since.moment);
  const moved = index.insights
    .filter(isSince)
    .sort(
      (a, b) =>
        Number(b.headline) - Number(a.headline) || (b.lastCommit ?? '').localeCompare(a.lastCommit ?? ''),
    );
  const still = index.insights.filter((insight) => !moved.includes(insight));
  return (
    <>
      <h1>What changed</h1>
      <Since index={index} day={day} />
      {moved.length === 0 ? (
        <p class="lead">No numbers changed in that time.</p>
      ) : (
        <Scroll label="What changed">
          <table class="table-wide table-hover">
            <thead>
              <tr>
                <th scope="col">Numbers</th>
                <th scope="col">In total</th>
                <th scope="col">Rows</th>
                <th scope="col">What moved them</th>
                <th scope="col">Last change</th>
              </tr>
            </thead>
            <tbody>
              {moved.map((summary) => (
                <Line key={summary.name} summary={summary} since={since} />
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      {still.length > 0 && moved.length > 0 && (
        <p class="muted">
          Unchanged:{' '}
          {still.map(({ name }, at) => (
            <span key={name}>
              {at > 0 && ', '}
              <a href={href({ view: 'insight', name })}>
                <CellText cell={name} />
              </a>
            </span>
          ))}
        </p>
      )}
    </>
  );
}

function Since({ index, day }: { readonly index: IndexDocument; readonly day: string | null }) {
  const to = (from: string | null) => href({ view: 'changes', name: null, from, to: null });
  const choices = [
    { from: null, label: 'Last 24 hours' },
    { from: dayBefore(index.writtenAt, 7), label: '7 days' },
    { from: dayBefore(index.writtenAt, 30), label: '30 days' },
  ];
  return (
    <div class="bar range">
      {choices.map(({ from, label }) => (
        <a key={label} class="button" href={to(from)} aria-current={from === day ? 'true' : undefined}>
          {label}
        </a>
      ))}
      <label>
        Since the end of (UTC)
        <input
          type="date"
          value={day ?? ''}
          max={index.writtenAt.slice(0, 10)}
          onChange={(event) => {
            if (event.currentTarget.value !== '') location.hash = to(event.currentTarget.value);
          }}
        />
      </label>
      <span class="small muted">
        up to <TimeText time={index.writtenAt} as="both" />
      </span>
    </div>
  );
}

type LineProps = { readonly summary: InsightSummary; readonly since: RangeEnd };

function Line({ summary, since }: LineProps) {
  const { name, description, lastCommit, document } = summary;
  const loaded = useDocument<InsightDocument>(document);
  const range = useMemo(
    () => (loaded.state === 'there' ? changeRange(loaded.document, since, null) : null),
    [loaded, JSON.stringify(since)],
  );
  const ends = { from: endText(range?.from), to: endText(range?.to) };
  return (
    <tr>
      <th scope="row">
        <a href={href({ view: 'changes', name, ...ends })}>
          <CellText cell={name} />
        </a>
        {description !== null && <OneLine text={description} />}
      </th>
      {loaded.state !== 'there' || range === null ? (
        <td colSpan={3}>{document !== null && <Loading loaded={loaded}>{() => null}</Loading>}</td>
      ) : (
        <RangeCells range={range} />
      )}
      <td>
        <TimeText time={lastCommit} />
      </td>
    </tr>
  );
}

function endText(version: number | null | undefined): string | null {
  return version == null ? null : String(version);
}

function RangeCells({ range }: { readonly range: ChangeRange }) {
  const loaded = useDocumentList<ChangeDocument>(range.changes.map(({ change }) => change));
  const composed = useMemo(
    () => (loaded.state === 'there' ? composeChanges(loaded.document) : null),
    [loaded],
  );
  if (composed === null)
    return (
      <td colSpan={3}>
        <Loading loaded={loaded}>{() => null}</Loading>
      </td>
    );
  return (
    <>
      <td>
        <Totals composed={composed} />
      </td>
      <td class="nowrap">
        {composed.counts === null
          ? `up to ${counted(composed.mostRows, 'row')}`
          : rowsChanged(composed.counts)}
        {range.untold > 0 && (
          <div class="small muted">and in older versions, which the page does not list</div>
        )}
      </td>
      <td class="nowrap">
        {moveWords(composed).map((words) => (
          <div key={words}>{words}</div>
        ))}
      </td>
    </>
  );
}

const SHOWN_TOTALS = 3;

function Totals({ composed }: { readonly composed: ComposedChange }) {
  const moved = (composed.totals ?? []).filter(
    ({ difference }) => difference !== null && /[1-9]/.test(difference),
  );
  return (
    <>
      {moved.slice(0, SHOWN_TOTALS).map(({ column, old, new: now, difference }) => (
        <div key={column} class="nowrap">
          <CellText cell={column} /> <DifferenceText difference={difference} percent={percentOf(old, now)} />
        </div>
      ))}
      {moved.length > SHOWN_TOTALS && (
        <div class="small muted">and {counted(moved.length - SHOWN_TOTALS, 'more column')}</div>
      )}
    </>
  );
}
