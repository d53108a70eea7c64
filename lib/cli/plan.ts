// `sluice plan`: the effect of changed contracts and SQL on a lake, before they are deployed. Read-only.
import { planDefinitions } from '../inspect/definition-plan.ts';
import { chosenFormat, formatOption } from './choices.ts';
import { FAULT, NEEDS_ATTENTION } from './exit-codes.ts';
import { planDocument, planLines, planMarkdown } from './plan-text.ts';
import type { Terminal } from './terminal.ts';
import { type Arguments, LAKE, LANDING, SCHEMAS, VERBOSE, type Verb } from './verb.ts';
import { withLake } from './with-lake.ts';

const FORMATS = ['table', 'markdown', 'json'] as const;

export const plan: Verb = {
  description: `Compares the schemas folder with the lake: tables that would be added; changed contracts and SQL, with the source
files to read again, the partitions to compute again, and what depends on them; incompatible changes; tables
without a definition. Bytes are the size of the source files in landing, or of the data files that a computation
reads as they are now. Changes nothing.`,
  options: [
    LANDING,
    LAKE,
    SCHEMAS,
    formatOption(
      FORMATS,
      'table: for people. markdown: for a pull request. json: one document on standard output: landing, lake, changes (table, file, change, reasons, partitions, sourceFiles, bytes), unchanged, broken, aside, failures.',
    ),
    VERBOSE,
  ],
  examples: [
    { command: 'npx sluice plan', meaning: 'before the next sync' },
    {
      command: 'npx sluice plan --landing s3://my-landing --lake s3://my-lake --format markdown',
      meaning: 'before a deployment, as a comment on its pull request',
    },
  ],
  exitCodes: [
    { code: 0, meaning: 'every change is compatible, or nothing would change' },
    {
      code: NEEDS_ATTENTION,
      meaning: 'a change is incompatible with its table, or two datasets match one file',
    },
    {
      code: FAULT,
      meaning:
        'a definition or a table cannot be read (reported, and all others are planned), or landing or the lake cannot',
    },
    { code: 2, meaning: 'wrong usage' },
  ],
  run,
};

async function run(args: Arguments, terminal: Terminal): Promise<number> {
  const format = chosenFormat(args, FORMATS);
  const needs = { landing: 'required', lake: 'wanted', writes: false } as const;
  return withLake(args, terminal, needs, async ({ effects, locations: { landing, lake } }) => {
    const found = { landing, lake, ...(await planDefinitions(effects)) };
    await (format === 'json'
      ? terminal.json(planDocument(found))
      : terminal.out(format === 'markdown' ? planMarkdown(found) : planLines(found, terminal.outColumns)));
    if (found.aside.length + found.failures.length > 0) return FAULT;
    return found.broken.length === 0 ? 0 : NEEDS_ATTENTION;
  });
}
