// `sluice plan`: what changed contracts and SQL would do to a lake, before they are deployed. Writes nothing.
import type { DefinitionPlan } from '../inspect/definition-plan.ts';
import { formatOption } from './choices.ts';
import { FAULT } from './exit-codes.ts';
import { matchingLocations } from './locations.ts';
import type { Terminal } from './terminal.ts';
import { type Arguments, LAKE, LANDING, SCHEMAS, VERBOSE, type Verb } from './verb.ts';

const FORMATS = ['table', 'markdown', 'json'] as const;
const BROKEN = 3;

export const plan: Verb = {
  name: 'plan',
  summary: 'Say what changed contracts and SQL would do to the lake, before they are deployed.',
  description: `Compares the schemas folder with the lake: tables that would be added; contracts and SQL that changed, with the
source files that would be read again and the partitions that would be computed again, and what depends on
them; changes that a table cannot take; tables that nothing defines any more. Bytes are those of the source files
in landing, or of the data files that a computation reads as they are now. Changes nothing.`,
  options: [
    LANDING,
    LAKE,
    SCHEMAS,
    {
      name: 'format',
      value: FORMATS.join('|'),
      description:
        'table: for people. markdown: for a pull request. json: one document on standard output: landing, lake,\nchanges (table, file, change, reasons, partitions, sourceFiles, bytes), unchanged, broken, aside, failures.',
      default: 'table',
    },
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
    { code: BROKEN, meaning: 'a table cannot take a change, or two datasets take one file' },
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
  const format = formatOption(args, FORMATS);
  const { planDocument, planLines, planMarkdown } = await import('./plan-text.ts');
  const found = await findPlan(args, terminal);
  await (format === 'json'
    ? terminal.json(planDocument(found))
    : terminal.out(format === 'markdown' ? planMarkdown(found) : planLines(found, terminal.outColumns)));
  if (found.aside.length + found.failures.length > 0) return FAULT;
  return found.broken.length === 0 ? 0 : BROKEN;
}

async function findPlan(
  args: Arguments,
  terminal: Terminal,
): Promise<DefinitionPlan & { readonly landing: string; readonly lake: string }> {
  const places = matchingLocations(args);
  const { openLake } = await import('../local/open-lake.ts');
  const { requireLanding } = await import('../local/places.ts');
  const { planDefinitions } = await import('../inspect/definition-plan.ts');
  const { terminalLog } = await import('./log-lines.ts');
  await requireLanding(places);
  const { landing, lake } = places;
  const local = await openLake(places, terminalLog(terminal, args.flag('verbose')), { readOnly: true });
  try {
    return { landing, lake, ...(await planDefinitions(local.effects)) };
  } finally {
    await local.close();
  }
}
