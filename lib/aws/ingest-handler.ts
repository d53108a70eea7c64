// The function ingest, assembled from its parts; functions/ makes a Lambda handler of it. Each has a file of its own: it loads no more
// than it runs.
import { ingestBatch } from './ingest-batch.ts';
import { failuresOf, invocations, received, type SqsHandler } from './invocations.ts';

/** `code`: see invocations. */
export function ingestHandler(code: string): SqsHandler {
  const run = invocations('ingest', code);
  return (event, context) =>
    run(context, async (lake, remainingMs) => {
      const { effects, files, refreshes, notices, tellPage, filesInbox: inbox, settings, telemetry } = lake;
      const { log, measure } = telemetry;
      const { landingBucket: bucket, landingPrefix: prefix } = settings;
      const batch = { effects, files, refreshes, inbox, log, measure, notices, tellPage, bucket, prefix };
      return failuresOf(await ingestBatch(batch, event.Records.map(received), remainingMs));
    });
}
