// A dashboard of the installation: arrivals, delays, waiting messages, failures.
import { Duration } from 'aws-cdk-lib';
import { AlarmStatusWidget, Dashboard, GraphWidget, type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { Alarms } from './alarms.ts';
import type { Functions } from './functions.ts';
import { stageMetrics } from './metrics.ts';
import type { Queues } from './queues.ts';
import type { SluiceOptions } from './sluice-props.ts';

const WIDTH = 8;
const DAYS = Duration.days(3);

export function addDashboard(
  scope: Construct,
  { stage, spark }: SluiceOptions,
  { ingest, aggregate, maintain }: Functions,
  queues: Queues,
  { alarms }: Alarms,
): void {
  const metric = stageMetrics(stage);
  const functions = [ingest, aggregate, maintain];
  const dashboard = new Dashboard(scope, 'Dashboard', {
    dashboardName: `sluice-${stage}`,
    defaultInterval: DAYS,
  });
  dashboard.addWidgets(new AlarmStatusWidget({ alarms, title: 'Alarms', width: 3 * WIDTH }));
  dashboard.addWidgets(
    graph('Rows', [metric('ingest', 'rows'), metric('ingest', 'quarantined')]),
    graph('Arrival to insight, seconds', [
      metric('aggregate', 'lagSeconds', 'p50'),
      metric('aggregate', 'lagSeconds', 'p95'),
    ]),
    graph('Recomputed partitions', [
      metric('aggregate', 'recomputedPartitions'),
      metric('aggregate', 'failedAudits'),
    ]),
  );
  dashboard.addWidgets(
    graph('Files', [
      metric('ingest', 'rejectedFiles'),
      metric('maintain', 'behindFiles', 'Maximum'),
      metric('maintain', 'vanishedFiles', 'Maximum'),
    ]),
    graph('Commit conflicts', [metric('ingest', 'conflicts')]),
    graph('Waiting messages', [
      queues.files.metricApproximateNumberOfMessagesVisible(),
      queues.refresh.metricApproximateNumberOfMessagesVisible(),
      queues.filesDeadLetters.metricApproximateNumberOfMessagesVisible(),
      queues.refreshDeadLetters.metricApproximateNumberOfMessagesVisible(),
      queues.maintainFailures.metricApproximateNumberOfMessagesVisible(),
    ]),
  );
  dashboard.addWidgets(
    graph(
      'Duration',
      functions.map((fn) => fn.metricDuration({ statistic: 'p95' })),
    ),
    graph('Errors, throttles, failed pages', [
      ...functions.flatMap((fn) => [fn.metricErrors(), fn.metricThrottles()]),
      metric('maintain', 'failedPages'),
    ]),
    graph(
      'Invocations',
      functions.map((fn) => fn.metricInvocations()),
    ),
  );
  if (spark)
    dashboard.addWidgets(
      graph('Jobs that failed', [metric('maintain', 'failedJobs', 'Maximum')]),
      graph('The longest job, minutes', [metric('maintain', 'longestJobMinutes', 'Maximum')]),
    );
}

function graph(title: string, left: IMetric[]): GraphWidget {
  return new GraphWidget({ title, left, width: WIDTH });
}
