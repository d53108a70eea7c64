// The page's head: its name, the ways to the views, the search box and when the page was written.
import { useEffect, useRef } from 'preact/hooks';
import type { IndexDocument } from '../../documents.ts';
import { href, type Route } from '../routes.ts';
import { TimeText } from './time-text.tsx';

type HeaderProps = {
  readonly index: IndexDocument;
  readonly route: Route;
  readonly content: { readonly current: HTMLElement | null };
};

export function Header({ index, route, content }: HeaderProps) {
  return (
    <header class="page-head">
      <div class="page-head-row">
        <a class="brand" href={href({ view: 'today' })}>
          Sluice
        </a>
        <nav aria-label="Views">
          <NavLink to={{ view: 'today' }} views={['today']} route={route} text="Today" />
          <NavLink
            to={{ view: 'arrivals', dataset: null }}
            views={['arrivals', 'dataset', 'files', 'refused']}
            route={route}
            text="Arrivals"
          />
          <NavLink
            to={{ view: 'changes', name: null, from: null, to: null }}
            views={['changes']}
            route={route}
            text="What changed"
          />
          <NavLink
            to={{ view: 'lineage', name: null }}
            views={['lineage']}
            route={route}
            text="Where numbers come from"
          />
        </nav>
        <SearchBox route={route} content={content} />
      </div>
      <p class="page-written small muted">
        Written{' '}
        <span class="screen-only">
          <TimeText time={index.writtenAt} as="ago" />, at{' '}
        </span>
        <TimeText time={index.writtenAt} as="both" />
      </p>
    </header>
  );
}

type NavLinkProps = {
  readonly to: Parameters<typeof href>[0];
  readonly views: readonly Route['view'][];
  readonly route: Route;
  readonly text: string;
};

/** The views below one are marked with it, and only its own as the present page. */
function NavLink({ to, views, route, text }: NavLinkProps) {
  const isBelow = views.includes(route.view);
  const current = to.view === route.view ? 'page' : isBelow ? 'true' : undefined;
  return (
    <a href={href(to)} aria-current={current}>
      {text}
    </a>
  );
}

function SearchBox({ route, content }: Pick<HeaderProps, 'route' | 'content'>) {
  const box = useRef<HTMLInputElement>(null);
  const words = route.view === 'search' ? route.words : '';
  useSlash(box);
  const search = (typed: string) => {
    const address = href({ view: 'search', words: typed });
    // Every letter is one address; going back leads to where the search began.
    if (route.view === 'search') location.replace(address);
    else if (typed !== '') location.hash = address;
  };
  return (
    <search>
      <input
        ref={box}
        id="search-box"
        type="search"
        placeholder="Search"
        title="Press / to come here"
        aria-label="Search tables, columns and files"
        autoComplete="off"
        spellcheck={false}
        value={words}
        onInput={(event) => search(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') content.current?.focus();
        }}
      />
      <span class="search-key screen-only" aria-hidden="true">
        /
      </span>
    </search>
  );
}

/** `/` leads to the search box from wherever nothing is typed. */
function useSlash(box: { readonly current: HTMLInputElement | null }): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target instanceof Element && event.target.closest('input, textarea, select')) return;
      event.preventDefault();
      box.current?.focus();
      box.current?.select();
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, []);
}
