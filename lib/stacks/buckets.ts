// Landing and lake: encrypted, TLS only, never public. Landing keeps old versions; the lake needs none, its files are immutable.
import { Aws, Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type CfnBucket,
  type IBucket,
  type LifecycleRule,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { SluiceOptions } from './sluice-props.ts';

/** Below it Athena writes its results: no table of the lake has this name. */
export const QUERY_RESULTS = 'athena-results';

const ABORT_UPLOADS: LifecycleRule = { abortIncompleteMultipartUploadAfter: Duration.days(2) };
const KEEP_RESULTS = Duration.days(7);

export class Buckets extends Construct {
  readonly landing: IBucket;
  readonly lake: IBucket;
  /** The landing bucket's resource where it was made here. */
  readonly ownLanding: CfnBucket | undefined;
  /** Of our own a text: its name is known before it exists. See notifications.ts. */
  readonly landingArn: string;
  /** Those that were made here. */
  readonly own: readonly IBucket[];

  constructor(scope: Construct, options: SluiceOptions) {
    super(scope, 'Buckets');
    const { stage, landingBucket, keepVersions } = options;
    const name = `sluice-${stage}-landing-${Aws.ACCOUNT_ID}-${Aws.REGION}`;
    const given =
      typeof landingBucket === 'string' ? Bucket.fromBucketName(this, 'Given', landingBucket) : landingBucket;
    this.landing =
      given ??
      this.bucket('Landing', options, {
        bucketName: name,
        versioned: true,
        lifecycleRules: [ABORT_UPLOADS, { noncurrentVersionExpiration: keepVersions }],
      });
    this.ownLanding = given ? undefined : (this.landing.node.defaultChild as CfnBucket);
    this.landingArn = given?.bucketArn ?? `arn:${Aws.PARTITION}:s3:::${name}`;
    this.lake = this.bucket('Lake', options, {
      lifecycleRules: [ABORT_UPLOADS, { prefix: `${QUERY_RESULTS}/`, expiration: KEEP_RESULTS }],
    });
    this.own = given ? [this.lake] : [this.landing, this.lake];
  }

  private bucket(
    id: string,
    { retainData }: SluiceOptions,
    own: { bucketName?: string; versioned?: boolean; lifecycleRules: LifecycleRule[] },
  ): IBucket {
    const bucket = new Bucket(this, id, {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      removalPolicy: retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      ...own,
    });
    Validations.of(bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'Access logs of S3 cost a bucket of their own and come late; who wants an audit of reads turns on CloudTrail data events. What was written is told by reports and Delta logs.',
    });
    // The CDK's own class and interface disagree about one optional property.
    return bucket as IBucket;
  }
}
