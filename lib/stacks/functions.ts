// The three functions: their code, settings, roles and triggers.
import { AssetHashType, Aws, DockerImage, Duration, RemovalPolicy, Size, Stack } from 'aws-cdk-lib';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { type IRole, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  CfnPermission,
  Code,
  EventInvokeConfig,
  Function as Lambda,
  RecursiveLoop,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct, type IConstruct, type IDependable } from 'constructs';
import { SETTINGS } from '../aws/environment.ts';
import { FILES_PER_BATCH } from '../aws/limits.ts';
import type { MaintainEvent } from '../aws/maintain-handler.ts';
import type { FunctionName } from '../aws/metric-names.ts';
import type { Buckets } from './buckets.ts';
import { bundleFunctions, functionsFolder } from './bundle.ts';
import { acknowledgeFolders } from './nag-suppressions.ts';
import { bindingFolder } from './native-binding.ts';
import { permissions } from './permissions.ts';
import { FILES_WINDOW, MAINTAIN_TIMEOUT, type Queues } from './queues.ts';
import type { SluiceOptions } from './sluice-props.ts';
import type { Spark } from './spark.ts';

/** One at a time: an insight that kills its function affects no other, and none waits for a slow one. */
const REFRESHES_PER_BATCH = 1;

type Limits = Pick<SluiceOptions, 'memoryMb' | 'diskMb' | 'timeout'>;

export class Functions extends Construct {
  readonly ingest: Lambda;
  readonly aggregate: Lambda;
  readonly maintain: Lambda;
  readonly maintainRole: IRole;
  private readonly triggers: readonly IConstruct[];
  private readonly options: SluiceOptions;
  private readonly buckets: Buckets;
  private readonly queues: Queues;
  private readonly spark: Spark | undefined;

  constructor(
    scope: Construct,
    options: SluiceOptions,
    buckets: Buckets,
    queues: Queues,
    spark: Spark | undefined,
  ) {
    super(scope, 'Functions');
    this.options = options;
    this.buckets = buckets;
    this.queues = queues;
    this.spark = spark;
    // Called early, before the CDK would wrap the error in its own.
    if (Stack.of(this).bundlingRequired) bindingFolder(`linux-${options.architecture}`);
    const code = functionCode(options);
    this.ingest = this.lambda('ingest', code, options);
    this.aggregate = this.lambda('aggregate', code, options);
    this.maintain = this.lambda('maintain', code, { ...options, timeout: MAINTAIN_TIMEOUT });
    this.maintainRole = this.maintain.role as IRole;
    this.triggers = this.trigger();
    new EventInvokeConfig(this, 'MaintainFailed', {
      function: this.maintain,
      // Its role is already allowed to send: see permissions.ts.
      onFailure: { bind: () => ({ destination: queues.maintainFailures.queueArn }) },
    });
  }

  /** The triggers are created after `resource` and removed before it. */
  triggeredAfter(resource: IDependable): void {
    for (const trigger of this.triggers) trigger.node.addDependency(resource);
  }

  private trigger(): IConstruct[] {
    const { maxConcurrency, reconcileEvery, keepRemovedFiles } = this.options;
    const shared = { reportBatchItemFailures: true, maxConcurrency };
    const files = this.ingest.addEventSourceMapping('Files', {
      ...shared,
      eventSourceArn: this.queues.files.queueArn,
      batchSize: FILES_PER_BATCH,
      maxBatchingWindow: FILES_WINDOW,
    });
    const refreshes = this.aggregate.addEventSourceMapping('Refreshes', {
      ...shared,
      eventSourceArn: this.queues.refresh.queueArn,
      batchSize: REFRESHES_PER_BATCH,
    });
    const page = this.maintain.addEventSourceMapping('PageNews', {
      eventSourceArn: this.queues.page.queueArn,
    });
    const rule = new Rule(this, 'Reconcile', { schedule: Schedule.rate(reconcileEvery) });
    rule.addTarget(new LambdaFunction(this.maintain));
    const daily = new Rule(this, 'Sweep', { schedule: Schedule.rate(Duration.days(1)) });
    const asked: MaintainEvent = { retentionDays: keepRemovedFiles.toDays({ integral: false }) };
    daily.addTarget(new LambdaFunction(this.maintain, { event: RuleTargetInput.fromObject(asked) }));
    const ended = this.spark ? [this.spark.tell(this, this.maintain)] : [];
    // The CDK only sets the rule's ARN. The account is added, so that no other account's rule with that name can match.
    for (const child of this.node.findAll())
      if (child instanceof CfnPermission) child.sourceAccount = Aws.ACCOUNT_ID;
    return [files, refreshes, page, rule, daily, ...ended];
  }

  private lambda(name: FunctionName, code: Code, { memoryMb, diskMb, timeout }: Limits): Lambda {
    const { vpc, vpcSubnets, securityGroups, reservedConcurrency, keepLogsDays } = this.options;
    const { encryptionKey } = this.buckets;
    const logGroup = new LogGroup(this, `${name}-logs`, {
      retention: keepLogsDays,
      removalPolicy: RemovalPolicy.DESTROY,
      ...(encryptionKey ? { encryptionKey } : {}),
    });
    return new Lambda(this, name, {
      code,
      handler: `${name}.handler`,
      runtime: Runtime.NODEJS_24_X,
      architecture: this.options.architecture === 'arm64' ? Architecture.ARM_64 : Architecture.X86_64,
      memorySize: memoryMb,
      ephemeralStorageSize: Size.mebibytes(diskMb),
      timeout,
      role: this.role(name, logGroup),
      logGroup,
      // A refresh that runs out of time requests the rest through its own input queue, an insight of an insight is requested
      // there too, and ingest sends back what it had no time for. Each such message follows a commit or names less than the
      // previous one, so this ends; but a chain of 16 looks like a loop to Lambda, which then stops the function:
      // https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
      recursiveLoop: RecursiveLoop.ALLOW,
      ...(vpc ? { vpc } : {}),
      ...(vpcSubnets ? { vpcSubnets } : {}),
      ...(securityGroups ? { securityGroups: [...securityGroups] } : {}),
      // Maintain is invoked on a schedule and by deployments, which wait for it.
      ...(reservedConcurrency !== undefined && name !== 'maintain'
        ? { reservedConcurrentExecutions: reservedConcurrency }
        : {}),
      environment: this.settings(diskMb),
    });
  }

  private settings(diskMb: number): Record<string, string> {
    const { stage, landingPrefix, maxSourceBytes } = this.options;
    return {
      [SETTINGS.stage]: stage,
      [SETTINGS.landingBucket]: this.buckets.landing.bucketName,
      ...(landingPrefix === '' ? {} : { [SETTINGS.landingPrefix]: landingPrefix }),
      [SETTINGS.lakeBucket]: this.buckets.lake.bucketName,
      [SETTINGS.filesQueueUrl]: this.queues.files.queueUrl,
      [SETTINGS.refreshQueueUrl]: this.queues.refresh.queueUrl,
      [SETTINGS.pageQueueUrl]: this.queues.page.queueUrl,
      [SETTINGS.filesDeadLettersUrl]: this.queues.filesDeadLetters.queueUrl,
      [SETTINGS.refreshDeadLettersUrl]: this.queues.refreshDeadLetters.queueUrl,
      [SETTINGS.maxSourceBytes]: String(maxSourceBytes),
      [SETTINGS.diskMb]: String(diskMb),
      ...this.spark?.settings(),
    };
  }

  private role(name: FunctionName, logs: LogGroup): Role {
    const work = [
      ...permissions(name, this.options, this.buckets, this.queues),
      ...(this.spark?.permissions(name) ?? []),
    ];
    const role = new Role(this, `${name}-role`, {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      // Inline, so that the function is not created before it.
      inlinePolicies: {
        work: new PolicyDocument({
          statements: [
            ...work,
            new PolicyStatement({
              sid: 'WriteLogs',
              actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
              resources: [logs.logGroupArn],
            }),
          ],
        }),
      },
    });
    acknowledgeFolders(role, work);
    return role;
  }
}

/** Bundled during synthesis, into the cloud assembly itself; not at all if no stack is deployed. */
function functionCode({ definitions, architecture }: SluiceOptions): Code {
  return Code.fromAsset(functionsFolder(), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // Never run: `local` always bundles, or throws.
      image: DockerImage.fromRegistry('none'),
      local: {
        tryBundle(outputDir) {
          bundleFunctions({ definitions, platform: `linux-${architecture}` }, outputDir);
          return true;
        },
      },
    },
  });
}
