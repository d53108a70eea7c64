// A written page as tests look at it: its documents by name, read as a browser would.
import { runInNewContext } from 'node:vm';
import type { MemoryStore } from '../../lib/adapters/memory-store.ts';
import type { DatasetSummary, IndexDocument } from '../../lib/page/documents.ts';
import type { Written } from '../../lib/page/site.ts';
import { type PageOptions, writePage } from '../../lib/page/write-page.ts';
import type { TestLake } from './shop-lake.ts';

export type TestPage = {
  readonly store: MemoryStore;
  readonly written: Written;
  readonly index: IndexDocument;
};

export async function writeTestPage(
  { effects }: TestLake,
  store: MemoryStore,
  options: Pick<Partial<PageOptions>, 'options' | 'hasLanding' | 'seen'> = {},
): Promise<TestPage> {
  const written = await writePage(effects, store, '', { assets: new Map(), options: '', ...options });
  return { store, written, index: await documentOf<IndexDocument>(store, 'index.js') };
}

/** Runs the script, as a page does. */
export async function documentOf<Document>(store: MemoryStore, ref: string | null): Promise<Document> {
  const bytes = await store.read(`data/${ref}`);
  if (bytes === undefined) throw new Error(`there is no document ${ref}`);
  const self: { sluice?: [string, Document][] } = {};
  runInNewContext(new TextDecoder().decode(bytes), { self });
  const [[name, document]] = self.sluice as [[string, Document]];
  if (name !== ref) throw new Error(`${ref} calls itself ${name}`);
  return JSON.parse(JSON.stringify(document)) as Document;
}

export function datasetOf({ index }: TestPage, name: string): DatasetSummary {
  const found = index.datasets.find((dataset) => dataset.name === name);
  if (found === undefined) throw new Error(`the index has no dataset ${name}`);
  return found;
}

/** The documents that one page has and another has not, without their hashes. */
export function newDocuments(before: readonly string[], after: readonly string[]): string[] {
  return after
    .filter((key) => key.endsWith('.js') && !before.includes(key))
    .map((key) => key.replace(/^data\/|-[0-9a-f]{32}\.js$/g, ''));
}
