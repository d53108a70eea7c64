// What each function may do: emulators check no policy, so the template is read.
import { beforeAll, expect, test } from 'vitest';
import {
  grants,
  LAKE,
  LANDING,
  readable,
  type Synthesised,
  statementsOf,
  synthesised,
} from './stack-case.ts';

let stack: Synthesised;
beforeAll(async () => {
  stack = await synthesised();
});

const ALL_FOLDERS = [
  'arrivals',
  'asked',
  'files',
  'insights',
  'probes',
  'quarantine',
  'settlements',
  'staging',
  'tables',
  'told',
  'unknown',
  'waiting',
];
const BUS = 'arn:<AWS::Partition>:events:<AWS::Region>:<AWS::AccountId>:event-bus/default';
/** By maintain. */
const RECEIVED = ['<QueuesFilesDeadLetters.Arn>', '<QueuesPage.Arn>', '<QueuesRefreshDeadLetters.Arn>'];
const folders = (...names: string[]) => names.map((name) => `${LAKE}/${name}/*`);

test('ingest reads landing and does not write there', () => {
  expect(grants(stack, 'ingest')).toEqual({
    's3:ListBucket': [LAKE, LANDING],
    's3:GetObject': [...folders(...ALL_FOLDERS), `${LANDING}/*`],
    's3:PutObject': folders('arrivals', 'files', 'quarantine', 'tables', 'told', 'unknown', 'waiting'),
    's3:AbortMultipartUpload': folders(
      'arrivals',
      'files',
      'quarantine',
      'tables',
      'told',
      'unknown',
      'waiting',
    ),
    's3:DeleteObject': folders('waiting'),
    'sqs:ReceiveMessage': ['<QueuesFiles.Arn>'],
    'sqs:DeleteMessage': ['<QueuesFiles.Arn>'],
    'sqs:ChangeMessageVisibility': ['<QueuesFiles.Arn>'],
    'sqs:GetQueueAttributes': ['<QueuesFiles.Arn>'],
    'sqs:SendMessage': ['<QueuesFiles.Arn>', '<QueuesPage.Arn>', '<QueuesRefresh.Arn>'],
    'events:PutEvents': [BUS],
    'logs:CreateLogStream': ['<Functionsingestlogs.Arn>'],
    'logs:PutLogEvents': ['<Functionsingestlogs.Arn>'],
  });
});

test('aggregate knows the lake alone', () => {
  expect(grants(stack, 'aggregate')).toEqual({
    's3:ListBucket': [LAKE],
    's3:GetObject': folders(...ALL_FOLDERS),
    's3:PutObject': folders('insights', 'tables', 'told', 'waiting'),
    's3:AbortMultipartUpload': folders('insights', 'tables', 'told', 'waiting'),
    's3:DeleteObject': folders('waiting'),
    'sqs:ReceiveMessage': ['<QueuesRefresh.Arn>'],
    'sqs:DeleteMessage': ['<QueuesRefresh.Arn>'],
    'sqs:ChangeMessageVisibility': ['<QueuesRefresh.Arn>'],
    'sqs:GetQueueAttributes': ['<QueuesRefresh.Arn>'],
    'sqs:SendMessage': ['<QueuesPage.Arn>', '<QueuesRefresh.Arn>'],
    'events:PutEvents': [BUS],
    'logs:CreateLogStream': ['<Functionsaggregatelogs.Arn>'],
    'logs:PutLogEvents': ['<Functionsaggregatelogs.Arn>'],
  });
});

test('maintain lists landing, commits to tables, sweeps the lake and sends messages', () => {
  expect(grants(stack, 'maintain')).toEqual({
    's3:ListBucket': [LAKE, LANDING],
    's3:GetObject': [...folders(...ALL_FOLDERS), `${LAKE}/site/data/index.js`].sort(),
    's3:PutObject': folders(
      'arrivals',
      'asked',
      'insights',
      'probes',
      'site',
      'staging',
      'tables',
      'told',
      'waiting',
    ),
    's3:AbortMultipartUpload': folders(
      'arrivals',
      'asked',
      'insights',
      'probes',
      'site',
      'staging',
      'tables',
      'told',
      'waiting',
    ),
    's3:DeleteObject': folders(
      'arrivals',
      'asked',
      'files',
      'insights',
      'probes',
      'quarantine',
      'settlements',
      'site',
      'staging',
      'tables',
      'told',
      'unknown',
      'waiting',
    ),
    'sqs:ReceiveMessage': RECEIVED,
    'sqs:DeleteMessage': RECEIVED,
    'sqs:ChangeMessageVisibility': RECEIVED,
    'sqs:GetQueueAttributes': ['<QueuesFiles.Arn>', ...RECEIVED],
    'sqs:SendMessage': ['<QueuesFiles.Arn>', '<QueuesMaintainFailures.Arn>', '<QueuesRefresh.Arn>'],
    'events:PutEvents': [BUS],
    'logs:CreateLogStream': ['<Functionsmaintainlogs.Arn>'],
    'logs:PutLogEvents': ['<Functionsmaintainlogs.Arn>'],
  });
});

test("nobody reads what Athena leaves: people's results are none of the functions' business", () => {
  const [[, group] = []] = stack.ofType('AWS::Athena::WorkGroup');
  expect(readable(group?.Properties.WorkGroupConfiguration)).toMatchObject({
    ResultConfiguration: { OutputLocation: 's3://<BucketsLake>/athena-results/' },
  });
  for (const name of ['ingest', 'aggregate', 'maintain'])
    for (const resource of Object.values(grants(stack, name)).flat())
      expect(resource).not.toMatch(/athena-results|^<BucketsLake\.Arn>\/\*$/);
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
