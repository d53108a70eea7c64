// What usage costs, at AWS's list prices without any free tier. Pure.
import type { Usage } from './usage.ts';

/** US dollars, us-east-1, arm64, as published in August 2025, when Lambda began to bill a function's start as well. */
export const PRICES = {
  asOf: 'August 2025',
  s3Put: 0.005 / 1000,
  s3Get: 0.0004 / 1000,
  /** That of FIFO queues, for both kinds: a standard queue's is 0.40. */
  sqsRequest: 0.5 / 1e6,
  invocation: 0.2 / 1e6,
  gbSecond: 0.0000133334,
  logGb: 0.5,
  storedGbMonth: 0.023,
  alarmMonth: 0.1,
  metricMonth: 0.3,
  dashboardMonth: 3,
} as const;

const GB = 1e9;

export type Cost = {
  readonly lambda: number;
  readonly requests: number;
  readonly logs: number;
  /** All of the above, once. */
  readonly work: number;
  /** For each month that what is stored is kept. */
  readonly storageMonth: number;
};

export function costOf(usage: Usage): Cost {
  const lambda = usage.invocations * PRICES.invocation + usage.gbSeconds * PRICES.gbSecond;
  const requests =
    usage.s3Puts * PRICES.s3Put + usage.s3Gets * PRICES.s3Get + usage.sqsRequests * PRICES.sqsRequest;
  const logs = (usage.logBytes / GB) * PRICES.logGb;
  const storageMonth = (usage.storedBytes / GB) * PRICES.storedGbMonth;
  return { lambda, requests, logs, work: lambda + requests + logs, storageMonth };
}

/** Lambda asks an idle queue with five long polls of 20 s: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html */
export function idlePollsPerMonth(queues: number): number {
  return queues * 5 * 3 * 60 * 24 * 30;
}
