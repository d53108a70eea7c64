// Sends the functions' events of one stage to a topic of yours, each as a line that people can read. Without a topic: no rule.
import { EventField, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { SluiceOptions } from './sluice-props.ts';

export function sendNotices(scope: Construct, { noticeTopic: given, stage }: SluiceOptions): void {
  if (given === undefined) return;
  const topic = typeof given === 'string' ? Topic.fromTopicArn(scope, 'NoticeTopic', given) : given;
  const rule = new Rule(scope, 'Notices', {
    description: `Sluice ${stage}: what people should know`,
    eventPattern: { source: ['sluice'], detail: { stage: [stage] } },
  });
  const [text, lake] = ['$.detail.text', '$.detail.lake'].map((path) => EventField.fromPath(path));
  rule.addTarget(
    new SnsTopic(topic, { message: RuleTargetInput.fromText(`Sluice ${stage}: ${text} (lake ${lake})`) }),
  );
}
