// The functions' metrics in CloudWatch: names and dimensions come from the code that publishes them.
import { Duration } from 'aws-cdk-lib';
import { Metric, type Unit } from 'aws-cdk-lib/aws-cloudwatch';
import { type FunctionName, METRICS_NAMESPACE, type MetricName } from '../aws/metric-names.ts';

export type Statistic = 'Sum' | 'Maximum' | 'p50' | 'p95';

export type StageMetric = (
  functionName: FunctionName,
  metricName: MetricName,
  statistic?: Statistic,
  unit?: Unit,
) => Metric;

const PERIOD = Duration.minutes(5);

export function stageMetrics(stage: string): StageMetric {
  return (service, metricName, statistic = 'Sum') =>
    new Metric({
      namespace: METRICS_NAMESPACE,
      metricName,
      dimensionsMap: { service, stage },
      statistic,
      period: PERIOD,
    });
}
