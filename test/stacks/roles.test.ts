// What each function may do: emulators check no policy, so the template is read.
import { beforeAll, expect, test } from 'vitest';
import { grants, LAKE, LANDING, type Synthesised, statementsOf, synthesised } from './stack-case.ts';

let stack: Synthesised;
beforeAll(async () => {
  stack = await synthesised();
});

const folders = (...names: string[]) => names.map((name) => `${LAKE}/${name}/*`);

test('ingest reads landing and does not write there', () => {
  expect(grants(stack, 'ingest')).toEqual({
    's3:ListBucket': [LAKE, LANDING],
    's3:GetObject': [`${LAKE}/*`, `${LANDING}/*`],
    's3:PutObject': folders('arrivals', 'files', 'quarantine', 'tables', 'unknown'),
    's3:AbortMultipartUpload': folders('arrivals', 'files', 'quarantine', 'tables', 'unknown'),
    'sqs:ReceiveMessage': ['<QueuesFiles.Arn>'],
    'sqs:DeleteMessage': ['<QueuesFiles.Arn>'],
    'sqs:ChangeMessageVisibility': ['<QueuesFiles.Arn>'],
    'sqs:GetQueueAttributes': ['<QueuesFiles.Arn>'],
    'sqs:SendMessage': ['<QueuesFiles.Arn>', '<QueuesRefresh.Arn>'],
    'logs:CreateLogStream': ['<Functionsingestlogs.Arn>'],
    'logs:PutLogEvents': ['<Functionsingestlogs.Arn>'],
  });
});

test('aggregate knows the lake alone', () => {
  expect(grants(stack, 'aggregate')).toEqual({
    's3:ListBucket': [LAKE],
    's3:GetObject': [`${LAKE}/*`],
    's3:PutObject': folders('insights', 'tables'),
    's3:AbortMultipartUpload': folders('insights', 'tables'),
    'sqs:ReceiveMessage': ['<QueuesRefresh.Arn>'],
    'sqs:DeleteMessage': ['<QueuesRefresh.Arn>'],
    'sqs:ChangeMessageVisibility': ['<QueuesRefresh.Arn>'],
    'sqs:GetQueueAttributes': ['<QueuesRefresh.Arn>'],
    'sqs:SendMessage': ['<QueuesRefresh.Arn>'],
    'logs:CreateLogStream': ['<Functionsaggregatelogs.Arn>'],
    'logs:PutLogEvents': ['<Functionsaggregatelogs.Arn>'],
  });
});

test('maintain lists landing, commits to tables, sweeps the lake and sends messages', () => {
  expect(grants(stack, 'maintain')).toEqual({
    's3:ListBucket': [LAKE, LANDING],
    's3:GetObject': [`${LAKE}/*`],
    's3:PutObject': folders('arrivals', 'insights', 'probes', 'staging', 'tables'),
    's3:AbortMultipartUpload': folders('arrivals', 'insights', 'probes', 'staging', 'tables'),
    's3:DeleteObject': folders(
      'arrivals',
      'files',
      'insights',
      'probes',
      'quarantine',
      'staging',
      'tables',
      'unknown',
    ),
    'sqs:SendMessage': ['<QueuesFiles.Arn>', '<QueuesRefresh.Arn>'],
    'logs:CreateLogStream': ['<Functionsmaintainlogs.Arn>'],
    'logs:PutLogEvents': ['<Functionsmaintainlogs.Arn>'],
  });
});

test('nobody else has a role, a managed policy or a wildcard', () => {
  expect(stack.ofType('AWS::IAM::Role')).toHaveLength(3);
  expect(stack.ofType('AWS::IAM::Policy')).toEqual([]);
  for (const [, role] of stack.ofType('AWS::IAM::Role')) {
    expect(role.Properties.ManagedPolicyArns).toBeUndefined();
    for (const { Action, Resource } of statementsOf(role)) {
      for (const action of [Action].flat()) expect(action).not.toContain('*');
      for (const resource of [Resource].flat()) expect(resource).toMatch(/^(?:arn:|<).*(?:>|[^*]|\/\*)$/);
    }
  }
});
