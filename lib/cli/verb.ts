// What a verb of the command line is: its words, from which its help is made, and what it does. Name and summary: verbs.ts.
import type { Terminal } from './terminal.ts';

export type Option = {
  readonly name: string;
  /** The value's name in the help; none: the option stands alone. */
  readonly value?: string;
  readonly description: string;
  readonly default?: string;
};

export type Verb = {
  /** What stands beside the options: `"SELECT …"`. `further`: as many more as one likes, in the help's words. */
  readonly operand?: { readonly text: string; readonly required: boolean; readonly further?: string };
  readonly description: string;
  readonly options: readonly Option[];
  readonly examples: readonly { readonly command: string; readonly meaning: string }[];
  readonly exitCodes: readonly { readonly code: number; readonly meaning: string }[];
  /** Returns the exit code. Throws CliError for what a person can mend. */
  run(args: Arguments, terminal: Terminal): Promise<number>;
};

export type Arguments = {
  readonly operand: string | undefined;
  /** The operands after the first. */
  readonly further: readonly string[];
  /** The option's value, or its default. */
  value(name: string): string | undefined;
  flag(name: string): boolean;
};

export const LANDING: Option = {
  name: 'landing',
  value: 'DIR|s3://…',
  description: 'Where the source files are: a folder, or s3://bucket/prefix.',
  default: '.lake/landing',
};
export const LAKE: Option = {
  name: 'lake',
  value: 'DIR|s3://…',
  description: 'Where the lake is: a folder, or s3://bucket/prefix.',
  default: '.lake/lake',
};
export const SCHEMAS: Option = {
  name: 'schemas',
  value: 'DIR',
  description: 'Folder with the packages: contracts and insights.',
  default: 'schemas',
};
export const MEMORY: Option = {
  name: 'memory',
  value: 'MB',
  description:
    "The engine's memory, in MB; what needs more spills to disk. Without it: 80 % of the machine's memory.",
};
export const AS_OF: Option = {
  name: 'as-of',
  value: 'VERSION|TIME',
  description:
    'As it was: at a version of the table, or at a time (ISO 8601, UTC unless it says otherwise; a day means its end): the newest version at or before it.',
};
export const VERBOSE: Option = {
  name: 'verbose',
  description: 'Every event as a line of JSON on standard error.',
};
