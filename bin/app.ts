// The CDK app: one stack per stage, `-c stage=staging`. Further settings of a deployment are `-c` words too.
import { App, Tags } from 'aws-cdk-lib';
import { CliError } from '../lib/errors.ts';
import { fetchBinding } from '../lib/stacks/binding.ts';
import { loadDefinitions } from '../lib/stacks/definitions.ts';
import { SluiceStack } from '../lib/stacks/sluice-stack.ts';

const REVIEW = /^pr-/;

try {
  await makeApp(new App());
} catch (error) {
  if (!(error instanceof CliError)) throw error;
  console.error(error.message);
  process.exitCode = error.exitCode;
}

async function makeApp(app: App): Promise<void> {
  const word = (name: string): string | undefined => {
    const value: unknown = app.node.tryGetContext(name);
    return value === undefined || value === '' ? undefined : String(value);
  };
  const stage = word('stage') ?? 'dev';
  const architecture = word('architecture') ?? 'arm64';
  if (architecture !== 'arm64' && architecture !== 'x64')
    throw new CliError(`"-c architecture=${architecture}": it is arm64 or x64`);
  // Synthesis needs no network; a deploy has one anyway.
  if (word('fetchBinding') === 'true') fetchBinding(`linux-${architecture}`);
  const alarmEmail = word('alarmEmail');
  const stack = new SluiceStack(app, `Sluice-${stage}`, {
    stage,
    architecture,
    definitions: await loadDefinitions(word('schemas') ?? 'schemas'),
    retainData: !REVIEW.test(stage),
    ...(alarmEmail === undefined ? {} : { alarmEmail }),
    description: `Sluice, stage ${stage}`,
  });
  Tags.of(stack).add('sluice:stage', stage);
  app.synth();
}
