// What a CDK app of Sluice does: one stack per stage, `-c stage=staging`, and the further settings of a deployment as `-c` words.
import { existsSync, readFileSync } from 'node:fs';
import { type App, Tags } from 'aws-cdk-lib';
import { visible } from '../core/visible-text.ts';
import { CliError } from '../errors.ts';
import { readContextWords } from './context-words.ts';
import { loadDefinitions } from './definitions.ts';
import { fetchBinding } from './native-binding.ts';
import { fetchNode } from './node-binary.ts';
import { SluiceStack } from './sluice-stack.ts';

const REVIEW = /^pr-/;

/**
 * Adds the stack of the stage and synthesises. Wrong words and definitions are printed on standard error, and the process's exit
 * code is set. Stages `pr-…` are removed with their data.
 */
export async function synthSluice(app: App): Promise<void> {
  try {
    await addStack(app);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    for (const line of error.lines) console.error(visible(line));
    process.exitCode = error.exitCode;
  }
}

async function addStack(app: App): Promise<void> {
  const { stage, schemas, properties, ...words } = readContextWords(app.node.getAllContext(), wordsInFiles());
  // Synthesis needs no network; a deploy has one anyway.
  const platform = `linux-${properties.architecture ?? 'arm64'}` as const;
  if (words.fetchBinding) fetchBinding(platform);
  if (words.fetchBinding && properties.spark) fetchNode(platform);
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
