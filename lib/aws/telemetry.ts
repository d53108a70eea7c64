// Structured log lines and metrics of the functions, by Lambda Powertools. The metrics' names are
// shared with the stack's alarms and dashboard.
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Context } from 'aws-lambda';
import type { Log } from '../ports.ts';
import type { FunctionName, MetricName } from './metric-names.ts';
import { METRICS_NAMESPACE } from './metric-names.ts';

export type Measure = (metric: MetricName, value: number) => void;

export type Telemetry = {
  readonly log: Log;
  /** Adds up within an invocation, except lagSeconds, which keeps every value. */
  readonly measure: Measure;
  begin(context: Context): void;
  /** Call at the end of an invocation. */
  flush(): void;
};

export function telemetry(functionName: FunctionName, stage: string): Telemetry {
  const logger = new Logger({ serviceName: functionName, persistentLogAttributes: { stage } });
  const metrics = new Metrics({
    namespace: METRICS_NAMESPACE,
    serviceName: functionName,
    defaultDimensions: { stage },
  });
  return {
    log: (level, event, fields) => {
      const { error, ...others } = fields;
      if (error === undefined) logger[level](event, others);
      else logger[level](event, others, { error: error instanceof Error ? error : new Error(String(error)) });
    },
    measure: (metric, value) =>
      void metrics.addMetric(metric, metric === 'lagSeconds' ? MetricUnit.Seconds : MetricUnit.Count, value),
    begin: (context) => logger.addContext(context),
    flush: () => {
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
    },
  };
}
