// A queue that gets the text of a stage's events, by a rule as the stack makes for a topic.
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
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import { onTestFinished } from 'vitest';
import { eventBridgeClient } from '../../lib/adapters/eventbridge-notifier.ts';
import { sqs } from './target.ts';

export const events = eventBridgeClient(process.env);

/** Its URL; queue and rule are gone after the test. */
export async function queueOf(stage: string): Promise<string> {
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

/** The texts of at least `count` events, or of as many as come within five seconds of each other. */
export async function eventTexts(QueueUrl: string, count: number): Promise<string[]> {
  const all: string[] = [];
  while (all.length < count) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 5 }),
    );
    if (Messages.length === 0) break;
    all.push(...Messages.map(({ Body = '' }) => Body.replace(/^"|"$/g, '')));
  }
  return all;
}
