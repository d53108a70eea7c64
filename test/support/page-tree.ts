// All that a written page shows, as one value: every document that the index reaches, in the place of the name that names it.
import type { MemoryStore } from '../../lib/adapters/memory-store.ts';
import type { IndexDocument } from '../../lib/page/documents.ts';
import { documentOf } from './page-site.ts';

const NAME = /^[a-z]+-[0-9a-f]{32}\.js$/;

export type PageTree = {
  readonly index: IndexDocument;
  /** By name: with names of other documents as they are written. */
  readonly documents: ReadonlyMap<string, object>;
};

/** Throws where a document that is named does not exist. */
export async function pageTree(site: MemoryStore): Promise<PageTree> {
  const documents = new Map<string, object>();
  const index = await documentOf<IndexDocument>(site, 'index.js');
  const waiting = namesIn(index);
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (documents.has(name)) continue;
    const document = await documentOf<object>(site, name);
    documents.set(name, document);
    waiting.push(...namesIn(document));
  }
  return { index, documents };
}

export function namesIn(value: unknown): string[] {
  if (typeof value === 'string') return NAME.test(value) ? [value] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(namesIn) : [];
}

/** With documents in the place of their names; without the moment of the writing. `told`: what is compared of each. */
export function shown(
  { index, documents }: PageTree,
  told = (_: string, document: object) => document,
): object {
  const known = new Map<string, unknown>();
  const resolved = (value: unknown): unknown => {
    if (typeof value === 'string' && NAME.test(value)) {
      if (!known.has(value)) known.set(value, resolved(told(value, documents.get(value) ?? {})));
      return known.get(value);
    }
    if (Array.isArray(value)) return value.map(resolved);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, resolved(one)]));
  };
  return resolved({ ...index, writtenAt: '' }) as object;
}
