// The settings of an installation with all defaults filled in, checked together.
import { Duration } from 'aws-cdk-lib';
import { largestSourceBytes } from '../aws/limits.ts';
import { SPARK_BLOCK_BYTES } from '../aws/spark-workers.ts';
import { requireSettings } from './settings-rules.ts';
import type { SluiceOptions, SluiceProps } from './sluice-props.ts';

/** Throws CliError on a value that AWS, or a function later, would refuse: it names the setting, its value, the rule and what to write. */
export function withDefaults(props: SluiceProps): SluiceOptions {
  const { diskMb = 4096, timeout = Duration.minutes(5) } = props;
  const options: SluiceOptions = {
    landingPrefix: '',
    landingEvents: 'notifications',
    architecture: 'arm64',
    memoryMb: 3008,
    diskMb,
    timeout,
    maxSourceBytes: largestSourceBytes(diskMb, timeout.toSeconds()),
    maxConcurrency: 5,
    reconcileEvery: Duration.hours(1),
    keepVersions: Duration.days(90),
    keepRemovedFiles: Duration.days(7),
    keepLogsDays: 90,
    retainData: true,
    maxLag: Duration.minutes(15),
    scanLimitBytes: 10_000_000_000,
    cloudFrontPage: false,
    spark: false,
    sparkMaxVcpus: 32,
    sparkBlockBytes: SPARK_BLOCK_BYTES,
    ...props,
  };
  requireSettings(options);
  return options;
}
