// `sluice plan`: the effect of changed contracts and SQL on a lake, in rows and totals, before they are deployed. Read-only.
import { UsageError } from '../errors.ts';
import type { CountedPlan } from '../inspect/count-plan.ts';
import { planDefinitions } from '../inspect/definition-plan.ts';
import type { Effects } from '../lake/effects.ts';
import { chosenFormat, formatOption } from './choices.ts';
import { FAULT, NEEDS_ATTENTION } from './exit-codes.ts';
import { planMarkdown } from './plan-markdown.ts';
import { withPlanProgress } from './plan-progress.ts';
import { planDocument, planLines } from './plan-text.ts';
import type { Terminal } from './terminal.ts';
import { type Arguments, LAKE, LANDING, MEMORY, SCHEMAS, VERBOSE, type Verb } from './verb.ts';
import { withLake } from './with-lake.ts';

const FORMATS = ['table', 'markdown', 'json'] as const;

export const plan: Verb = {
  description: `Compares the schemas folder with the lake: tables that would be added; changed contracts and SQL, with the source
files to read again, the partitions to compute again, and what depends on them; incompatible changes; tables
without a definition. Bytes are the size of the source files in landing, or of the data files that a computation
reads as they are now.

Then it rehearses the next sync of these tables in a temporary folder and counts: the live rows that a changed
contract would refuse and the quarantined rows that it would accept, files that would be rejected or accepted as a
whole, and the totals of computed tables that would move: the sum of each numeric column outside of the key, and the
number of rows, by partition. Sums are exact, but for doubles. What is not counted is named, with the reason. Of
an incompatible contract, and of what depends on it, it is counted what a rebuild would do.

Changes nothing, neither in the lake nor in landing.`,
  options: [
    LANDING,
    LAKE,
    SCHEMAS,
    {
      name: 'no-counts',
      description: 'Do not count rows and totals: reads no source file and no data file.',
    },
    {
      name: 'count-limit',
      value: 'MB',
      description:
        'The most to read for counting: source files of changed contracts, data files of computed tables. A table beyond it is not counted, and named.',
      default: '1000',
    },
    formatOption(
      FORMATS,
      'table: for people. markdown: for a pull request. json: one document on standard output: landing, lake, counted, changes (table, file, change, reasons, partitions, sourceFiles, bytes; counts of a contract, totals and heldPartitions of a computed table, of broken and held ones after a rebuild; notCounted: why something is missing), unchanged, broken, aside, failures.',
    ),
    MEMORY,
    VERBOSE,
  ],
  examples: [
    { command: 'npx sluice plan', meaning: 'before the next sync' },
    {
      command: 'npx sluice plan --landing s3://my-landing --lake s3://my-lake --format markdown',
      meaning: 'before a deployment, as a comment on its pull request',
    },
    {
      command: 'npx sluice plan --no-counts',
      meaning: 'at once, from the logs and the names of files alone',
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
  const maxBytes = countLimit(args);
  const counted = !args.flag('no-counts');
  const needs = { landing: 'required', lake: 'wanted', writes: false, converts: counted } as const;
  return withLake(args, terminal, needs, async ({ effects, locations: { landing, lake } }) => {
    const plan = counted ? await countedPlan(effects, terminal, maxBytes) : await planDefinitions(effects);
    const found = { landing, lake, counted, ...plan };
    await (format === 'json'
      ? terminal.json(planDocument(found))
      : terminal.out(format === 'markdown' ? planMarkdown(found) : planLines(found, terminal.outColumns)));
    if (found.aside.length + found.failures.length > 0) return FAULT;
    return found.broken.length === 0 ? 0 : NEEDS_ATTENTION;
  });
}

async function countedPlan(effects: Effects, terminal: Terminal, maxBytes: number): Promise<CountedPlan> {
  const { countPlan } = await import('../inspect/count-plan.ts');
  const plan = await planDefinitions(effects);
  return withPlanProgress(terminal, (observer) => countPlan(effects, plan, { maxBytes, observer }));
}

/** In bytes. Throws UsageError. */
function countLimit(args: Arguments): number {
  const text = args.value('count-limit') ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000_000;
  throw new UsageError(`--count-limit ${text}: write a whole number of MB, such as 1000`);
}
