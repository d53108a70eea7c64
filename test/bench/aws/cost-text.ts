// The cost of a day and of a month from measured files, as tables. Pure.
import type { FileRun } from './cost-run.ts';
import { type Cost, costOf, idlePollsPerMonth, PRICES } from './prices.ts';
import { times, type Usage } from './usage.ts';

const DAYS = 30;
const RUNS_OF_MAINTAIN = 24;
/** Those that Lambda polls. */
const QUEUES = 3;

export type Scenario = { readonly name: string; readonly file: FileRun; readonly filesPerDay: number };
export type Fixed = {
  readonly maintain: Usage;
  /** The page, written for its queue's message. */
  readonly page: Usage;
  readonly alarms: number;
  readonly metrics: number;
};

export function renderCost(scenarios: readonly Scenario[], fixed: Fixed): string {
  return [
    `At the list prices of ${PRICES.asOf} (us-east-1, arm64, no free tier), from requests and seconds measured here:`,
    table(
      [
        'a file',
        'S3 PUT, LIST',
        'S3 GET, HEAD',
        'SQS',
        'invocations',
        'ingest',
        'aggregate',
        'GB-s',
        'peak memory',
        '$',
      ],
      scenarios.map(fileRow),
    ),
    table(
      [
        'what arrives',
        'Lambda',
        'S3 and SQS requests',
        'logs',
        '$ a month',
        '$ per GB',
        '$ a month for each month kept',
      ],
      scenarios.map(monthRow),
    ),
    fixedText(fixed),
  ].join('\n\n');
}

function fileRow({ name, file }: Scenario): string[] {
  const { usage, ingestMs, aggregateMs, peakMb } = file;
  const { s3Puts, s3Gets, sqsRequests, invocations, gbSeconds } = usage;
  return [
    name,
    ...[s3Puts, s3Gets, sqsRequests, invocations].map(String),
    `${seconds(ingestMs)} s`,
    `${seconds(aggregateMs)} s`,
    gbSeconds.toFixed(2),
    `${Math.round(peakMb)} MB`,
    dollars(costOf(usage).work),
  ];
}

function monthRow({ name, file, filesPerDay }: Scenario): string[] {
  const month = costOf(times(file.usage, filesPerDay * DAYS));
  const gigabytes = (file.sizeBytes * filesPerDay * DAYS) / 1e9;
  return [name, ...parts(month), dollars(month.work / gigabytes), dollars(month.storageMonth)];
}

function parts({ lambda, requests, logs, work }: Cost): string[] {
  return [lambda, requests, logs, work].map(dollars);
}

function fixedText({ maintain, page, alarms, metrics }: Fixed): string {
  const runs = costOf(times(maintain, RUNS_OF_MAINTAIN * DAYS)).work;
  const polls = idlePollsPerMonth(QUEUES) * PRICES.sqsRequest;
  const watching = alarms * PRICES.alarmMonth + metrics * PRICES.metricMonth + PRICES.dashboardMonth;
  return `A stage at rest, a month: ${dollars(runs + polls + watching)}: maintain every hour ${dollars(runs)}, Lambda's polls of ${QUEUES} idle queues ${dollars(polls)}, ${alarms} alarms, ${metrics} metrics and a dashboard ${dollars(watching)}. The page, each time that it is written after changes: ${dollars(costOf(page).work)}.`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}

/** Two digits that say something: `$0.00031`, `$1.20`, `$310`. */
export function dollars(amount: number): string {
  if (amount >= 100) return `$${Math.round(amount)}`;
  if (amount >= 1 || amount === 0) return `$${amount.toFixed(2)}`;
  return `$${amount.toFixed(1 - Math.floor(Math.log10(amount)))}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = `|---|${head
    .slice(1)
    .map(() => '---:|')
    .join('')}`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}
