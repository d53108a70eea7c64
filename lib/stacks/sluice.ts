// Sluice as a construct for any stack: from files in a landing bucket to insights in a lake bucket.
import type { Distribution } from 'aws-cdk-lib/aws-cloudfront';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { Alarms } from './alarms.ts';
import { Buckets } from './buckets.ts';
import { addDashboard } from './dashboard.ts';
import { applyDefinitions } from './definitions-applied.ts';
import { emptyWithStack } from './empty-buckets.ts';
import { ownKey } from './encryption.ts';
import { Functions } from './functions.ts';
import { sendNotices } from './notices-topic.ts';
import { notifyOfFiles } from './notifications.ts';
import { PageDistribution } from './page-distribution.ts';
import { applyBoundary } from './permissions.ts';
import { QueryCatalog } from './query-catalog.ts';
import { Queues } from './queues.ts';
import type { SluiceProps } from './sluice-props.ts';
import { Spark } from './spark.ts';
import { withDefaults } from './with-defaults.ts';

export class Sluice extends Construct {
  readonly landing: IBucket;
  readonly lake: IBucket;
  readonly queues: Queues;
  readonly functions: Functions;
  readonly alarms: Alarms;
  readonly queryCatalog: QueryCatalog;
  /** Of the page, if `cloudFrontPage` asks for it. */
  readonly distribution: Distribution | undefined;

  constructor(scope: Construct, id: string, props: SluiceProps) {
    super(scope, id);
    const options = withDefaults(props);
    applyBoundary(this, options.permissionsBoundary);
    const key = ownKey(this, options);
    const buckets = new Buckets(this, options, key);
    this.landing = buckets.landing;
    this.lake = buckets.lake;
    this.queues = new Queues(this, options, key);
    notifyOfFiles(this, buckets, this.queues.files);
    const spark = options.spark ? new Spark(this, options, buckets) : undefined;
    this.functions = new Functions(this, options, buckets, this.queues, spark);
    buckets.protectLog(this.functions.maintainRole);
    this.queryCatalog = new QueryCatalog(this, options, buckets.lake, key);
    this.alarms = new Alarms(this, options, this.functions, this.queues, key);
    addDashboard(this, options, this.functions, this.queues, this.alarms);
    sendNotices(this, options);
    this.distribution = options.cloudFrontPage
      ? new PageDistribution(this, options, buckets.lake).distribution
      : undefined;
    if (!options.retainData) emptyWithStack(this, buckets, this.functions);
    // Last: an earlier failure leaves an empty lake, which is deleted when a first deployment is rolled back.
    applyDefinitions(this, options.definitions, this.functions, [this.queryCatalog, this.alarms]);
  }
}
