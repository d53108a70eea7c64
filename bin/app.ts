// The CDK app: npx cdk deploy -c stage=staging. Settings of a deployment are `-c` words.
import { App } from 'aws-cdk-lib';
import { synthSluice } from '../lib/stacks/app.ts';

await synthSluice(new App());
