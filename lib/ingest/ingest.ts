// The ingest use case: brings tables to the present state of some landing keys, regardless of the events' contents. Decides
// which table each key belongs to; ingest-table.ts does the rest, table by table.
import type { Dataset } from '../core/contract.ts';
import { jsonBytes } from '../json-object.ts';
import type { Effects } from '../lake/effects.ts';
import { unknownKey } from '../lake/layout.ts';
import { ingestTable } from './ingest-table.ts';
import type { SourceOutcome } from './source-outcome.ts';

/** `dataset`: bring this dataset's table to the key's state although the key may belong to another one now, or to none. */
export type IngestRequest = { readonly source: string; readonly dataset?: string };

/** Equal for equal requests. */
export function requestId({ source, dataset = '' }: IngestRequest): string {
  return `${dataset}/${source}`;
}

export type IngestResult = {
  readonly outcomes: readonly SourceOutcome[];
  /** Must be delivered again: nothing is decided about these keys. */
  readonly failures: readonly { readonly request: IngestRequest; readonly error: unknown }[];
  /** Attempts to commit that lost to other writers. */
  readonly conflicts: number;
};

/** One commit per table that changes. Never throws for a single source: see `failures`. */
export async function ingest(effects: Effects, requests: readonly IngestRequest[]): Promise<IngestResult> {
  const result = {
    outcomes: [] as SourceOutcome[],
    failures: [] as { request: IngestRequest; error: unknown }[],
    conflicts: 0,
  };
  const byDataset = new Map<Dataset, Map<string, IngestRequest>>();
  for (const request of requests) {
    try {
      const dataset =
        request.dataset === undefined
          ? effects.catalog.datasetFor(request.source)
          : namedDataset(effects, request.dataset);
      if (dataset === undefined) result.outcomes.push(await ownerless(effects, request));
      else byDataset.set(dataset, (byDataset.get(dataset) ?? new Map()).set(request.source, request));
    } catch (error) {
      result.failures.push({ request, error });
    }
  }
  for (const [dataset, group] of byDataset) {
    try {
      const table = await ingestTable(effects, dataset, [...group.keys()]);
      result.outcomes.push(...table.outcomes);
      result.conflicts += table.conflicts;
      for (const [source, error] of table.failures)
        result.failures.push({ request: group.get(source) as IngestRequest, error });
    } catch (error) {
      for (const request of group.values()) result.failures.push({ request, error });
    }
  }
  return result;
}

/** Throws DefinitionError if it may belong to a definition that was set aside. */
function namedDataset({ catalog }: Effects, name: string): Dataset | undefined {
  const found = catalog.datasets.find((dataset) => dataset.name === name);
  const by = found ? undefined : catalog.asideNamed(name);
  if (by) throw by.error;
  return found;
}

/** A source that no dataset takes, or that should leave a table that is no longer defined. */
async function ownerless(effects: Effects, { source, dataset }: IngestRequest): Promise<SourceOutcome> {
  const outcome = { source, dataset: undefined, partitions: [] };
  if (dataset !== undefined) {
    effects.log('warn', 'ingest.undefined', {
      source,
      dataset,
      next: 'the dataset is no longer defined, so there is no table to bring up to date: nothing to do',
    });
    return { ...outcome, result: 'unchanged' };
  }
  const version = await effects.landing.head(source);
  if (version === undefined) return { ...outcome, result: 'unchanged' };
  const { etag } = version;
  const note = { source, etag, problem: 'no dataset has a path that matches this key' };
  const first = await effects.lake.create(unknownKey(source, etag), jsonBytes(note, 2));
  if (first) effects.log('warn', 'ingest.unknown', { source });
  return { ...outcome, result: first ? 'unknown' : 'unchanged' };
}
