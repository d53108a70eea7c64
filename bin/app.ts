// The CDK app: one stack per stage, `-c stage=staging`. Further settings of a deployment are `-c` words too.
import { existsSync, readFileSync } from 'node:fs';
import { App, Tags } from 'aws-cdk-lib';
import { visible } from '../lib/core/visible-text.ts';
import { CliError } from '../lib/errors.ts';
import { readContextWords } from '../lib/stacks/context-words.ts';
import { loadDefinitions } from '../lib/stacks/definitions.ts';
import { fetchBinding } from '../lib/stacks/native-binding.ts';
import { SluiceStack } from '../lib/stacks/sluice-stack.ts';

const REVIEW = /^pr-/;

try {
  await makeApp(new App());
} catch (error) {
  if (!(error instanceof CliError)) throw error;
  for (const line of error.lines) console.error(visible(line));
  process.exitCode = error.exitCode;
}

async function makeApp(app: App): Promise<void> {
  const { stage, schemas, properties, ...words } = readContextWords(app.node.getAllContext(), wordsInFiles());
  // Synthesis needs no network; a deploy has one anyway.
  if (words.fetchBinding) fetchBinding(`linux-${properties.architecture ?? 'arm64'}`);
  const stack = new SluiceStack(app, `Sluice-${stage}`, {
    stage,
    definitions: await loadDefinitions(schemas),
    retainData: !REVIEW.test(stage),
    ...properties,
    description: `Sluice, stage ${stage}`,
  });
  Tags.of(stack).add('sluice:stage', stage);
  app.synth();
}

/** What stands in the CDK's own files is nobody's slip of the keyboard. */
function wordsInFiles(): string[] {
  return ['cdk.json', 'cdk.context.json'].filter(existsSync).flatMap((file) => {
    const content = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    return Object.keys((file === 'cdk.json' ? content.context : content) ?? {});
  });
}
