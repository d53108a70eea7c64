// `sluice rejects`: rejected files and refused rows with the reasons, by file or row by row, to correct and send again.
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { isS3Location } from '../adapters/s3-location.ts';
import { CliError, UsageError } from '../errors.ts';
import { requireDataset } from '../inspect/find-table.ts';
import { findRejects, type SourceRejects, sourceRejects } from '../inspect/rejects.ts';
import type { Effects } from '../lake/effects.ts';
import type { TableFailure } from '../table-failures.ts';
import { failureLines, warnOfAside } from './aside-text.ts';
import { chosenFormat, formatOption, limitOption } from './choices.ts';
import { FAULT } from './exit-codes.ts';
import { type Shape, showRejects, showSource } from './rejects-output.ts';
import type { Terminal } from './terminal.ts';
import { type Arguments, LAKE, LANDING, SCHEMAS, VERBOSE, type Verb } from './verb.ts';
import { withLake } from './with-lake.ts';

const FORMATS = ['table', 'csv', 'json'] as const;

export const rejects: Verb = {
  operand: { text: 'SOURCE', required: false },
  description: `Without SOURCE: the rejected files with the reason, and files with quarantined rows, by field and rule. With
SOURCE, a landing key or the file's path in the landing folder: its refused rows, each with its line, its text
and every reason. As CSV, these are the original records, with the file's own header and dialect: correct them
and send them again, under the name that is printed.`,
  options: [
    LANDING,
    LAKE,
    SCHEMAS,
    { name: 'dataset', value: 'NAME', description: 'Only files of this dataset.' },
    formatOption(
      FORMATS,
      'table: for people. csv: the records of SOURCE; without it, the counts. json: everything.',
    ),
    {
      name: 'limit',
      value: 'N',
      description: 'The most files, or rows, in a table; csv and json have all.',
      default: '100',
    },
    VERBOSE,
  ],
  examples: [
    { command: 'npx sluice rejects', meaning: 'which files, which fields, which rules' },
    {
      command: 'npx sluice rejects .lake/landing/shop/day=2024-01-02/b.csv',
      meaning: 'the rows of one file',
    },
    {
      command: 'npx sluice rejects shop/day=2024-01-02/b.csv --format csv > corrected.csv',
      meaning: 'to correct and send again',
    },
  ],
  exitCodes: [
    { code: 0, meaning: 'printed' },
    {
      code: FAULT,
      meaning: 'the lake does not exist, or a table or a definition cannot be read: see standard error',
    },
    { code: 2, meaning: 'wrong usage, or there is no such source' },
  ],
  run,
};

async function run(args: Arguments, terminal: Terminal): Promise<number> {
  const shape = { format: chosenFormat(args, FORMATS), limit: limitOption(args) };
  const dataset = args.value('dataset');
  const needs = { landing: 'wanted', lake: 'required', writes: false } as const;
  return withLake(args, terminal, needs, async ({ effects, locations, hasLanding }) => {
    const { catalog } = effects;
    if (!hasLanding)
      terminal.err([`There is no landing folder ${locations.landing}: rejected files are not known.`]);
    if (dataset !== undefined) requireDataset(catalog, dataset);
    if (args.operand !== undefined) {
      const source = landingKey(locations.landing, args.operand);
      const found = await requireSource(effects, source, dataset, shape.format, terminal);
      if (found) await showSource(effects, found, shape, terminal);
      return 0;
    }
    const failures: TableFailure[] = [];
    await showRejects(findRejects(effects, dataset, failures), shape, terminal);
    warnOfAside(terminal, catalog.aside);
    terminal.err(failureLines(failures));
    return failures.length + catalog.aside.length > 0 ? FAULT : 0;
  });
}

/** A path below the landing folder stands for its key. */
function landingKey(landing: string, operand: string): string {
  if (isS3Location(landing)) {
    const prefix = `${landing.replace(/\/+$/, '')}/`;
    return operand.startsWith(prefix) ? operand.slice(prefix.length) : operand;
  }
  const way = relative(resolve(landing), resolve(operand));
  return way === '' || way.startsWith('..') || isAbsolute(way) ? operand : way.split(sep).join('/');
}

/** Undefined, with a message, if nothing of it was refused. Throws UsageError. */
async function requireSource(
  effects: Effects,
  source: string,
  dataset: string | undefined,
  format: Shape['format'],
  terminal: Terminal,
): Promise<SourceRejects | undefined> {
  const found = await sourceRejects(effects, source);
  if (found === 'absent')
    throw new UsageError(
      `${source} is neither in landing nor in the lake: "npx sluice rejects" lists the files with refused rows`,
    );
  if (found === 'aside')
    throw new CliError(
      `${source} may belong to a definition that is set aside: ${effects.catalog.asideOf(source)?.error.message}`,
    );
  if (found === 'unmatched') throw new UsageError(`${source} matches no dataset: it was not read`);
  if (found === 'clean') {
    if (format === 'json') await terminal.json([]);
    terminal.err([
      `Nothing of ${source} was refused, as far as it was read: "npx sluice status" shows whether files wait.`,
    ]);
    return undefined;
  }
  if (dataset !== undefined && found.dataset !== dataset)
    throw new UsageError(`${source} belongs to ${found.dataset}, not to ${dataset}`);
  return found;
}
