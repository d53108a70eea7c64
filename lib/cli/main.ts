// The command line: finds the verb, runs it, and turns errors into a message and an exit code.
import { didYouMean } from '../core/did-you-mean.ts';
import { UsageError } from '../errors.ts';
import { settingsFrom } from '../local/settings.ts';
import { parseArguments } from './arguments.ts';
import { saidOf } from './error-lines.ts';
import { renderGeneralHelp, renderHelp } from './help.ts';
import type { Terminal } from './terminal.ts';
import { type ListedVerb, VERBS } from './verbs.ts';

/** Where the command line is called. */
export type Surroundings = { readonly folder: string; readonly environment: NodeJS.ProcessEnv };

const HERE = (): Surroundings => ({ folder: process.cwd(), environment: process.env });

/** Returns the exit code; never throws. */
export async function main(
  argv: readonly string[],
  terminal: Terminal,
  surroundings: Surroundings = HERE(),
): Promise<number> {
  try {
    return await call(argv, terminal, surroundings);
  } catch (error) {
    const { lines, exitCode } = saidOf(error);
    terminal.err(lines);
    return exitCode;
  }
}

async function call(
  argv: readonly string[],
  terminal: Terminal,
  { folder, environment }: Surroundings,
): Promise<number> {
  const [word, ...rest] = argv;
  if (word === undefined) throw new UsageError([...renderGeneralHelp(VERBS), '', 'A verb is missing.']);
  if (isHelp(word)) {
    if (rest[0] === undefined || isHelp(rest[0])) await terminal.out(renderGeneralHelp(VERBS));
    else await terminal.out(await help(find(rest[0])));
    return 0;
  }
  if (word === '--version' || word === '-v' || word === 'version') {
    const { ownPackage } = await import('../adapters/own-package.ts');
    await terminal.out([ownPackage().version]);
    return 0;
  }
  const listed = find(word);
  const end = rest.indexOf('--');
  if (rest.slice(0, end < 0 ? undefined : end).some((word) => word === '--help' || word === '-h')) {
    await terminal.out(await help(listed));
    return 0;
  }
  const verb = await listed.load();
  const { findConfig } = await import('../local/config.ts');
  const config = await findConfig(folder);
  const args = parseArguments({ name: listed.name, verb }, rest, settingsFrom(environment, config));
  return verb.run(args, terminal, { config, environment });
}

function isHelp(word: string): boolean {
  return word === '--help' || word === '-h' || word === 'help';
}

async function help({ name, summary, load }: ListedVerb): Promise<string[]> {
  return renderHelp({ name, verb: await load() }, summary);
}

function find(word: string): ListedVerb {
  const found = VERBS.find(({ name }) => name === word);
  if (found !== undefined) return found;
  const names = VERBS.map(({ name }) => name);
  const what = word.startsWith('-')
    ? `unknown option ${word} before a verb`
    : `unknown verb ${JSON.stringify(word)}`;
  throw new UsageError([
    `sluice: ${what}.${didYouMean(word, names)}`,
    `Verbs: ${names.join(', ')}. See: sluice --help`,
  ]);
}
