// The command line: finds the verb, calls it, and turns whatever it throws into a message and an exit code.
import { didYouMean } from '../core/did-you-mean.ts';
import { CliError, CorruptionError, UsageError } from '../errors.ts';
import { mapInParallel } from '../in-parallel.ts';
import { parseArguments } from './arguments.ts';
import { FAULT } from './exit-codes.ts';
import { renderGeneralHelp, renderHelp } from './help.ts';
import type { Terminal } from './terminal.ts';
import { verbs } from './verbs.ts';

/** Returns the exit code; never throws. */
export async function main(argv: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await call(argv, terminal);
  } catch (error) {
    if (error instanceof CliError) {
      terminal.err(error.lines);
      return error.exitCode;
    }
    terminal.err(error instanceof CorruptionError ? [error.message] : unexpected(error));
    return FAULT;
  }
}

/** The stack's own lines; what stands before them is the message. */
function unexpected(error: unknown): string[] {
  if (!(error instanceof Error)) return [`unexpected error: ${error}`];
  const calls = (error.stack ?? '').split('\n').filter((line) => /^ {4}at /.test(line));
  return [`unexpected error: ${error.name}: ${error.message}`, ...calls];
}

async function call(argv: readonly string[], terminal: Terminal): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined) throw new UsageError([...(await generalHelp()), '', 'A verb is missing.']);
  if (isHelp(name)) {
    if (rest[0] === undefined || isHelp(rest[0])) await terminal.out(await generalHelp());
    else await terminal.out(renderHelp(await find(rest[0])));
    return 0;
  }
  const verb = await find(name);
  const end = rest.indexOf('--');
  if (rest.slice(0, end < 0 ? undefined : end).some((word) => word === '--help' || word === '-h')) {
    await terminal.out(renderHelp(verb));
    return 0;
  }
  return verb.run(parseArguments(verb, rest), terminal);
}

function isHelp(word: string): boolean {
  return word === '--help' || word === '-h' || word === 'help';
}

async function find(name: string) {
  const load = verbs.get(name);
  if (load !== undefined) return load();
  const what = name.startsWith('-')
    ? `unknown option ${name} before a verb`
    : `unknown verb ${JSON.stringify(name)}`;
  throw new UsageError([
    `sluice: ${what}.${didYouMean(name, verbs.keys())}`,
    `Verbs: ${[...verbs.keys()].join(', ')}. See: sluice --help`,
  ]);
}

async function generalHelp(): Promise<string[]> {
  return renderGeneralHelp(await mapInParallel(verbs.values(), (load) => load()));
}
