// Landing and lake: encrypted, TLS only, never public, with old versions kept for a while. The lake's log entries are written
// once: the bucket policy refuses to overwrite or delete one, for every principal.
import { Aws, Duration, Fn, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type CfnBucket,
  type IBucket,
  type LifecycleRule,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { TABLE_KINDS } from '../core/insight.ts';
import type { LandingEvents, SluiceOptions } from './sluice-props.ts';

/** Athena writes its results below it: no table of the lake has this name, and no function may read it. */
export const QUERY_RESULTS = 'athena-results';

const ABORT_UPLOADS: LifecycleRule = { abortIncompleteMultipartUploadAfter: Duration.days(2) };
const KEEP_RESULTS = Duration.days(7);

/**
 * Only entries of tables: checkpoints and `_last_checkpoint` next to them are overwritten, and old checkpoints swept; and a
 * report about a Delta table in landing is not an entry, although its key contains these words.
 */
const LOG_ENTRIES = TABLE_KINDS.map((kind) => `${kind}/*/_delta_log/*.json`);

type Own = { readonly bucketName?: string; readonly lifecycleRules: LifecycleRule[] };

export class Buckets extends Construct {
  readonly landing: IBucket;
  readonly lake: IBucket;
  /** The landing bucket's resource if it was created here. */
  readonly ownLanding: CfnBucket | undefined;
  /** For our own bucket it is a plain string: its name is known before it exists. See notifications.ts. */
  readonly landingArn: string;
  /** The prefix of source file keys: empty, or a folder with a trailing slash. */
  readonly landingFolder: string;
  readonly landingEvents: LandingEvents;
  /** The buckets that were created here. */
  readonly own: readonly IBucket[];
  /** The key of the lake and of everything else created here. */
  readonly encryptionKey: IKey | undefined;
  private readonly options: SluiceOptions;

  constructor(scope: Construct, options: SluiceOptions, encryptionKey: IKey | undefined) {
    super(scope, 'Buckets');
    this.options = options;
    this.encryptionKey = encryptionKey;
    const { stage, keepVersions, keepRemovedFiles, landingPrefix, landingEvents } = options;
    const name = `sluice-${stage}-landing-${Aws.ACCOUNT_ID}-${stackSuffix()}`;
    const given = this.given(options);
    this.landing =
      given ??
      this.bucket('Landing', {
        bucketName: name,
        lifecycleRules: [ABORT_UPLOADS, { noncurrentVersionExpiration: keepVersions }],
      });
    this.ownLanding = given ? undefined : (this.landing.node.defaultChild as CfnBucket);
    this.landingArn = given?.bucketArn ?? `arn:${Aws.PARTITION}:s3:::${name}`;
    this.landingFolder = landingPrefix === '' ? '' : `${landingPrefix}/`;
    this.landingEvents = landingEvents;
    const days = Math.max(1, Math.ceil(keepRemovedFiles.toDays({ integral: false })));
    this.lake = this.bucket('Lake', {
      lifecycleRules: [
        ABORT_UPLOADS,
        { noncurrentVersionExpiration: Duration.days(days), expiredObjectDeleteMarker: true },
        { prefix: `${QUERY_RESULTS}/`, expiration: KEEP_RESULTS },
      ],
    });
    this.own = given ? [this.lake] : [this.landing, this.lake];
  }

  /**
   * `sweeper`: the only role that empties a stage whose data is deleted with it. Anyone else would have to change the
   * bucket's policy first, which CloudTrail shows separately from deletions.
   */
  protectLog(sweeper: IRole): void {
    const entries = LOG_ENTRIES.map((keys) => this.lake.arnForObjects(keys));
    const everybody = { effect: Effect.DENY, principals: [new AnyPrincipal()], resources: entries };
    this.lake.addToResourcePolicy(
      new PolicyStatement({
        ...everybody,
        sid: 'LogEntriesAreCreatedOnly',
        actions: ['s3:PutObject'],
        // https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html. Multipart uploads send
        // the header only with their last request, so they are refused: an entry is one request.
        conditions: { Null: { 's3:if-none-match': 'true' } },
      }),
    );
    this.lake.addToResourcePolicy(
      new PolicyStatement({
        ...everybody,
        sid: 'LogEntriesStay',
        actions: ['s3:DeleteObject', 's3:DeleteObjectVersion'],
        ...(this.options.retainData
          ? {}
          : { conditions: { ArnNotEquals: { 'aws:PrincipalArn': sweeper.roleArn } } }),
      }),
    );
  }

  private given({ landingBucket, landingKey }: SluiceOptions): IBucket | undefined {
    if (typeof landingBucket !== 'string') return landingBucket;
    return Bucket.fromBucketAttributes(this, 'Given', {
      bucketName: landingBucket,
      ...(landingKey === undefined ? {} : { encryptionKey: Key.fromKeyArn(this, 'GivenKey', landingKey) }),
    });
  }

  private bucket(id: string, own: Own): IBucket {
    const { retainData } = this.options;
    const bucket = new Bucket(this, id, {
      ...(this.encryptionKey === undefined
        ? { encryption: BucketEncryption.S3_MANAGED }
        : // One request to KMS for many objects.
          { encryption: BucketEncryption.KMS, encryptionKey: this.encryptionKey, bucketKeyEnabled: true }),
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      versioned: true,
      // Resources of a failed first deployment are deleted; those in use are kept.
      removalPolicy: retainData ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY,
      ...this.accessLogs(id),
      ...own,
    });
    if (this.options.accessLogsBucket === undefined)
      Validations.of(bucket).acknowledge({
        id: 'AwsSolutions-S1',
        reason:
          'Access logs of S3 need another bucket and arrive late; accessLogsBucket turns them on, and CloudTrail data events are the alternative for auditing reads. Writes are recorded in reports and Delta logs.',
      });
    // The CDK's class and interface disagree about one optional property.
    return bucket as IBucket;
  }

  private accessLogs(id: string) {
    const { accessLogsBucket: given, stage } = this.options;
    if (given === undefined) return {};
    const own = this.node.tryFindChild('AccessLogs') as IBucket | undefined;
    const bucket =
      typeof given === 'string' ? (own ?? Bucket.fromBucketName(this, 'AccessLogs', given)) : given;
    return {
      serverAccessLogsBucket: bucket,
      serverAccessLogsPrefix: `sluice-${stage}/${id.toLowerCase()}/`,
    };
  }
}

/** Part of the stack's id, new for each created stack: a bucket that outlives its stack blocks no later one. */
export function stackSuffix(): string {
  // arn:aws:cloudformation:<region>:<account>:stack/<name>/<uuid>
  return Fn.select(0, Fn.split('-', Fn.select(2, Fn.split('/', Aws.STACK_ID))));
}
