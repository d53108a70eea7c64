// Buckets and the catalog for readers, as the synthesised stack makes them: encrypted, private, versioned, described.
import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { beforeAll, describe, expect, test } from 'vitest';
import { Sluice } from '../../lib/stacks/sluice.ts';
import {
  appWithoutBundles,
  grants,
  ofTypeIn,
  readable,
  type Synthesised,
  shippedDefinitions,
  statementsOf,
  synthesised,
} from './stack-case.ts';

let stack: Synthesised;
beforeAll(async () => {
  stack = await synthesised();
});

describe('buckets', () => {
  test('both are encrypted, private, TLS only, and clear unfinished uploads', () => {
    const buckets = stack.ofType('AWS::S3::Bucket');
    expect(buckets).toHaveLength(2);
    for (const [, { Properties, DeletionPolicy }] of buckets) {
      expect(DeletionPolicy).toBe('Retain');
      expect(Properties).toMatchObject({
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
    expect(policies.map(({ Effect, Action, Condition }) => ({ Effect, Action, Condition }))).toEqual(
      Array(2).fill({
        Effect: 'Deny',
        Action: 's3:*',
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
    );
  });

  test('landing keeps versions, and notifies the queue whose policy is there before it', () => {
    const [[, landing] = []] = stack.ofType('AWS::S3::Bucket');
    const queue = '<QueuesFiles.Arn>';
    expect(readable(landing?.Properties)).toMatchObject({
      BucketName: 'sluice-test-landing-<AWS::AccountId>-<AWS::Region>',
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

  test('a bucket of your own is read and asked to notify', async () => {
    const app = appWithoutBundles();
    const own = new Stack(app, 'Own');
    // Anybody may put the construct into a stack of their own.
    const definitions = await shippedDefinitions();
    new Sluice(own, 'Sluice', { stage: 'test', definitions, landingBucket: 'mine' });
    const template = Template.fromStack(own);
    template.resourceCountIs('AWS::S3::Bucket', 1);
    template.hasResourceProperties('Custom::S3BucketNotifications', { BucketName: 'mine' });
  });

  test('a bucket of your own that is encrypted with your key is decrypted by ingest alone', async () => {
    const own = new Stack(appWithoutBundles(), 'Own');
    const encryptionKey = Key.fromKeyArn(own, 'Key', 'arn:aws:kms:eu-central-1:111122223333:key/mine');
    const landingBucket = Bucket.fromBucketAttributes(own, 'Landing', { bucketName: 'mine', encryptionKey });
    new Sluice(own, 'Sluice', { stage: 'test', definitions: await shippedDefinitions(), landingBucket });
    const made = { ofType: ofTypeIn(Template.fromStack(own)) };
    expect(grants(made, 'ingestrole')['kms:Decrypt']).toEqual([encryptionKey.keyArn]);
    for (const name of ['aggregaterole', 'maintainrole'])
      expect(grants(made, name)['kms:Decrypt']).toBeUndefined();
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
