// The function aggregate, as ingest-handler.ts.
import { failuresOf, invocations, received, type SqsHandler } from './invocations.ts';
import { refreshBatch } from './refresh-batch.ts';

/** `code`: see invocations. */
export function aggregateHandler(code: string): SqsHandler {
  const run = invocations('aggregate', code);
  return (event, context) =>
    run(context, async (lake, remainingMs) => {
      const { effects, refreshes, notices, tellPage, refreshInbox: inbox, telemetry } = lake;
      const { log, measure } = telemetry;
      const batch = { effects, refreshes, inbox, log, measure, notices, tellPage };
      return failuresOf(await refreshBatch(batch, event.Records.map(received), remainingMs));
    });
}
