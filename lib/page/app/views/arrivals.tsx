// What came when: a calendar of every dataset, and what each mark in it means.
import type { ArrivalsDocument } from '../../dataset-documents.ts';
import type { DatasetSummary, IndexDocument } from '../../documents.ts';
import type { Ref } from '../../page-values.ts';
import type { Unit } from '../calendar.ts';
import { Calendar } from '../parts/calendar.tsx';
import { CellText } from '../parts/cell-text.tsx';
import { FileStateMark } from '../parts/state-badge.tsx';
import { FILE_STATE_WORDS, GRAVITY } from '../parts/state-words.ts';
import { href, type Route } from '../routes.ts';
import { useDocuments } from '../use-documents.ts';
import '../style/arrivals.css';

type ViewProps = { readonly index: IndexDocument; readonly route: Extract<Route, { view: 'arrivals' }> };

export function Arrivals({ index, route }: ViewProps) {
  const shown = index.datasets.filter(({ name }) => route.dataset === null || name === route.dataset);
  const refs = new Map(
    shown.flatMap(({ name, arrivals }): [string, Ref<ArrivalsDocument>][] =>
      arrivals === null ? [] : [[name, arrivals]],
    ),
  );
  const loaded = useDocuments<ArrivalsDocument>(refs);
  const there = [...refs.keys()].flatMap((name) => {
    const one = loaded.get(name);
    return one?.state === 'there' ? [one.document] : [];
  });
  const failed = [...refs.keys()].filter((name) => loaded.get(name)?.state === 'failed');
  const isLoading = loaded.size < refs.size;
  return (
    <>
      <h1>
        Arrivals
        {route.dataset !== null && (
          <>
            {' '}
            of <CellText cell={route.dataset} />
          </>
        )}
      </h1>
      <p class="muted">
        What came for each day or month. Press a field for its files; the arrow keys move between fields.
        {route.dataset !== null && (
          <>
            {' '}
            <a href={href({ view: 'arrivals', dataset: null })}>Show all kinds of files</a>
          </>
        )}
      </p>
      <Legend />
      {isLoading && (
        <p class="muted" role="status">
          Loading {loaded.size} of {refs.size} …
        </p>
      )}
      {failed.length > 0 && (
        <p class="notice notice-attention" role="status">
          Could not be loaded: {failed.join(', ')}. Load the page again.
        </p>
      )}
      {(['day', 'month'] as const).map((unit) => (
        <OneUnit key={unit} unit={unit} documents={there} />
      ))}
      <Without datasets={shown} />
    </>
  );
}

function OneUnit({
  unit,
  documents,
}: {
  readonly unit: Unit;
  readonly documents: readonly ArrivalsDocument[];
}) {
  const rows = documents.filter((document) => document.unit === unit && document.periods.length > 0);
  if (rows.length === 0) return null;
  return (
    <section aria-labelledby={`by-${unit}`}>
      <h2 id={`by-${unit}`}>{unit === 'day' ? 'By day' : 'By month'}</h2>
      <Calendar unit={unit} rows={rows} />
    </section>
  );
}

function Legend() {
  return (
    <ul class="legend" aria-label="What the marks mean">
      {GRAVITY.map((state) => (
        <li key={state} title={FILE_STATE_WORDS[state].meaning}>
          <FileStateMark state={state} /> <strong>{FILE_STATE_WORDS[state].word}</strong>
          <span class="muted">: {FILE_STATE_WORDS[state].meaning}</span>
        </li>
      ))}
    </ul>
  );
}

function Without({ datasets }: { readonly datasets: readonly DatasetSummary[] }) {
  const without = datasets.filter(({ arrivals }) => arrivals === null);
  if (datasets.length === 0) return <p>There is no such kind of file.</p>;
  if (without.length === 0) return null;
  return (
    <p class="muted">
      Nothing came yet for{' '}
      {without.map(({ name }, at) => (
        <span key={name}>
          {at > 0 && ', '}
          <a href={href({ view: 'dataset', name })}>
            <CellText cell={name} />
          </a>
        </span>
      ))}
      .
    </p>
  );
}
