// Links to what a number was made of: a table by its name, a file by its source.
import type { IndexDocument } from '../../documents.ts';
import { href } from '../routes.ts';
import { CellText } from './cell-text.tsx';

/** `name`: as a log or an insight names it, `tables/billing` or `billing`. Text alone where the page has no such table. */
export function TableLink({ index, name }: { readonly index: IndexDocument; readonly name: string }) {
  const short = name.replace(/^(?:tables|arrivals|insights)\//, '');
  const isOf = (one: { readonly name: string }) => one.name === short;
  const view = index.insights.some(isOf) ? 'insight' : index.datasets.some(isOf) ? 'dataset' : null;
  const text = <CellText cell={short} />;
  return view === null ? text : <a href={href({ view, name: short })}>{text}</a>;
}

/** The file's receipt; its list is found by the file's name. */
export function FileLink({ dataset, source }: { readonly dataset: string; readonly source: string }) {
  return (
    <a href={href({ view: 'files', name: dataset, label: '', source })}>
      <CellText cell={source} max={1200} />
    </a>
  );
}
