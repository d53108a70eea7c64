// Notices through an event bus and a rule to a queue: which events a rule of a stage takes, and the text that people read.
import { randomUUID } from 'node:crypto';
import {
  DeleteRuleCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import { expect, it, onTestFinished } from 'vitest';
import { eventBridgeClient, eventBridgeNotifier } from '../../lib/adapters/eventbridge-notifier.ts';
import { emulator, sqs } from './emulated.ts';

const events = eventBridgeClient(process.env);

/** A queue that gets the text of what the stage's rule takes. */
async function queueOf(stage: string): Promise<string> {
  const name = `sluice-test-${randomUUID()}`;
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  onTestFinished(async () => {
    await sqs.send(new DeleteQueueCommand({ QueueUrl }));
  });
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  );
  const EventPattern = JSON.stringify({ source: ['sluice'], detail: { stage: [stage] } });
  await events.send(new PutRuleCommand({ Name: name, EventPattern }));
  const InputTransformer = {
    InputPathsMap: { text: '$.detail.text', lake: '$.detail.lake' },
    InputTemplate: '"Sluice: <text> (lake <lake>)"',
  };
  const Targets = [{ Id: 'queue', Arn: Attributes?.QueueArn, InputTransformer }];
  await events.send(new PutTargetsCommand({ Rule: name, Targets }));
  onTestFinished(async () => {
    await events.send(new RemoveTargetsCommand({ Rule: name, Ids: ['queue'] }));
    await events.send(new DeleteRuleCommand({ Name: name }));
  });
  return QueueUrl;
}

async function received(QueueUrl: string, count: number): Promise<Message[]> {
  const all: Message[] = [];
  while (all.length < count) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 5 }),
    );
    if (Messages.length === 0) break;
    all.push(...Messages);
  }
  return all;
}

// What LocalStack does with a rule's transformer nobody has seen.
it.runIf(emulator.brand === 'ministack')(
  `${emulator.brand}: a rule takes the events of its stage alone, and sends their text`,
  async () => {
    const stage = `test-${randomUUID().slice(0, 8)}`;
    const queue = await queueOf(stage);
    const put = (of: string, texts: readonly string[]) =>
      eventBridgeNotifier({ client: events, bus: 'default', stage: of }).notify(
        {
          text: '',
          at: '2024-01-01T00:00:00.000Z',
          landing: 's3://in',
          lake: 's3://lake',
          notices: texts.map((text) => ({ kind: 'rejected', dataset: 'sales', key: 'a.csv', text })),
          omitted: 0,
        },
        AbortSignal.timeout(30_000),
      );
    await put('another', ['not for us']);
    const texts = Array.from({ length: 12 }, (_, n) => `rejected \`${n}.csv\``);
    await put(stage, texts);
    const bodies = (await received(queue, texts.length)).map(({ Body }) => Body?.replace(/^"|"$/g, ''));
    expect(bodies.sort()).toEqual(texts.map((text) => `Sluice: ${text} (lake s3://lake)`).sort());
  },
);
