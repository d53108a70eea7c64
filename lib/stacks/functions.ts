// The three functions: their code, their settings, their roles, and what makes them run.
import { join } from 'node:path';
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
import type { MaintainEvent } from '../aws/handlers.ts';
import type { FunctionName } from '../aws/metric-names.ts';
import { bindingFolder } from './binding.ts';
import type { Buckets } from './buckets.ts';
import { bundleFunctions } from './bundle.ts';
import { acknowledgeFolders } from './nag-suppressions.ts';
import { permissions } from './permissions.ts';
import { FILES_WINDOW, type Queues } from './queues.ts';
import type { SluiceOptions } from './sluice-props.ts';

const ROOT = join(import.meta.dirname, '../..');
/** As many as share a commit at the most: see lib/aws/ingest-batch.ts. */
const FILES_PER_BATCH = 100;
/** An insight that kills its function takes no other along, and none waits for a slow one. */
const REFRESHES_PER_BATCH = 1;

type Limits = Pick<SluiceOptions, 'memoryMb' | 'diskMb' | 'timeout'>;

/** Of maintain, which rewrites whole tables where a contract's change asks for it: AWS's bound. */
const LONGEST = Duration.minutes(15);

export class Functions extends Construct {
  readonly ingest: Lambda;
  readonly aggregate: Lambda;
  readonly maintain: Lambda;
  readonly maintainRole: IRole;
  private readonly triggers: readonly IConstruct[];
  private readonly options: SluiceOptions;
  private readonly buckets: Buckets;
  private readonly queues: Queues;

  constructor(scope: Construct, options: SluiceOptions, buckets: Buckets, queues: Queues) {
    super(scope, 'Functions');
    this.options = options;
    this.buckets = buckets;
    this.queues = queues;
    // Asked for before the CDK wraps the answer in its own error.
    if (Stack.of(this).bundlingRequired) bindingFolder(`linux-${options.architecture}`);
    const code = functionCode(options);
    this.ingest = this.lambda('ingest', code, options);
    this.aggregate = this.lambda('aggregate', code, options);
    this.maintain = this.lambda('maintain', code, { ...options, timeout: LONGEST });
    this.maintainRole = this.maintain.role as IRole;
    this.triggers = this.trigger();
    new EventInvokeConfig(this, 'MaintainFailed', {
      function: this.maintain,
      // Its role may send already: see permissions.ts.
      onFailure: { bind: () => ({ destination: queues.maintainFailures.queueArn }) },
    });
  }

  /** What feeds the functions is made after `resource`, and stops before it is deleted. */
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
    const rule = new Rule(this, 'Reconcile', { schedule: Schedule.rate(reconcileEvery) });
    rule.addTarget(new LambdaFunction(this.maintain));
    const daily = new Rule(this, 'Sweep', { schedule: Schedule.rate(Duration.days(1)) });
    const asked: MaintainEvent = { retentionDays: keepRemovedFiles.toDays({ integral: false }) };
    daily.addTarget(new LambdaFunction(this.maintain, { event: RuleTargetInput.fromObject(asked) }));
    // The CDK names the rule alone. With its account nobody else's rule of that name is meant, ever.
    for (const child of this.node.findAll())
      if (child instanceof CfnPermission) child.sourceAccount = Aws.ACCOUNT_ID;
    return [files, refreshes, rule, daily];
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
      // A refresh that runs out of time asks for its rest through the queue that it is fed from, an insight of an insight is
      // asked for there too, and ingest hands back what there was no time for. Each such message comes after a commit or names
      // less than the one before, so it ends; yet a chain of 16 would look like a loop to Lambda, which then stops the function:
      // https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
      recursiveLoop: RecursiveLoop.ALLOW,
      ...(vpc ? { vpc } : {}),
      ...(vpcSubnets ? { vpcSubnets } : {}),
      ...(securityGroups ? { securityGroups: [...securityGroups] } : {}),
      // Maintain is called by the clock and by deploys, which wait for it.
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
      [SETTINGS.filesDeadLettersUrl]: this.queues.filesDeadLetters.queueUrl,
      [SETTINGS.refreshDeadLettersUrl]: this.queues.refreshDeadLetters.queueUrl,
      [SETTINGS.maxSourceBytes]: String(maxSourceBytes),
      [SETTINGS.diskMb]: String(diskMb),
    };
  }

  private role(name: FunctionName, logs: LogGroup): Role {
    const work = permissions(name, this.options, this.buckets, this.queues);
    const role = new Role(this, `${name}-role`, {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      // Inline, so that the function is not made before it.
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

/** Bundled while synthesising, into the cloud assembly itself; not at all where no stack is to be deployed. */
function functionCode({ definitions, architecture }: SluiceOptions): Code {
  return Code.fromAsset(join(ROOT, 'functions'), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // Never run: `local` always bundles, or throws.
      image: DockerImage.fromRegistry('none'),
      local: {
        tryBundle(outputDir) {
          bundleFunctions({ schemas: definitions.folder, platform: `linux-${architecture}` }, outputDir);
          return true;
        },
      },
    },
  });
}
