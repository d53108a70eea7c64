// Renders the help of the command line and of a verb from the verbs' declarations, as lines without line ends. Pure.
import type { NamedVerb } from './arguments.ts';
import type { Option } from './verb.ts';
import type { ListedVerb } from './verbs.ts';

export function renderGeneralHelp(verbs: readonly ListedVerb[]): string[] {
  return paragraphs([
    'Sluice turns a folder of CSV files into tables and insights that stay correct:\ndrop, replace or delete a file, and every affected number is updated.',
    `Usage: sluice <verb> [options]`,
    section('Verbs', pairs(verbs.map(({ name, summary }) => [name, summary]))),
    'Run "sluice <verb> --help" for the details of a verb. New here? Start with: npx sluice init',
  ]);
}

export function renderHelp({ name, verb }: NamedVerb, summary: string): string[] {
  const { text = '', required = true, further } = verb.operand ?? {};
  const first = text === '' ? '' : required ? ` ${text}` : ` [${text}]`;
  const operand = `${first}${further === undefined ? '' : ` [${further}]`}`;
  return paragraphs([
    `sluice ${name}: ${summary}`,
    `Usage: sluice ${name}${operand} [options]`,
    described(verb.description),
    section('Options', pairs([...verb.options.map(optionPair), ['--help', 'This text.']])),
    section('Examples', pairs(verb.examples.map(({ command, meaning }) => [command, meaning]))),
    section('Exit codes', pairs(verb.exitCodes.map(({ code, meaning }) => [String(code), meaning]))),
  ]);
}

/** Paragraphs are apart by an empty line. */
function described(description: string): string {
  const texts = description.split('\n\n').map((text) => text.replaceAll('\n', ' '));
  return texts.map((text) => wrapped(text, MAX_COLUMNS).join('\n')).join('\n\n');
}

function optionPair({ name, value, description, default: standard }: Option): [string, string] {
  return [
    `--${name}${value === undefined ? '' : ` ${value}`}`,
    `${description}${standard === undefined ? '' : ` Default: ${standard}`}`,
  ];
}

function paragraphs(texts: readonly string[]): string[] {
  return texts.join('\n\n').split('\n');
}

function section(title: string, lines: readonly string[]): string {
  return `${title}:\n${lines.join('\n')}`;
}

const MAX_LEFT = 30;
const MAX_COLUMNS = 110;

/** Two columns; a long left side gets its own line, and a long right side wraps. */
function pairs(entries: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...entries.map(([left]) => left.length).filter((length) => length <= MAX_LEFT), 0);
  return entries.map(([left, right]) => {
    const indent = ' '.repeat(width + 4);
    const indented = wrapped(right, MAX_COLUMNS - indent.length).join(`\n${indent}`);
    return left.length > width ? `  ${left}\n${indent}${indented}` : `  ${left.padEnd(width)}  ${indented}`;
  });
}

function wrapped(text: string, columns: number): string[] {
  return text.match(new RegExp(`.{1,${columns}}(?= |$)|\\S+`, 'g'))?.map((line) => line.trim()) ?? [''];
}
