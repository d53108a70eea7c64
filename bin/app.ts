// The CDK app: one stack per stage, `-c stage=staging`. Further settings of a deployment are `-c` words too.
import { App, Duration, Tags } from 'aws-cdk-lib';
import { visible } from '../lib/cli/visible-text.ts';
import { CliError } from '../lib/errors.ts';
import { fetchBinding } from '../lib/stacks/binding.ts';
import { loadDefinitions } from '../lib/stacks/definitions.ts';
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
  const stack = new SluiceStack(app, `Sluice-${stage}`, {
    stage,
    architecture,
    definitions: await loadDefinitions(word('schemas') ?? 'schemas'),
    retainData: !REVIEW.test(stage),
    ...chosen('alarmEmail', word('alarmEmail')),
    ...chosen('landingBucket', word('landingBucket')),
    ...chosen('memoryMb', count(word, 'memoryMb')),
    ...chosen('diskMb', count(word, 'diskMb')),
    ...chosen('maxConcurrency', count(word, 'maxConcurrency')),
    ...chosen('timeout', inUnits(count(word, 'timeoutMinutes'), Duration.minutes)),
    ...chosen('keepVersions', inUnits(count(word, 'keepVersionsDays'), Duration.days)),
    ...chosen('keepRemovedFiles', inUnits(count(word, 'keepRemovedFilesDays'), Duration.days)),
    description: `Sluice, stage ${stage}`,
  });
  Tags.of(stack).add('sluice:stage', stage);
  app.synth();
}

function chosen<Name extends string, T>(name: Name, value: T | undefined): { [N in Name]?: T } {
  return value === undefined ? {} : ({ [name]: value } as { [N in Name]?: T });
}

function count(word: (name: string) => string | undefined, name: string): number | undefined {
  const text = word(name);
  if (text === undefined || /^[1-9]\d{0,8}$/.test(text)) return text === undefined ? undefined : Number(text);
  throw new CliError(`"-c ${name}=${text}": it is a positive whole number`);
}

function inUnits(amount: number | undefined, unit: (amount: number) => Duration): Duration | undefined {
  return amount === undefined ? undefined : unit(amount);
}
