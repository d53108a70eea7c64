import type { IndexDocument } from '../../documents.ts';

export function Today({ index }: { readonly index: IndexDocument }) {
  return <p>{index.lake}</p>;
}
