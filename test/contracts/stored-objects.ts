// What the cases of the ObjectStore contract share.
import type { ObjectStore } from '../../lib/ports.ts';

/** The store of the running test, and its folder on disk. */
export type Current = () => { store: ObjectStore; folder: string };

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
export const text = (content: Uint8Array | undefined): string | undefined =>
  content && new TextDecoder().decode(content);
