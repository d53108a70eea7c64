// Ingests files that were rejected because of other files that earlier deliveries removed: a duplicate counts as soon as the
// first file of its kind is gone.

import type { Report } from '../ingest/report.ts';
import type { Effects } from '../lake/effects.ts';
import { reopened } from '../maintain/reopened.ts';
import { deliver, type Observer, type Queues } from './deliver.ts';

/** `rejected`: the currently rejected files, read before each round. Each file is tried once. */
export async function deliverReopened(
  effects: Effects,
  queues: Queues,
  rejected: () => readonly Report[],
  observer: Observer = {},
  stopping = () => false,
): Promise<void> {
  const tried = new Set<string>();
  while (!stopping()) {
    const requests = (await reopened(effects, rejected())).filter(({ source }) => !tried.has(source));
    if (requests.length === 0) return;
    for (const { source } of requests) tried.add(source);
    await queues.files.send(requests);
    await deliver(effects, queues, observer, stopping);
  }
}
