// What stands in the place of a document: that it loads, or why it cannot be shown and what to do.
import type { ComponentChildren } from 'preact';
import type { Loaded } from '../use-documents.ts';

type LoadingProps<Document> = {
  readonly loaded: Loaded<Document>;
  readonly children: (document: Document) => ComponentChildren;
};

export function Loading<Document>({ loaded, children }: LoadingProps<Document>) {
  if (loaded.state === 'there') return <>{children(loaded.document)}</>;
  if (loaded.state === 'loading')
    return (
      <p class="muted" role="status">
        Loading …
      </p>
    );
  return (
    <div class="notice notice-attention" role="status">
      <p>{loaded.problem}</p>
      <p>If this stays, load the page again; where that does not help, its files were moved or removed.</p>
      <button type="button" class="screen-only" onClick={() => location.reload()}>
        Load again
      </button>
    </div>
  );
}
