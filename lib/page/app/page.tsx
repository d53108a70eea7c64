// The frame around every view: the name, the ways to the other views, and the view that the address names.
import type { ComponentChildren } from 'preact';
import { useEffect, useErrorBoundary, useRef } from 'preact/hooks';
import { FORMAT, type IndexDocument } from '../documents.ts';
import { CellText } from './parts/cell-text.tsx';
import { Header } from './parts/header.tsx';
import { ZONE } from './parts/time-text.tsx';
import { placeOf, type Route, titleOf } from './routes.ts';
import { useIndex, useRoute } from './use-documents.ts';
import { Arrivals } from './views/arrivals.tsx';
import { Changes } from './views/changes.tsx';
import { Dataset } from './views/dataset.tsx';
import { Files } from './views/files.tsx';
import { Insight } from './views/insight.tsx';
import { LineageView } from './views/lineage.tsx';
import { Receipt } from './views/receipt.tsx';
import { Refused } from './views/refused.tsx';
import { Search } from './views/search.tsx';
import { Today } from './views/today.tsx';
import './style/page.css';

export function Page() {
  const index = useIndex();
  const route = useRoute();
  const content = useRef<HTMLElement>(null);
  const place = placeOf(route);
  useEffect(() => {
    document.title = titleOf(route);
  }, [titleOf(route)]);
  useArrival(place, content);
  if (index === undefined) return <NoIndex />;
  return (
    <>
      <button type="button" class="skip screen-only" onClick={() => content.current?.focus()}>
        Skip to the content
      </button>
      <Header index={index} route={route} content={content} />
      <main id="content" tabIndex={-1} ref={content} key="content">
        {index.format === FORMAT ? (
          <Boundary key={place}>
            <View index={index} route={route} />
          </Boundary>
        ) : (
          <Outdated />
        )}
      </main>
      <footer class="page-foot">
        <p>
          Files from <CellText cell={index.landing} />, tables in <CellText cell={index.lake} />. Times are in{' '}
          {ZONE === 'UTC' ? 'UTC' : `${ZONE}; point at one for UTC`}.
        </p>
      </footer>
    </>
  );
}

/** Who comes to another view begins at its top, with the keyboard and a screen reader, too. */
function useArrival(place: string, content: { readonly current: HTMLElement | null }): void {
  const before = useRef(place);
  useEffect(() => {
    if (before.current === place) return;
    before.current = place;
    if (document.activeElement?.id === 'search-box') return;
    content.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [place]);
}

function NoIndex() {
  return (
    <main>
      <h1>Nothing to show yet</h1>
      <p>
        The page's data cannot be loaded: <code>data/index.js</code> is missing beside <code>index.html</code>
        . If you copied the page, copy the folder <code>data</code> with it.
      </p>
    </main>
  );
}

function Outdated() {
  return (
    <div class="notice" role="status">
      <p>A newer program wrote this page since you opened it.</p>
      <button type="button" onClick={() => location.reload()}>
        Load the page again
      </button>
    </div>
  );
}

/** A view that cannot be drawn says so, and leaves the ways to the others. */
function Boundary({ children }: { readonly children: ComponentChildren }) {
  const [problem, forget] = useErrorBoundary();
  if (problem === undefined) return <>{children}</>;
  return (
    <div class="notice notice-fault" role="alert">
      <p>This view cannot be shown: that is a fault of the page, not of your numbers.</p>
      <p>
        <code>
          <CellText cell={String(problem)} />
        </code>
      </p>
      <button type="button" onClick={forget}>
        Try again
      </button>
    </div>
  );
}

function View({ index, route }: { readonly index: IndexDocument; readonly route: Route }) {
  switch (route.view) {
    case 'today':
      return <Today index={index} />;
    case 'arrivals':
      return <Arrivals index={index} route={route} />;
    case 'dataset':
      return <Dataset index={index} route={route} />;
    case 'files':
      return <Files index={index} route={route} />;
    case 'refused':
      return <Refused index={index} route={route} />;
    case 'insight':
      return <Insight index={index} route={route} />;
    case 'receipt':
      return <Receipt index={index} route={route} />;
    case 'changes':
      return <Changes index={index} route={route} />;
    case 'lineage':
      return <LineageView index={index} route={route} />;
    case 'search':
      return <Search index={index} route={route} />;
    case 'unknown':
      return (
        <>
          <h1>There is no such view</h1>
          <p>
            The address may be cut. Begin <a href="#/">with today</a>.
          </p>
        </>
      );
  }
}
