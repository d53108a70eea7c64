// EMR Serverless for what is too large for a function, if that is asked for: an application that starts by itself and stops when it is idle,
// the role of its jobs, what its workers run, and the rule that says when a run has ended.
import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AssetHashType, BundlingOutput, DockerImage, Stack } from 'aws-cdk-lib';
import { CfnApplication } from 'aws-cdk-lib/aws-emrserverless';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import { ownPackage } from '../adapters/own-package.ts';
import { SETTINGS } from '../aws/environment.ts';
import { JOB_EVENTS } from '../aws/job-news.ts';
import type { FunctionName } from '../aws/metric-names.ts';
import { capacity, runsAtOnce, timeoutMinutes } from '../aws/spark-workers.ts';
import type { Buckets } from './buckets.ts';
import { bundleTask } from './bundle.ts';
import { acknowledgeFolders } from './nag-suppressions.ts';
import type { Platform } from './native-binding.ts';
import { nodeBinary } from './node-binary.ts';
import { jobPermissions } from './permissions.ts';
import type { SluiceOptions } from './sluice-props.ts';
import { sparkNetwork } from './spark-network.ts';
import { tgzOf } from './tar.ts';

/** With Spark 3.5 and Amazon Linux 2023. */
const RELEASE = 'emr-7.9.0';
const IDLE_MINUTES = 2;
/** AWS's limit. */
const QUEUE_MINUTES = 720;

export class Spark extends Construct {
  readonly application: CfnApplication;
  readonly role: Role;
  private readonly options: SluiceOptions;
  private readonly program: Asset;
  private readonly archive: Asset;

  constructor(scope: Construct, options: SluiceOptions, buckets: Buckets) {
    super(scope, 'Spark');
    this.options = options;
    const { folder } = ownPackage();
    this.program = new Asset(this, 'Program', { path: join(folder, 'spark', 'sluice_job.py') });
    this.archive = this.taskArchive(folder);
    this.application = this.newApplication();
    this.role = this.newRole(buckets);
  }

  /** Of the functions. */
  settings(): Record<string, string> {
    return {
      [SETTINGS.sparkApplication]: this.application.attrApplicationId,
      [SETTINGS.sparkRole]: this.role.roleArn,
      [SETTINGS.sparkProgram]: this.program.s3ObjectUrl,
      [SETTINGS.sparkArchive]: this.archive.s3ObjectUrl,
      [SETTINGS.sparkTimeoutMinutes]: String(timeoutMinutes(this.options.keepRemovedFiles.toMinutes())),
      [SETTINGS.sparkBlockBytes]: String(this.options.sparkBlockBytes),
    };
  }

  /** Of a function: maintain starts nothing. */
  permissions(name: FunctionName): PolicyStatement[] {
    const arn = this.application.attrArn;
    const look = new PolicyStatement({
      sid: 'LookAtJobs',
      actions: ['emr-serverless:GetJobRun'],
      resources: [`${arn}/jobruns/*`],
    });
    if (name === 'maintain') return [look];
    return [
      look,
      new PolicyStatement({
        sid: 'StartJobs',
        actions: ['emr-serverless:StartJobRun'],
        resources: [arn],
      }),
      new PolicyStatement({
        sid: 'LendJobsTheirRole',
        actions: ['iam:PassRole'],
        resources: [this.role.roleArn],
        conditions: { StringEquals: { 'iam:PassedToService': 'emr-serverless.amazonaws.com' } },
      }),
    ];
  }

  /** The function is told of runs that have ended. */
  tell(scope: Construct, maintain: IFunction): Rule {
    const rule = new Rule(scope, 'JobsEnded', {
      description: 'Runs on EMR Serverless that have ended',
      eventPattern: {
        source: [JOB_EVENTS.source],
        detailType: [JOB_EVENTS.type],
        detail: {
          applicationId: [this.application.attrApplicationId],
          state: [...JOB_EVENTS.states],
        },
      },
    });
    rule.addTarget(new LambdaFunction(maintain));
    return rule;
  }

  private newApplication(): CfnApplication {
    const { stage, architecture, sparkMaxVcpus } = this.options;
    const network = sparkNetwork(this, this.options);
    return new CfnApplication(this, 'Application', {
      name: `sluice-${stage}`,
      type: 'SPARK',
      releaseLabel: RELEASE,
      architecture: architecture === 'arm64' ? 'ARM64' : 'X86_64',
      autoStartConfiguration: { enabled: true },
      autoStopConfiguration: { enabled: true, idleTimeoutMinutes: IDLE_MINUTES },
      maximumCapacity: capacity(sparkMaxVcpus),
      schedulerConfiguration: {
        maxConcurrentRuns: runsAtOnce(sparkMaxVcpus),
        queueTimeoutMinutes: QUEUE_MINUTES,
      },
      ...(network ? { networkConfiguration: network } : {}),
      // AWS keeps Spark's logs for 30 days under a key of its own. What a task says when it fails is in the job's folder in the lake, too.
      ...(this.options.encryptionKey === undefined
        ? {}
        : { monitoringConfiguration: { managedPersistenceMonitoringConfiguration: { enabled: false } } }),
    });
  }

  private newRole(buckets: Buckets): Role {
    const statements = jobPermissions(buckets, [this.program, this.archive]);
    const role = new Role(this, 'JobRole', {
      // https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/security-iam-runtime-role.html
      assumedBy: new ServicePrincipal('emr-serverless.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': Stack.of(this).account },
          ArnEquals: { 'aws:SourceArn': this.application.attrArn },
        },
      }),
      inlinePolicies: { work: new PolicyDocument({ statements }) },
    });
    acknowledgeFolders(role, statements);
    return role;
  }

  /** Bundled during synthesis, as the functions are. */
  private taskArchive(path: string): Asset {
    const platform: Platform = `linux-${this.options.architecture}`;
    // Called early, before the CDK would wrap the error in its own.
    if (Stack.of(this).bundlingRequired) nodeBinary(platform);
    return new Asset(this, 'Tasks', {
      path: join(path, 'spark'),
      assetHashType: AssetHashType.OUTPUT,
      bundling: {
        // Never run: `local` always bundles, or throws.
        image: DockerImage.fromRegistry('none'),
        outputType: BundlingOutput.ARCHIVED,
        local: {
          tryBundle(into) {
            writeTaskArchive(platform, join(into, 'task.tgz'));
            return true;
          },
        },
      },
    });
  }
}

/** What a worker needs to run a task: the command line, DuckDB's native binding, and Node. Throws CliError if one is missing. */
export function writeTaskArchive(platform: Platform, file: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-task-'));
  try {
    bundleTask(platform, folder);
    copyFileSync(nodeBinary(platform), join(folder, 'node'));
    chmodSync(join(folder, 'node'), 0o755);
    writeFileSync(file, tgzOf(folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
