// `sluice plan`: what changed contracts and SQL would do to a lake, before they are deployed. Writes nothing.
import { planDefinitions } from '../inspect/definition-plan.ts';
import { chosenFormat, formatOption } from './choices.ts';
import { FAULT, NEEDS_ATTENTION } from './exit-codes.ts';
import { planDocument, planLines, planMarkdown } from './plan-text.ts';
import type { Terminal } from './terminal.ts';
import { type Arguments, LAKE, LANDING, SCHEMAS, VERBOSE, type Verb } from './verb.ts';
import { withLake } from './with-lake.ts';

const FORMATS = ['table', 'markdown', 'json'] as const;

export const plan: Verb = {
  description: `Compares the schemas folder with the lake: tables that would be added; contracts and SQL that changed, with the
source files that would be read again and the partitions that would be computed again, and what depends on
them; changes that a table cannot take; tables that nothing defines any more. Bytes are those of the source files
in landing, or of the data files that a computation reads as they are now. Changes nothing.`,
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
      meaning: 'before a deploy, as a comment on its pull request',
    },
  ],
  exitCodes: [
    { code: 0, meaning: 'all of it can be taken, or nothing would change' },
    { code: NEEDS_ATTENTION, meaning: 'a table cannot take a change, or two datasets take one file' },
    {
      code: FAULT,
      meaning:
        'a definition or a table cannot be read (said, and the others are planned), or landing or the lake cannot',
    },
    { code: 2, meaning: 'wrong usage' },
  ],
  run,
};

async function run(args: Arguments, terminal: Terminal): Promise<number> {
  const format = chosenFormat(args, FORMATS);
  const needs = { landing: 'required', lake: 'wanted', writes: false } as const;
  return withLake(args, terminal, needs, async ({ effects, places: { landing, lake } }) => {
    const found = { landing, lake, ...(await planDefinitions(effects)) };
    await (format === 'json'
      ? terminal.json(planDocument(found))
      : terminal.out(format === 'markdown' ? planMarkdown(found) : planLines(found, terminal.outColumns)));
    if (found.aside.length + found.failures.length > 0) return FAULT;
    return found.broken.length === 0 ? 0 : NEEDS_ATTENTION;
  });
}
