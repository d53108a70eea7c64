// A template for an emulator without EMR Serverless: nothing names what is gone, and the functions know where its stand-in is.
import { expect, test } from 'vitest';
import { withSparkElsewhere } from '../../localstack/spark-elsewhere.ts';

const lambda = (Variables: object) => ({
  Type: 'AWS::Lambda::Function',
  Properties: { Environment: { Variables } },
});

test('takes the application out, names another in its place, and tells the functions that use it', () => {
  const arn = { 'Fn::GetAtt': ['App', 'Arn'] };
  const template = {
    Resources: {
      App: { Type: 'AWS::EMRServerless::Application', Properties: { Type: 'SPARK' } },
      Role: { Type: 'AWS::IAM::Role', Properties: { Resource: { 'Fn::Join': ['', [arn, '/jobruns/*']] } } },
      Uses: lambda({ SLUICE_SPARK_APPLICATION: { 'Fn::GetAtt': ['App', 'ApplicationId'] } }),
      Other: lambda({ A: { Ref: 'Role' } }),
      Rule: { Type: 'AWS::Events::Rule', Properties: { Id: { Ref: 'App' } } },
    },
    Outputs: { One: { Value: { Ref: 'Role' } } },
  };
  const known = 'arn:aws:emr-serverless:us-east-1:000000000000:/applications/00emulated';
  expect(withSparkElsewhere(template, 'http://127.0.0.1:1')).toEqual({
    Resources: {
      Role: { Type: 'AWS::IAM::Role', Properties: { Resource: { 'Fn::Join': ['', [known, '/jobruns/*']] } } },
      Uses: lambda({
        SLUICE_SPARK_APPLICATION: '00emulated',
        AWS_ENDPOINT_URL_EMR_SERVERLESS: 'http://127.0.0.1:1',
      }),
      Other: lambda({ A: { Ref: 'Role' } }),
      Rule: { Type: 'AWS::Events::Rule', Properties: { Id: '00emulated' } },
    },
    Outputs: { One: { Value: { Ref: 'Role' } } },
  });
});
