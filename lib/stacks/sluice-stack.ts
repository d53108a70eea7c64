// Sluice as a separate stack, with the outputs that people and scripts need.
import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { applyBoundary } from './permissions.ts';
import { Sluice } from './sluice.ts';
import type { SluiceProps } from './sluice-props.ts';

/** The permissions boundary applies to every role of the stack, including those of the CDK's own functions. */
export type SluiceStackProps = SluiceProps & Omit<StackProps, 'permissionsBoundary'>;

export class SluiceStack extends Stack {
  constructor(scope: Construct, id: string, props: SluiceStackProps) {
    const { permissionsBoundary, ...stackProps } = props;
    super(scope, id, stackProps);
    applyBoundary(this, permissionsBoundary);
    const { landing, lake, queues, functions, queryCatalog, distribution } = new Sluice(
      this,
      'Sluice',
      props,
    );
    const outputs = {
      LandingBucket: landing.bucketName,
      LakeBucket: lake.bucketName,
      FilesQueueUrl: queues.files.queueUrl,
      RefreshQueueUrl: queues.refresh.queueUrl,
      PageQueueUrl: queues.page.queueUrl,
      FilesDeadLetterQueueUrl: queues.filesDeadLetters.queueUrl,
      RefreshDeadLetterQueueUrl: queues.refreshDeadLetters.queueUrl,
      MaintainFunction: functions.maintain.functionName,
      Database: queryCatalog.databaseName,
      WorkGroup: queryCatalog.workGroupName,
      ...(distribution ? { Page: `https://${distribution.distributionDomainName}` } : {}),
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}
