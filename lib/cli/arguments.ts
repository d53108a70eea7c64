// Reads a verb's options and operand from the command line. Pure; what is wrong is a UsageError with the way out.
import { parseArgs } from 'node:util';
import { didYouMean } from '../core/did-you-mean.ts';
import { UsageError } from '../errors.ts';
import type { Arguments, Option, Verb } from './verb.ts';

/** Throws UsageError on an unknown option, a value that is missing or too many, and a missing operand. */
export function parseArguments(verb: Verb, argv: readonly string[]): Arguments {
  const options = Object.fromEntries(
    verb.options.map(
      ({ name, value }) => [name, { type: value === undefined ? 'boolean' : 'string' }] as const,
    ),
  );
  const { tokens } = parseArgs({
    args: [...argv],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values = new Map<string, string | true>();
  const seconds = new Map<string, string>();
  const operands: string[] = [];
  let wanting: Option | undefined;
  for (const token of tokens) {
    if (token.kind === 'positional') {
      if (wanting) seconds.set(wanting.name, token.value);
      else operands.push(token.value);
    }
    requireSecond(verb, wanting, token.kind === 'positional');
    wanting = undefined;
    if (token.kind !== 'option') continue;
    const option = verb.options.find(({ name }) => name === token.name);
    if (option === undefined) throw unknownOption(verb, token.rawName);
    if (values.has(option.name)) throw wrong(verb, `--${option.name} is given twice`);
    values.set(option.name, optionValue(verb, option, token.value));
    if (takesTwo(option)) wanting = option;
  }
  requireSecond(verb, wanting, false);
  requireOperand(verb, operands);
  return {
    operand: operands[0],
    further: operands.slice(1),
    value(name) {
      const value = values.get(name);
      return typeof value === 'string' ? value : verb.options.find((option) => option.name === name)?.default;
    },
    pair(name) {
      const [first, second] = [values.get(name), seconds.get(name)];
      return typeof first === 'string' && second !== undefined ? [first, second] : undefined;
    },
    flag: (name) => values.has(name),
  };
}

function takesTwo(option: Option): boolean {
  return option.value?.includes(' ') ?? false;
}

/** `option`: one that had its first value, and wants the next word for its second. */
function requireSecond(verb: Verb, option: Option | undefined, isThere: boolean): void {
  if (option !== undefined && !isThere)
    throw wrong(verb, `--${option.name} wants two values: --${option.name} ${option.value}`);
}

function optionValue(verb: Verb, option: Option, value: string | undefined): string | true {
  if (option.value === undefined) {
    if (value !== undefined)
      throw wrong(verb, `--${option.name} takes no value, and ${JSON.stringify(value)} is given`);
    return true;
  }
  // A value that looks like an option is most often a value that was left out.
  if (value === undefined || value === '' || /^--./.test(value))
    throw wrong(verb, `--${option.name} wants a value: --${option.name} ${option.value}`);
  return value;
}

function requireOperand(verb: Verb, operands: readonly string[]): void {
  const most =
    verb.operand === undefined ? 0 : verb.operand.further === undefined ? 1 : Number.POSITIVE_INFINITY;
  const surplus = operands.slice(most)[0];
  if (surplus !== undefined)
    throw wrong(
      verb,
      `${JSON.stringify(surplus)} is one argument too many${most === 1 ? ': put quotes around the whole' : ''}`,
    );
  if (verb.operand?.required && operands.length === 0) throw wrong(verb, `${verb.operand.text} is missing`);
}

function unknownOption(verb: Verb, written: string): UsageError {
  const candidates = [...verb.options.map(({ name }) => `--${name}`), '--help'];
  return wrong(verb, `unknown option ${written}.${didYouMean(written, candidates)}`);
}

function wrong(verb: Verb, problem: string): UsageError {
  return new UsageError([`sluice ${verb.name}: ${problem}`, `See: sluice ${verb.name} --help`]);
}
