// Delivers the local queues' messages to the use cases until both are empty: files first, so that an insight is
// recomputed once for all of them, then derived tables in the order of their dependencies.

import type { LocalQueue } from '../adapters/local-queue.ts';
import type { Catalog } from '../core/catalog.ts';
import { tablePrefix } from '../core/insight.ts';
import { LocationGoneError } from '../errors.ts';
import { type IngestRequest, type IngestResult, ingest } from '../ingest/ingest.ts';
import type { Effects, Refresh } from '../lake/effects.ts';
import { type RefreshOutcome, refresh } from '../refresh/refresh.ts';
import { requireScratch } from './scratch.ts';

/** `sizeBytes` only decides how many files share a commit. */
export type FileMessage = IngestRequest & { readonly sizeBytes?: number };

export type Queues = { readonly files: LocalQueue<FileMessage>; readonly refreshes: LocalQueue<Refresh> };

export type Observer = {
  ingested?(result: IngestResult, ms: number): void;
  refreshed?(outcome: RefreshOutcome, ms: number): void;
};

const MAX_BATCH_FILES = 500;
const MAX_BATCH_BYTES = 64 * 1024 * 1024;

/**
 * `stopping`: asked between two messages; true leaves the rest in the queues. Throws LocationGoneError if landing, the lake or
 * the folder for temporary files disappears.
 */
export async function deliver(
  effects: Effects,
  queues: Queues,
  observer: Observer = {},
  stopping = () => false,
): Promise<void> {
  while (!stopping() && (queues.files.size > 0 || queues.refreshes.size > 0)) {
    const started = effects.clock().getTime();
    if (queues.files.size > 0) {
      const result = await ingestBatch(effects, queues.files);
      observer.ingested?.(result, effects.clock().getTime() - started);
      continue;
    }
    const outcome = await refreshNext(effects, queues.refreshes);
    if (outcome) observer.refreshed?.(outcome, effects.clock().getTime() - started);
  }
}

async function ingestBatch(effects: Effects, files: LocalQueue<FileMessage>): Promise<IngestResult> {
  const batch: FileMessage[] = [];
  for (let bytes = 0; batch.length < MAX_BATCH_FILES && bytes < MAX_BATCH_BYTES; ) {
    const message = files.take();
    if (message === undefined) break;
    batch.push(message);
    bytes += message.sizeBytes ?? 0;
  }
  const result = await ingest(effects, batch);
  for (const { error } of result.failures) await requirePlaces(effects, error);
  const failed = new Map(result.failures.map(({ request, error }) => [request, error]));
  for (const message of batch) {
    if (failed.has(message)) await files.failed(message, failed.get(message));
    else files.done(message);
  }
  return result;
}

async function refreshNext(
  effects: Effects,
  refreshes: LocalQueue<Refresh>,
): Promise<RefreshOutcome | undefined> {
  const places = placesOf(effects.catalog);
  const message = refreshes.take(({ target }) => places.get(tablePrefix(target)) ?? -1);
  if (message === undefined) return undefined;
  try {
    const outcome = await refresh(effects, message.target);
    refreshes.done(message);
    return outcome;
  } catch (error) {
    await requirePlaces(effects, error);
    await refreshes.failed(message, error);
    return undefined;
  }
}

const known = new WeakMap<Catalog, ReadonlyMap<string, number>>();

/** Of each derived table in the order of their dependencies: asked of all messages for each of them. */
function placesOf(catalog: Catalog): ReadonlyMap<string, number> {
  const places =
    known.get(catalog) ??
    new Map(catalog.derivations.map(({ target }, place) => [tablePrefix(target), place]));
  known.set(catalog, places);
  return places;
}

/** Messages cannot be delivered if landing or the lake is gone. Throws LocationGoneError. */
async function requirePlaces({ scratch }: Effects, error: unknown): Promise<void> {
  if (error instanceof LocationGoneError) throw error;
  await requireScratch(scratch);
}
