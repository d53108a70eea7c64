// One file's refused rows: why, the first ones in full with the value marked, and the way to a corrected file.
import type { DatasetDocument, FileRow, FilesDocument, RefusedDocument } from '../../dataset-documents.ts';
import type { IndexDocument } from '../../documents.ts';
import type { Ref } from '../../page-values.ts';
import { CellText } from '../parts/cell-text.tsx';
import { Loading } from '../parts/loading.tsx';
import { RefusedContent } from '../parts/refused-content.tsx';
import { href, type Route } from '../routes.ts';
import { useDocument, useFound } from '../use-documents.ts';
import '../style/dataset.css';

type ViewProps = { readonly index: IndexDocument; readonly route: Extract<Route, { view: 'refused' }> };

export function Refused({ index, route }: ViewProps) {
  const { name, source } = route;
  const summary = index.datasets.find((dataset) => dataset.name === name);
  const dataset = useDocument<DatasetDocument>(summary?.document ?? null);
  return (
    <>
      <nav class="crumbs" aria-label="Above">
        <a href={href({ view: 'dataset', name })}>
          <CellText cell={name} />
        </a>
      </nav>
      <h1>
        What was refused in <CellText cell={source} />
      </h1>
      {summary?.document == null ? (
        <p>There is no such kind of file any more, or nothing is known of it yet.</p>
      ) : (
        <Loading loaded={dataset}>
          {(document) => <OfFile key={source} document={document} source={source} />}
        </Loading>
      )}
    </>
  );
}

/** The dataset names the newest refused files itself; an older one stands in the list of its month. */
function OfFile({ document, source }: { readonly document: DatasetDocument; readonly source: string }) {
  const named = document.refused.files.find((file) => file.source === source)?.refused;
  const found = useFound<FilesDocument, FileRow>(
    named === undefined ? document.lists.map(({ list }) => list) : [],
    ({ files }) => files.find((file) => file.source === source && file.refused !== null),
  );
  const ref: Ref<RefusedDocument> | null = named ?? found.found?.refused ?? null;
  const loaded = useDocument<RefusedDocument>(ref);
  if (ref === null)
    return found.isSearching ? (
      <p class="muted" role="status">
        Looking for the file in the lists of its months …
      </p>
    ) : (
      <p>Nothing of this file is refused any more: it was corrected, withdrawn, or its rows were let in.</p>
    );
  return <Loading loaded={loaded}>{(refused) => <RefusedContent document={refused} />}</Loading>;
}
