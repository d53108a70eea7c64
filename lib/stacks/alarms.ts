// Alarms: one topic, and an alarm for each kind of problem.
import { Aws, Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { timeoutMinutes } from '../aws/spark-workers.ts';
import type { Functions } from './functions.ts';
import { stageMetrics } from './metrics.ts';
import type { Queues } from './queues.ts';
import type { SluiceOptions } from './sluice-props.ts';

const PERIOD = Duration.minutes(5);

type Trouble = {
  readonly id: string;
  readonly metric: IMetric;
  /** A higher value raises the alarm. */
  readonly above: number;
  /** What it means and what to do. */
  readonly description: string;
};

export class Alarms extends Construct {
  readonly topic: ITopic;
  readonly alarms: Alarm[] = [];

  constructor(
    scope: Construct,
    options: SluiceOptions,
    functions: Functions,
    queues: Queues,
    encryptionKey: IKey | undefined,
  ) {
    super(scope, 'Alarms');
    this.topic = this.given(options) ?? this.own(options, encryptionKey);
    if (options.alarmEmail) this.topic.addSubscription(new EmailSubscription(options.alarmEmail));
    for (const trouble of [
      ...queueTroubles(options, queues),
      ...dataTroubles(options),
      ...(options.spark ? jobTroubles(options) : []),
      ...functionTroubles(functions),
    ])
      this.add(trouble);
  }

  private given({ alarmTopic }: SluiceOptions): ITopic | undefined {
    return typeof alarmTopic === 'string' ? Topic.fromTopicArn(this, 'Given', alarmTopic) : alarmTopic;
  }

  private own({ stage }: SluiceOptions, masterKey: IKey | undefined): Topic {
    const topic = new Topic(this, 'Topic', {
      displayName: `Sluice ${stage}`,
      enforceSSL: true,
      ...(masterKey ? { masterKey } : {}),
    });
    const alarms = `arn:${Aws.PARTITION}:cloudwatch:${Aws.REGION}:${Aws.ACCOUNT_ID}:alarm:*`;
    // A custom policy replaces the topic's default one, which lets the account's alarms publish.
    topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsPublish',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: {
          ArnLike: { 'aws:SourceArn': alarms },
          StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
        },
      }),
    );
    return topic;
  }

  private add({ id, metric, above, description }: Trouble): void {
    const alarm = new Alarm(this, id, {
      metric,
      threshold: above,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: description,
    });
    alarm.addAlarmAction(new SnsAction(this.topic));
    this.alarms.push(alarm);
  }
}

function queueTroubles({ maxLag }: SluiceOptions, queues: Queues): Trouble[] {
  const visible = { period: PERIOD, statistic: 'Maximum' };
  const dead =
    'Messages failed permanently: "sluice dead-letters" shows which and why, "sluice redrive" retries them.';
  const late = 'Messages wait too long: are functions throttled, failing or too few?';
  return [
    {
      id: 'FilesDeadLetters',
      metric: queues.filesDeadLetters.metricApproximateNumberOfMessagesVisible(visible),
      above: 0,
      description: `Files queue. ${dead}`,
    },
    {
      id: 'RefreshDeadLetters',
      metric: queues.refreshDeadLetters.metricApproximateNumberOfMessagesVisible(visible),
      above: 0,
      description: `Refresh queue. ${dead}`,
    },
    {
      id: 'MaintainFailures',
      metric: queues.maintainFailures.metricApproximateNumberOfMessagesVisible(visible),
      above: 0,
      description:
        'A run of maintain failed three times, or a deployment was never answered: the message in its queue shows which, with the error. The next run does the same work; delete the message when the cause is fixed.',
    },
    {
      id: 'FilesAge',
      metric: queues.files.metricApproximateAgeOfOldestMessage(visible),
      above: maxLag.toSeconds(),
      description: `Files queue. ${late}`,
    },
    {
      id: 'RefreshAge',
      metric: queues.refresh.metricApproximateAgeOfOldestMessage(visible),
      above: maxLag.toSeconds(),
      description: `Refresh queue. ${late}`,
    },
  ];
}

function dataTroubles({ stage, maxLag }: SluiceOptions): Trouble[] {
  const metric = stageMetrics(stage);
  return [
    {
      id: 'RejectedFiles',
      metric: metric('ingest', 'rejectedFiles'),
      above: 0,
      description: 'A file was rejected: "sluice status" lists it, its report in the lake has the reason.',
    },
    {
      id: 'FailedAudits',
      metric: metric('aggregate', 'failedAudits'),
      above: 0,
      description:
        'Partitions keep their previous rows because the new ones failed an audit: see "sluice status".',
    },
    {
      id: 'InsightLag',
      metric: metric('aggregate', 'lagSeconds', 'Maximum'),
      above: maxLag.toSeconds(),
      description: 'A file took too long to appear in an insight.',
    },
    {
      id: 'Vanished',
      metric: metric('maintain', 'vanishedFiles', 'Maximum'),
      above: 0,
      description:
        'Files are gone from landing, but no event withdrew their rows: run "sluice sync --prune".',
    },
    {
      id: 'Overdue',
      metric: metric('maintain', 'overdueFiles', 'Maximum'),
      above: 0,
      description:
        'Files that a contract expects have not come in time: "sluice status" lists them, with when they were due.',
    },
    ...(['aggregate', 'maintain'] as const).map((name) => ({
      id: `ForeignCommits${name === 'aggregate' ? 'Aggregate' : 'Maintain'}`,
      metric: metric(name, 'foreignCommits'),
      above: 0,
      description:
        'Another program wrote into a table of the lake. Its function logs which ("table.foreign_undone"); other programs should only read.',
    })),
    {
      id: 'FailedPages',
      metric: metric('maintain', 'failedPages'),
      above: 0,
      description:
        'The page in site/ could not be written, and stays as it was; tables are not concerned. Maintain logs why ("page.failed").',
    },
    {
      id: 'Unexamined',
      metric: metric('maintain', 'unexaminedFiles', 'Maximum'),
      above: 0,
      description:
        'Landing is too large for one run of reconcile: the next run continues; or run "sluice sync".',
    },
  ];
}

function jobTroubles({ stage, keepRemovedFiles }: SluiceOptions): Trouble[] {
  const metric = stageMetrics(stage);
  const most = timeoutMinutes(keepRemovedFiles.toMinutes());
  return [
    {
      id: 'FailedJobs',
      metric: metric('maintain', 'failedJobs', 'Maximum'),
      above: 0,
      description:
        'A job on EMR Serverless failed: "sluice jobs" says why. It is tried three times; then "sluice jobs --cancel" starts it again.',
    },
    {
      id: 'LongJobs',
      metric: metric('maintain', 'longestJobMinutes', 'Maximum'),
      above: Math.floor(most / 2),
      description: `A job runs for more than half of the ${most} minutes after which AWS ends a run: "sluice jobs" says how far it is. Raise sparkMaxVcpus, or split the file.`,
    },
  ];
}

function functionTroubles({ ingest, aggregate, maintain }: Functions): Trouble[] {
  return Object.entries({ Ingest: ingest, Aggregate: aggregate, Maintain: maintain }).flatMap(
    ([name, fn]) => [
      {
        id: `${name}Errors`,
        metric: fn.metricErrors({ period: PERIOD }),
        above: 0,
        description: `The function ${name.toLowerCase()} failed: see its log.`,
      },
      {
        id: `${name}Throttles`,
        metric: fn.metricThrottles({ period: PERIOD }),
        above: 0,
        description: `The function ${name.toLowerCase()} was throttled: raise the account's concurrency, or lower maxConcurrency.`,
      },
    ],
  );
}
