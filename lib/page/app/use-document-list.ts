// Several documents of the page at once, for views that put them together.
import { useEffect, useState } from 'preact/hooks';
import type { Ref } from '../page-values.ts';
import { load, lookAgain } from './load.ts';
import type { Loaded } from './use-documents.ts';

/** In the order of `refs`. While others load, the ones before stay. */
export function useDocumentList<Document extends object>(
  refs: readonly Ref<Document>[],
): Loaded<readonly Document[]> {
  const [loaded, setLoaded] = useState<Loaded<readonly Document[]>>({ state: 'loading' });
  const wanted = refs.join('\n');
  useEffect(() => {
    let isWanted = true;
    const files = wanted === '' ? [] : wanted.split('\n');
    Promise.all(files.map((file) => load<Document>(file))).then(
      (documents) => {
        if (isWanted) setLoaded({ state: 'there', document: documents });
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
