// Buckets and the catalog for readers, as the synthesised stack makes them: encrypted, private, versioned, described.
import { Duration } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, test } from 'vitest';
import { readable, type Synthesised, shippedDefinitions, statementsOf, synthesised } from './stack-case.ts';

let stack: Synthesised;
beforeAll(async () => {
  stack = await synthesised();
});

describe('buckets', () => {
  test('both are encrypted, private, TLS only, and clear unfinished uploads', () => {
    const buckets = stack.ofType('AWS::S3::Bucket');
    expect(buckets).toHaveLength(2);
    for (const [, { Properties, DeletionPolicy }] of buckets) {
      // What a failed first deploy made goes with it, so that the next one finds nothing in its way.
      expect(DeletionPolicy).toBe('RetainExceptOnCreate');
      expect(Properties).toMatchObject({
        VersioningConfiguration: { Status: 'Enabled' },
        BucketEncryption: { ServerSideEncryptionConfiguration: [expect.anything()] },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        LifecycleConfiguration: {
          Rules: expect.arrayContaining([
            { AbortIncompleteMultipartUpload: { DaysAfterInitiation: 2 }, Status: 'Enabled' },
          ]),
        },
      });
    }
    const policies = stack.ofType('AWS::S3::BucketPolicy').flatMap(([, policy]) => statementsOf(policy));
    const tls = policies.filter(({ Action }) => Action === 's3:*');
    expect(tls.map(({ Effect, Condition }) => ({ Effect, Condition }))).toEqual(
      Array(2).fill({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
    );
  });

  test("the lake's log entries are created once and stay, whoever asks", () => {
    const [policy = []] = stack
      .ofType('AWS::S3::BucketPolicy')
      .filter(([id]) => id.includes('Lake'))
      .map(([, { Properties }]) => statementsOf({ Type: '', Properties }));
    const entries = ['tables', 'arrivals', 'insights'].map(
      (kind) => `<BucketsLake.Arn>/${kind}/*/_delta_log/*.json`,
    );
    expect(policy.filter(({ Action }) => Action !== 's3:*')).toEqual([
      {
        Sid: 'LogEntriesAreCreatedOnly',
        Effect: 'Deny',
        Principal: { AWS: '*' },
        Action: 's3:PutObject',
        Resource: entries,
        Condition: { Null: { 's3:if-none-match': 'true' } },
      },
      {
        Sid: 'LogEntriesStay',
        Effect: 'Deny',
        Principal: { AWS: '*' },
        Action: ['s3:DeleteObject', 's3:DeleteObjectVersion'],
        Resource: entries,
      },
    ]);
  });

  test("what was removed from the lake can be restored for as long as the lake's older versions are read", async () => {
    const rulesOf = ({ ofType }: Synthesised) => {
      const [, [, lake] = []] = ofType('AWS::S3::Bucket');
      const { Rules } = (lake?.Properties.LifecycleConfiguration ?? {}) as { Rules?: unknown };
      return Rules;
    };
    expect(rulesOf(stack)).toContainEqual({
      ExpiredObjectDeleteMarker: true,
      NoncurrentVersionExpiration: { NoncurrentDays: 7 },
      Status: 'Enabled',
    });
    expect(rulesOf(await synthesised({ keepRemovedFiles: Duration.hours(30) }))).toContainEqual(
      expect.objectContaining({ NoncurrentVersionExpiration: { NoncurrentDays: 2 } }),
    );
  });

  test('landing keeps versions, and notifies the queue whose policy is there before it', () => {
    const [[, landing] = []] = stack.ofType('AWS::S3::Bucket');
    const queue = '<QueuesFiles.Arn>';
    expect(readable(landing?.Properties)).toMatchObject({
      BucketName: 'sluice-test-landing-<AWS::AccountId>-<AWS::StackId>',
      VersioningConfiguration: { Status: 'Enabled' },
      NotificationConfiguration: {
        QueueConfigurations: [
          { Event: 's3:ObjectCreated:*', Queue: queue },
          { Event: 's3:ObjectRemoved:*', Queue: queue },
          { Event: 's3:LifecycleExpiration:*', Queue: queue },
        ],
      },
    });
    expect(landing?.DependsOn).toEqual([expect.stringMatching(/^SluiceQueuesFilesPolicy/)]);
  });
});

describe('querying', () => {
  test('every dataset and insight is a Delta table of the catalog, with its columns', async () => {
    const { catalog } = await shippedDefinitions();
    const insights = catalog.derivations.filter(({ target }) => target.kind === 'insights');
    stack.template.resourceCountIs('AWS::Glue::Table', catalog.datasets.length + insights.length);
    stack.template.hasResourceProperties('AWS::Glue::Table', {
      DatabaseName: 'sluice_test',
      TableInput: {
        Name: 'spend_by_month',
        TableType: 'EXTERNAL_TABLE',
        Parameters: { EXTERNAL: 'TRUE', table_type: 'DELTA', 'spark.sql.sources.provider': 'delta' },
        PartitionKeys: [],
        StorageDescriptor: {
          Columns: Match.arrayWith([Match.objectLike({ Name: 'currency', Type: 'string' })]),
        },
      },
    });
    const tables = stack
      .ofType('AWS::Glue::Table')
      .map(([, { Properties }]) => readable(Properties.TableInput));
    for (const { Name, StorageDescriptor } of tables as {
      Name: string;
      StorageDescriptor: { Location: string };
    }[])
      expect(StorageDescriptor.Location).toMatch(
        new RegExp(`^s3://<BucketsLake>/(?:tables|insights)/${Name}/$`),
      );
  });

  test('a query scans up to a limit, and its results are encrypted', () => {
    stack.template.hasResourceProperties('AWS::Athena::WorkGroup', {
      Name: 'sluice-test',
      WorkGroupConfiguration: {
        EnforceWorkGroupConfiguration: true,
        BytesScannedCutoffPerQuery: 10_000_000_000,
        ResultConfiguration: { EncryptionConfiguration: { EncryptionOption: 'SSE_S3' } },
      },
    });
  });
});
