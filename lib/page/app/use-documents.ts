// What the views know of the page's documents and address, and when to draw again.
import { useEffect, useState } from 'preact/hooks';
import type { IndexDocument, Ref } from '../documents.ts';
import { currentIndex, load, lookAgain, onIndex } from './load.ts';
import { parseRoute, type Route } from './routes.ts';

export type Loaded<Document> =
  | { readonly state: 'loading' }
  | { readonly state: 'there'; readonly document: Document }
  | { readonly state: 'failed'; readonly problem: string };

/** On this machine the page follows the lake; elsewhere it is written now and then. */
const HERE_MS = 1000;
const ELSEWHERE_MS = 30_000;

export function useIndex(): IndexDocument | undefined {
  const [index, setIndex] = useState(currentIndex);
  useEffect(() => {
    const end = onIndex(setIndex);
    const isHere = ['127.0.0.1', 'localhost', '[::1]'].includes(location.hostname);
    const timer = setInterval(
      () => {
        if (!document.hidden) lookAgain();
      },
      isHere ? HERE_MS : ELSEWHERE_MS,
    );
    return () => {
      end();
      clearInterval(timer);
    };
  }, []);
  return index;
}

export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const moved = () => setHash(location.hash);
    addEventListener('hashchange', moved);
    return () => removeEventListener('hashchange', moved);
  }, []);
  return parseRoute(hash);
}

/** While a newer document loads, the one before stays. `null`: nothing to load. */
export function useDocument<Document extends object>(ref: Ref<Document> | null): Loaded<Document> {
  const [loaded, setLoaded] = useState<Loaded<Document>>({ state: 'loading' });
  useEffect(() => {
    if (ref === null) return;
    let isWanted = true;
    load<Document>(ref).then(
      (document) => {
        if (isWanted) setLoaded({ state: 'there', document });
      },
      (error: Error) => {
        if (isWanted) setLoaded({ state: 'failed', problem: error.message });
        lookAgain();
      },
    );
    return () => {
      isWanted = false;
    };
  }, [ref]);
  return loaded;
}
