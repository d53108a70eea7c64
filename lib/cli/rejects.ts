// `sluice rejects`: rejected files and refused rows with the reasons, by file or row by row, to correct and send again.
import { requireDataset } from '../inspect/find-table.ts';
import { findRejects } from '../inspect/rejects.ts';
import type { TableFailure } from '../table-failures.ts';
import { failureLines, warnOfAside } from './aside-text.ts';
import { chosenFormat, formatOption, limitOption } from './choices.ts';
import { FAULT } from './exit-codes.ts';
import { landingKey, refusedOf, withoutLanding } from './refused-source.ts';
import { type Shape, showRejects, showSource } from './rejects-output.ts';
import type { Terminal } from './terminal.ts';
import { type Arguments, LAKE, LANDING, SCHEMAS, VERBOSE, type Verb } from './verb.ts';
import { withLake } from './with-lake.ts';

const FORMATS = ['table', 'csv', 'json'] as const;

export const rejects: Verb = {
  operand: { text: 'SOURCE', required: false },
  description: `Without SOURCE: the rejected files with the reason, and files with quarantined rows, by field and rule, as long
as nobody settled them (see "sluice settle"); --all has the settled ones too, and so has json. With SOURCE, a landing key or the file's path in the landing folder: its refused rows, each with its line, its text
and every reason. As CSV, these are the original records, with the file's own header and dialect: correct them
and send them again, under the name that is printed.`,
  options: [
    LANDING,
    LAKE,
    SCHEMAS,
    { name: 'dataset', value: 'NAME', description: 'Only files of this dataset.' },
    { name: 'all', description: 'Also what is settled, after what is open.' },
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
    { command: 'npx sluice rejects --all', meaning: 'also what is settled, by whom and why' },
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
  const shape = { format: chosenFormat(args, FORMATS), limit: limitOption(args), all: args.flag('all') };
  const dataset = args.value('dataset');
  const needs = { landing: 'wanted', lake: 'required', writes: false } as const;
  return withLake(args, terminal, needs, async ({ effects, locations, hasLanding }) => {
    const { catalog } = effects;
    if (!hasLanding) terminal.err([withoutLanding(locations.landing)]);
    if (dataset !== undefined) requireDataset(catalog, dataset);
    if (args.operand !== undefined) {
      const source = landingKey(locations.landing, args.operand);
      const found = await refusedOf(effects, source, dataset);
      if (found) await showSource(effects, found, shape, terminal);
      else await showNothing(source, shape, terminal);
      return 0;
    }
    const failures: TableFailure[] = [];
    await showRejects(findRejects(effects, dataset, failures), shape, terminal);
    warnOfAside(terminal, catalog.aside);
    terminal.err(failureLines(failures));
    return failures.length + catalog.aside.length > 0 ? FAULT : 0;
  });
}

async function showNothing(source: string, { format }: Shape, terminal: Terminal): Promise<void> {
  if (format === 'json') await terminal.json([]);
  terminal.err([
    `Nothing of ${source} was refused, as far as it was read: "npx sluice status" shows whether files wait.`,
  ]);
}
