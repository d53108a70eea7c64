// Reads a dataset's source files again in a rehearsal, as a sync under its new contract would, in batches of the same size.
import type { Dataset } from '../core/contract.ts';
import type { StagingObserver } from '../evolve/staging.ts';
import { type IngestRequest, type IngestResult, ingest } from '../ingest/ingest.ts';
import type { Effects } from '../lake/effects.ts';
import type { Reconciliation, Wanted } from '../maintain/reconcile.ts';
import { reopened } from '../maintain/reopened.ts';
import { messageOf } from '../table-failures.ts';
import { type ReadSource, readSource } from './source-change.ts';

export type RehearsalObserver = StagingObserver & {
  planned?(work: { readonly files: number; readonly tables: number }): void;
  read?(result: IngestResult): void;
  counted?(table: string): void;
};

export type Reread = {
  /** Of each file whose outcome is known, the last one. */
  readonly reads: readonly ReadSource[];
  readonly failed: readonly { readonly source: string; readonly message: string }[];
};

const MAX_BATCH_FILES = 500;
const MAX_BATCH_BYTES = 64 * 1024 * 1024;

/** `rehearsal`: its table is under the new contract. `wanted`: of all datasets. */
export async function rereadSources(
  rehearsal: Effects,
  dataset: Dataset,
  wanted: Reconciliation,
  observer: RehearsalObserver,
): Promise<Reread> {
  const reads = new Map<string, ReadSource>();
  const failed = new Map<string, string>();
  // Files of which an older run has said the same under the same contract.
  for (const report of wanted.rejected)
    if (report.dataset === dataset.name) reads.set(report.source, readSource(report));
  const read = async (requests: readonly IngestRequest[]) => {
    for (const batch of batches(requests)) {
      const result = await ingest(rehearsal, batch);
      observer.read?.(result);
      for (const { source, report, result: outcome } of result.outcomes)
        if (report !== undefined) reads.set(source, readSource(report));
        else if (outcome === 'withdrawn') reads.delete(source);
      for (const { request, error } of result.failures) failed.set(request.source, messageOf(error));
    }
  };
  await read(wanted.ingest.filter((request) => isOf(rehearsal, dataset, request)));
  await readReopened(rehearsal, dataset, () => [...reads.values()], read);
  return {
    reads: [...reads.values()],
    failed: [...failed].map(([source, message]) => ({ source, message })),
  };
}

/** Duplicates count as soon as the first file of their kind does not: see lib/maintain/reopened.ts. */
async function readReopened(
  rehearsal: Effects,
  dataset: Dataset,
  reads: () => readonly ReadSource[],
  read: (requests: readonly IngestRequest[]) => Promise<void>,
): Promise<void> {
  const tried = new Set<string>();
  for (;;) {
    const rejected = reads().filter(({ outcome }) => outcome === 'rejected');
    const found = await reopened(rehearsal, rejected);
    const requests = found.filter(
      (request) => !tried.has(request.source) && isOf(rehearsal, dataset, request),
    );
    if (requests.length === 0) return;
    for (const { source } of requests) tried.add(source);
    await read(requests);
  }
}

function isOf({ catalog }: Effects, dataset: Dataset, request: IngestRequest): boolean {
  if (request.dataset !== undefined) return request.dataset === dataset.name;
  return catalog.claims(request.source)[0] === dataset;
}

function* batches(requests: readonly Wanted[]): Iterable<readonly Wanted[]> {
  let batch: Wanted[] = [];
  let bytes = 0;
  for (const request of requests) {
    batch.push(request);
    bytes += request.sizeBytes ?? 0;
    if (batch.length < MAX_BATCH_FILES && bytes < MAX_BATCH_BYTES) continue;
    yield batch;
    [batch, bytes] = [[], 0];
  }
  if (batch.length > 0) yield batch;
}
