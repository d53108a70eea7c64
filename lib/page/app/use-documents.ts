// What the views know of the page's documents and address, and when to draw again.
import { useEffect, useState } from 'preact/hooks';
import type { IndexDocument } from '../documents.ts';
import type { Ref } from '../page-values.ts';
import { currentIndex, load, lookAgain, onIndex } from './load.ts';
import { parseRoute, type Route } from './routes.ts';

export type Loaded<Document> =
  | { readonly state: 'loading' }
  | { readonly state: 'there'; readonly document: Document }
  | { readonly state: 'failed'; readonly problem: string };

/** On this machine the page follows the lake; elsewhere it is written now and then. */
const HERE_MS = 500;
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
  return useLoaded(ref, (file) => load<Document>(file));
}

/** In the order of `refs`; there when all of them are. */
export function useDocumentList<Document extends object>(
  refs: readonly Ref<Document>[],
): Loaded<readonly Document[]> {
  return useLoaded(refs.join('\n'), (text) => {
    const files = text === '' ? [] : text.split('\n');
    return Promise.all(files.map((file) => load<Document>(file)));
  });
}

/** Loads again whenever `wanted` changes. */
function useLoaded<T>(wanted: string | null, fetched: (wanted: string) => Promise<T>): Loaded<T> {
  const [loaded, setLoaded] = useState<Loaded<T>>({ state: 'loading' });
  useEffect(() => {
    if (wanted === null) return;
    let isWanted = true;
    fetched(wanted).then(
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
  }, [wanted]);
  return loaded;
}

/** Of several documents, what is there is shown together: a view need not be drawn once for each. */
const TOGETHER_MS = 250;

/** The same for several, by a name of each; none is waited for for long. */
export function useDocuments<Document extends object>(
  refs: ReadonlyMap<string, Ref<Document>>,
): ReadonlyMap<string, Loaded<Document>> {
  const [all, setAll] = useState<ReadonlyMap<string, Loaded<Document>>>(new Map());
  const wanted = JSON.stringify([...refs]);
  useEffect(() => {
    const arrived = new Map<string, Loaded<Document>>();
    const show = () => {
      const batch = [...arrived];
      arrived.clear();
      if (batch.length > 0) setAll((before) => new Map([...before, ...batch]));
    };
    let open = refs.size;
    const take = (name: string, loaded: Loaded<Document>) => {
      arrived.set(name, loaded);
      open -= 1;
      if (open > 0) return;
      clearInterval(timer);
      show();
    };
    const timer = setInterval(show, TOGETHER_MS);
    for (const [name, ref] of refs)
      load<Document>(ref).then(
        (document) => take(name, { state: 'there', document }),
        (error: Error) => {
          take(name, { state: 'failed', problem: error.message });
          lookAgain();
        },
      );
    return () => {
      open = Number.POSITIVE_INFINITY;
      clearInterval(timer);
    };
  }, [wanted]);
  return all;
}

export type Finding<Found> = { readonly found: Found | undefined; readonly isSearching: boolean };

/** Looks through the documents one after the other until something is found. A document that cannot be loaded is passed over. */
export function useFound<Document extends object, Found>(
  refs: readonly Ref<Document>[],
  find: (document: Document) => Found | undefined,
): Finding<Found> {
  const [finding, setFinding] = useState<Finding<Found>>({ found: undefined, isSearching: refs.length > 0 });
  useEffect(() => {
    let isWanted = true;
    const search = async () => {
      setFinding((before) => ({ ...before, isSearching: refs.length > 0 }));
      for (const ref of refs) {
        if (!isWanted) return;
        const document = await load<Document>(ref).catch(() => undefined);
        const found = document && find(document);
        if (found === undefined) continue;
        if (isWanted) setFinding({ found, isSearching: false });
        return;
      }
      if (isWanted) setFinding({ found: undefined, isSearching: false });
    };
    void search();
    return () => {
      isWanted = false;
    };
  }, [refs.join('\n')]);
  return finding;
}
