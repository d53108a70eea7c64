// The CDK app: npx cdk deploy -c stage=staging. Each setting of docs/aws.md is a `-c` word, or a line in cdk.json's context.
// For Sluice within a stack of your own: `new Sluice(this, 'Sluice', …)` from the same import.
import { App } from 'aws-cdk-lib';
import { synthSluice } from '{{package}}/cdk';

await synthSluice(new App());
