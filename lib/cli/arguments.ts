// Reads a verb's options and operand from the command line. Pure; mistakes become a UsageError that names the fix.
import { parseArgs } from 'node:util';
import { didYouMean } from '../core/did-you-mean.ts';
import { UsageError } from '../errors.ts';
import type { Settings } from '../local/settings.ts';
import type { Arguments, Option, Verb } from './verb.ts';

/** A verb under the name that was typed. */
export type NamedVerb = { readonly name: string; readonly verb: Verb };

/**
 * `settings`: the values of options that are not given. Throws UsageError on an unknown option, a missing or surplus value, and
 * a missing operand.
 */
export function parseArguments(
  named: NamedVerb,
  argv: readonly string[],
  settings: Settings = new Map(),
): Arguments {
  const { verb } = named;
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
  const operands: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value);
    if (token.kind !== 'option') continue;
    const option = verb.options.find(({ name }) => name === token.name);
    if (option === undefined) throw unknownOption(named, token.rawName);
    if (values.has(option.name)) throw wrong(named, `--${option.name} is given twice`);
    values.set(option.name, optionValue(named, option, token.value));
  }
  requireOperand(named, operands);
  return {
    operand: operands[0],
    further: operands.slice(1),
    value(name) {
      const value = values.get(name);
      if (typeof value === 'string') return value;
      const option = verb.options.find((option) => option.name === name);
      return option && (settings.get(name)?.value ?? option.default);
    },
    flag: (name) => values.has(name),
    isChosen: (name) => values.has(name) || settings.get(name)?.by !== undefined,
  };
}

function optionValue(named: NamedVerb, option: Option, value: string | undefined): string | true {
  if (option.value === undefined) {
    if (value !== undefined)
      throw wrong(named, `--${option.name} takes no value, but ${JSON.stringify(value)} was given`);
    return true;
  }
  // A value that looks like an option usually means that the value was left out.
  if (value === undefined || value === '' || /^--./.test(value))
    throw wrong(named, `--${option.name} needs a value: --${option.name} ${option.value}`);
  return value;
}

function requireOperand(named: NamedVerb, operands: readonly string[]): void {
  const { verb } = named;
  const most =
    verb.operand === undefined ? 0 : verb.operand.further === undefined ? 1 : Number.POSITIVE_INFINITY;
  const surplus = operands.slice(most)[0];
  if (surplus !== undefined)
    throw wrong(
      named,
      `${JSON.stringify(surplus)} is one argument too many${most === 1 ? ': put quotes around the whole text' : ''}`,
    );
  if (verb.operand?.required && operands.length === 0) throw wrong(named, `${verb.operand.text} is missing`);
}

function unknownOption(named: NamedVerb, written: string): UsageError {
  const candidates = [...named.verb.options.map(({ name }) => `--${name}`), '--help'];
  return wrong(named, `unknown option ${written}.${didYouMean(written, candidates)}`);
}

function wrong({ name }: NamedVerb, problem: string): UsageError {
  return new UsageError([`sluice ${name}: ${problem}`, `See: sluice ${name} --help`]);
}
