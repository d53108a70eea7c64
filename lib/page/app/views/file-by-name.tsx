// A file whose name alone is known, as receipts know it: its list is found, and with it the file's receipt.
import { useEffect, useState } from 'preact/hooks';
import type { DatasetDocument, FilesDocument } from '../../dataset-documents.ts';
import type { IndexDocument } from '../../documents.ts';
import { likelyLists } from '../file-list.ts';
import { load } from '../load.ts';
import { CellText } from '../parts/cell-text.tsx';
import { Loading } from '../parts/loading.tsx';
import { href } from '../routes.ts';
import { type Loaded, useDocument } from '../use-documents.ts';

type ByNameProps = { readonly index: IndexDocument; readonly name: string; readonly source: string };

export function FileByName({ index, name, source }: ByNameProps) {
  const summary = index.datasets.find((dataset) => dataset.name === name);
  const dataset = useDocument<DatasetDocument>(summary?.document ?? null);
  if (summary?.document == null) return <Unknown name={name} source={source} />;
  return (
    <Loading loaded={dataset}>
      {(document) => <InLists dataset={document} name={name} source={source} />}
    </Loading>
  );
}

type ListsProps = Omit<ByNameProps, 'index'> & { readonly dataset: DatasetDocument };

function InLists({ dataset, name, source }: ListsProps) {
  const [label, setLabel] = useState<Loaded<string | null>>({ state: 'loading' });
  useEffect(() => {
    let isWanted = true;
    labelOf(dataset, source).then(
      (document) => isWanted && setLabel({ state: 'there', document }),
      (error: Error) => isWanted && setLabel({ state: 'failed', problem: error.message }),
    );
    return () => {
      isWanted = false;
    };
  }, [dataset, source]);
  const found = label.state === 'there' ? label.document : null;
  useEffect(() => {
    // The address that was found takes the place of the one that looked for it, so that the way back leads past it.
    if (found !== null) location.replace(href({ view: 'files', name, label: found, source }));
  }, [found, name, source]);
  return (
    <Loading loaded={label}>
      {(there) => (there === null ? <Unknown name={name} source={source} /> : null)}
    </Loading>
  );
}

/** Null where none of the lists has the file. */
async function labelOf({ lists }: DatasetDocument, source: string): Promise<string | null> {
  for (const { label, list } of likelyLists(lists, source)) {
    const { files } = await load<FilesDocument>(list);
    if (files.some((file) => file.source === source)) return label;
  }
  return null;
}

function Unknown({ name, source }: Omit<ByNameProps, 'index'>) {
  return (
    <>
      <h1>
        <CellText cell={source} max={1200} />
      </h1>
      <p>
        Nothing is known of this file any more. See{' '}
        <a href={href({ view: 'dataset', name })}>
          <CellText cell={name} />
        </a>
        .
      </p>
    </>
  );
}
