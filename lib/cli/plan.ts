// `sluice plan`: what changed contracts and SQL would do to a lake, before they are deployed. Writes nothing.
import { DefinitionError } from '../errors.ts';
import type { DefinitionPlan } from '../explain/definition-plan.ts';
import { formatOption } from './choices.ts';
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
        'table: for people. markdown: for a pull request. json: one document on standard output: landing, lake,\nchanges (table, file, change, reasons, partitions, sourceFiles, bytes), unchanged, broken.',
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
    { code: 3, meaning: 'something is broken: a definition, or a change that its table cannot take' },
    { code: 1, meaning: 'landing or the lake cannot be read' },
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
  return found.broken.length === 0 ? 0 : BROKEN;
}

async function findPlan(
  args: Arguments,
  terminal: Terminal,
): Promise<DefinitionPlan & { readonly landing: string; readonly lake: string }> {
  const places = matchingLocations(args);
  const { openLake } = await import('../local/open-lake.ts');
  const { requireLanding } = await import('../local/places.ts');
  const { planDefinitions } = await import('../explain/definition-plan.ts');
  const { terminalLog } = await import('./log-lines.ts');
  await requireLanding(places);
  const { landing, lake } = places;
  try {
    const local = await openLake(places, terminalLog(terminal, args.flag('verbose')), { readOnly: true });
    try {
      return { landing, lake, ...(await planDefinitions(local.effects)) };
    } finally {
      await local.close();
    }
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    return { landing, lake, changes: [], unchanged: 0, broken: [error.message] };
  }
}
