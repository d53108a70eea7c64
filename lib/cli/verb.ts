// The type of a verb of the command line: its texts, which form its help, and what it does. Name and summary: verbs.ts.
import type { Config } from '../local/config.ts';
import { LOCATION_DEFAULTS, type LocationName, variableOf } from '../local/settings.ts';
import type { Terminal } from './terminal.ts';

export type Option = {
  readonly name: string;
  /** The value's name in the help; undefined for an option without a value. */
  readonly value?: string;
  readonly description: string;
  readonly default?: string;
};

export type Verb = {
  /** The argument besides the options: `"SELECT …"`. `further`: the help's text for more arguments after it. */
  readonly operand?: { readonly text: string; readonly required: boolean; readonly further?: string };
  readonly description: string;
  readonly options: readonly Option[];
  readonly examples: readonly { readonly command: string; readonly meaning: string }[];
  readonly exitCodes: readonly { readonly code: number; readonly meaning: string }[];
  /** Returns the exit code. Throws CliError for problems that a person can fix. */
  run(args: Arguments, terminal: Terminal, project: Project): Promise<number>;
};

/** Besides the locations: sluice.yaml, if there is one, and the environment. */
export type Project = {
  readonly config: Config | undefined;
  readonly environment: NodeJS.ProcessEnv;
};

export type Arguments = {
  readonly operand: string | undefined;
  /** The operands after the first. */
  readonly further: readonly string[];
  /** The option's value; else that of the environment, of sluice.yaml, or its default. */
  value(name: string): string | undefined;
  flag(name: string): boolean;
  /** True if somebody chose its value: an option, the environment or sluice.yaml. */
  isChosen(name: string): boolean;
};

const location = (name: LocationName, value: string, description: string): Option => ({
  name,
  value,
  description: `${description} Default: $${variableOf(name)}, else ${name} in sluice.yaml, else ${LOCATION_DEFAULTS[name]}.`,
});

export const LANDING = location(
  'landing',
  'DIR|s3://…',
  'Where the source files are: a folder, or s3://bucket/prefix.',
);
export const LAKE = location('lake', 'DIR|s3://…', 'Where the lake is: a folder, or s3://bucket/prefix.');
export const SCHEMAS = location('schemas', 'DIR', 'Folder with the packages: contracts and insights.');
export const MEMORY: Option = {
  name: 'memory',
  value: 'MB',
  description:
    "DuckDB's memory limit, in MB; larger work spills to disk. Without it: 80 % of the machine's memory.",
};
export const SPARK: Option = {
  name: 'spark',
  value: 'COMMAND',
  description:
    'Do what is too large for this process as jobs on Spark, which the command starts: "spark-submit --master …". With local: in this process, task by task.',
};
export const AS_OF: Option = {
  name: 'as-of',
  value: 'VERSION|TIME',
  description:
    'An older state: a version of the table, or the newest version at or before a time (ISO 8601, UTC unless it has an offset; a day means its end).',
};
export const VERBOSE: Option = {
  name: 'verbose',
  description: 'Print every event as a line of JSON on standard error.',
};
