// The function maintain, as ingest-handler.ts.
import { join } from 'node:path';
import type { Context, SQSEvent } from 'aws-lambda';
import { readAssets } from '../adapters/page-assets.ts';
import { answerDeployment, appliesDefinitions, isDeployment } from './deployment.ts';
import { placesOf, SETTINGS } from './environment.ts';
import { invocations } from './invocations.ts';
import { isJobEvent, passOnJobEvent } from './job-news.ts';
import { writeLakePage } from './lake-page.ts';
import { deadline } from './limits.ts';
import { applyDefinitions, reconcileByMessages, sweepLake } from './maintain-lake.ts';
import { isPageDue } from './page-due.ts';
import { telemetry } from './telemetry.ts';

/**
 * Events of maintain from a schedule or sent by hand: `{"apply": true}` first applies the definitions to the tables,
 * `{"retentionDays": 7}` then deletes objects past that retention.
 */
export type MaintainEvent = { readonly apply?: boolean; readonly retentionDays?: number };

/** After a deployment, on a schedule, by hand; by a message of the page's queue for the page alone; when a job's run has ended, for the job. */
export function maintainHandler(code: string): (event: object, context: Context) => Promise<void> {
  const run = invocations('maintain', code);
  return async (event, context) => {
    const applied = () =>
      run(context, async ({ effects, telemetry: { measure } }) => {
        await applyDefinitions({ effects, measure });
      });
    const reconciled = () =>
      run(context, ({ telemetry: { measure }, settings, ...lake }, remainingMs) => {
        const { landingBucket: bucket, landingPrefix: prefix } = settings;
        return reconcileByMessages({ ...lake, measure, bucket, prefix }, deadline(remainingMs));
      });
    const shown = () =>
      run(context, ({ effects, telemetry: { measure } }, remainingMs) => {
        const writing = { effects, measure, assets: () => readAssets(join(code, 'page')) };
        return writeLakePage({ ...writing, places: placesOf(process.env) }, deadline(remainingMs));
      });
    if (isDeployment(event)) {
      const empty = (bucket: string) => run(context, (lake) => lake.empty(bucket));
      const { log } = telemetry('maintain', process.env[SETTINGS.stage] ?? '');
      const remainingMs = () => context.getRemainingTimeInMillis();
      const answering = { remainingMs, places: placesOf(process.env), log };
      const done = await answerDeployment(event, { apply: applied, empty }, answering);
      // If it were thrown, Lambda would retry and answer CloudFormation twice. The next scheduled run meets the error again.
      if (!done || !appliesDefinitions(event)) return;
      await reconciled().catch((error) => log('error', 'reconcile.failed', { error }));
      await shown();
      return;
    }
    if (isPageNews(event)) return shown();
    if (isJobEvent(event))
      return run(context, ({ effects, files, spark, telemetry: { measure } }) =>
        passOnJobEvent({ effects, files, measure }, spark?.runner, event),
      );
    if ((event as MaintainEvent).apply === true) await applied();
    const { retentionDays } = event as MaintainEvent;
    let isDue = true;
    try {
      const found = await reconciled();
      isDue = await run(context, ({ effects }) => isPageDue(effects, found));
      if (retentionDays !== undefined)
        await run(context, ({ effects, telemetry: { measure } }, remainingMs) =>
          sweepLake({ effects, measure }, retentionDays, deadline(remainingMs)),
        );
    } finally {
      // What could not be read is on the page.
      if (isDue) await shown();
    }
  };
}

/** Whatever its messages say: the page follows the lake as it is. */
function isPageNews(event: object): event is SQSEvent {
  return 'Records' in event;
}
