// The frame around every view: the name, the ways to the other views, and the view that the address names.
import type { IndexDocument } from '../documents.ts';
import { href, type Route } from './routes.ts';
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

export function Page() {
  const index = useIndex();
  const route = useRoute();
  if (index === undefined) return <main>The page's data cannot be loaded: data/index.js is missing.</main>;
  return (
    <>
      <header>
        <nav aria-label="Views">
          <a href={href({ view: 'today' })}>Today</a>
          <a href={href({ view: 'arrivals', dataset: null })}>Arrivals</a>
          <a href={href({ view: 'changes', name: null, from: null, to: null })}>What changed</a>
          <a href={href({ view: 'lineage', name: null })}>Where numbers come from</a>
          <a href={href({ view: 'search', words: '' })}>Search</a>
        </nav>
      </header>
      <main id="content" tabIndex={-1}>
        <View index={index} route={route} />
      </main>
    </>
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
      return <p>There is no such view. The address may be cut.</p>;
  }
}
