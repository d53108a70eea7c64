// A template without its functions: what speaks of one goes too, however far away, and the rest stays as it is.
import { expect, test } from 'vitest';
import { withKnownPolicies } from '../../localstack/known-policies.ts';
import { withoutFunctions } from '../../localstack/without-functions.ts';

test('functions go, with all that speaks of them; what merely waits for one stays', () => {
  const queue = { Type: 'AWS::SQS::Queue', Properties: { VisibilityTimeout: 30 } };
  const bucket = { Type: 'AWS::S3::Bucket', Properties: { Queue: { 'Fn::GetAtt': ['Queue', 'Arn'] } } };
  const template = {
    Resources: {
      Queue: queue,
      Bucket: { ...bucket, DependsOn: ['Queue', 'Applied'] },
      Role: { Type: 'AWS::IAM::Role', DependsOn: 'Ingest' },
      Alarm: { Type: 'AWS::CloudWatch::Alarm', Properties: { Dimensions: [{ Value: { Ref: 'Ingest' } }] } },
      Board: { Type: 'AWS::CloudWatch::Dashboard', Properties: { Body: { 'Fn::Sub': `$\{Alarm.Arn} x` } } },
      Ingest: { Type: 'AWS::Lambda::Function', Properties: { Queue: { Ref: 'Queue' } } },
      Applied: { Type: 'Custom::SluiceDefinitions' },
    },
    Outputs: { Queue: { Value: { Ref: 'Queue' } }, Function: { Value: { 'Fn::GetAtt': 'Ingest.Arn' } } },
  };
  expect(withoutFunctions(template)).toEqual({
    Resources: {
      Queue: queue,
      Bucket: { ...bucket, DependsOn: ['Queue'] },
      Role: { Type: 'AWS::IAM::Role' },
    },
    Outputs: { Queue: { Value: { Ref: 'Queue' } } },
  });
});

test('LocalStack is told to retain in the word that it knows', () => {
  const Type = 'AWS::S3::Bucket';
  const template = {
    Resources: {
      Kept: { Type, DeletionPolicy: 'RetainExceptOnCreate' },
      Gone: { Type, DeletionPolicy: 'Delete' },
      Queue: { Type: 'AWS::SQS::Queue' },
    },
  };
  expect(withKnownPolicies(template).Resources).toEqual({
    Kept: { Type, DeletionPolicy: 'Retain' },
    Gone: { Type, DeletionPolicy: 'Delete' },
    Queue: { Type: 'AWS::SQS::Queue' },
  });
});
