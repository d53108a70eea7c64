// The CDK app: one stack per stage. npx cdk deploy -c stage=production
import { App } from 'aws-cdk-lib';
import { fetchBinding, loadDefinitions, SluiceStack } from '{{package}}/cdk';

const app = new App();
const stage: string = app.node.tryGetContext('stage') ?? 'dev';
const architecture = 'arm64';

// DuckDB for the functions' processors: fetched with npm, once, into .bindings/.
fetchBinding(`linux-${architecture}`);

new SluiceStack(app, `Sluice-${stage}`, {
  stage,
  architecture,
  definitions: await loadDefinitions('schemas'),
});
app.synth();
