// The events that the functions put, as the stack sees them: who may, and the rule that a topic of yours is told by.
import { Stack } from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { expect, test } from 'vitest';
import { appWithoutBundles, grants, ofTypeIn, readable, stackOf, synthesised } from './stack-case.ts';

const TOPIC = 'arn:aws:sns:eu-central-1:111122223333:notices';
const rulesOf = (stack: Awaited<ReturnType<typeof synthesised>>) =>
  stack
    .ofType('AWS::Events::Rule')
    .map(([, { Properties }]) => readable(Properties) as Record<string, unknown>)
    .filter(({ EventPattern }) => JSON.stringify(EventPattern)?.includes('"sluice"'));

test('the functions put on the default bus alone, and without a topic there is no rule', async () => {
  const stack = await synthesised();
  for (const name of ['ingestrole', 'aggregaterole', 'maintainrole'])
    expect(grants(stack, name)['events:PutEvents']).toEqual([
      'arn:<AWS::Partition>:events:<AWS::Region>:<AWS::AccountId>:event-bus/default',
    ]);
  expect(rulesOf(stack)).toEqual([]);
});

test("a topic gets the stage's events, each as a line", async () => {
  const stack = await synthesised({ noticeTopic: TOPIC });
  expect(rulesOf(stack)).toEqual([
    expect.objectContaining({
      EventPattern: { source: ['sluice'], detail: { stage: ['test'] } },
      State: 'ENABLED',
      Targets: [
        {
          Arn: TOPIC,
          Id: expect.any(String),
          InputTransformer: {
            InputPathsMap: { 'detail-lake': '$.detail.lake', 'detail-text': '$.detail.text' },
            InputTemplate: '"Sluice test: <detail-text> (lake <detail-lake>)"',
          },
        },
      ],
    }),
  ]);
});

test('a topic of the same app lets EventBridge publish', async () => {
  const app = appWithoutBundles();
  const topic = new Topic(new Stack(app, 'Own'), 'Notices');
  await stackOf(app, { noticeTopic: topic });
  const { Template } = await import('aws-cdk-lib/assertions');
  const own = ofTypeIn(Template.fromStack(Stack.of(topic)));
  expect(JSON.stringify(own('AWS::SNS::TopicPolicy'))).toContain('"Service":"events.amazonaws.com"');
});

test.each(['notices', 'arn:aws:sqs:eu-central-1:111122223333:notices'])(
  '%j is no topic',
  async (noticeTopic) => {
    await expect(synthesised({ noticeTopic })).rejects.toThrow(
      `noticeTopic is ${JSON.stringify(noticeTopic)}: it is an ARN; write "-c noticeTopic=arn:aws:sns:eu-central-1:111122223333:notices"`,
    );
  },
);
