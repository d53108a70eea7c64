// `sluice sync`: the lake in line with landing, once. Arguments in, summary out; lib/local/sync-lake.ts does the work.
import { readFile } from 'node:fs/promises';
import { isDay } from '../core/date-format.ts';
import { CliError, UsageError } from '../errors.ts';
import { requireDataset } from '../inspect/find-table.ts';
import { syncLake } from '../local/sync-lake.ts';
import type { Selection } from '../maintain/reconcile.ts';
import { chosenFormat, TABLE_OR_JSON, tableOrJson } from './choices.ts';
import { FAULT, NEEDS_ATTENTION } from './exit-codes.ts';
import { withProgress } from './progress.ts';
import { syncDocument, syncExitCode, syncLines } from './sync-text.ts';
import type { Terminal } from './terminal.ts';
import { type Arguments, LAKE, LANDING, MEMORY, SCHEMAS, VERBOSE, type Verb } from './verb.ts';
import { withLake } from './with-lake.ts';

export const sync: Verb = {
  description: `Applies the contracts, reads every source file that is new or changed, refreshes every insight that they
touch, and delivers again what failed before. A second run finds nothing to do. It may run while
"sluice start" watches, and be stopped at any moment: the next run carries on.

Deliveries that are right by themselves and most likely not meant are named: far fewer rows than the version
before, a renamed column, the same rows under two names. So is what is in landing and cannot be seen.

A date range means the date folders of a key (year=2024/month=01/day=02, or date=2024-01-02); where a
key has none, the day on which the file was last modified, in UTC.`,
  options: [
    LANDING,
    LAKE,
    SCHEMAS,
    { name: 'dataset', value: 'NAME', description: 'Source files of this dataset alone.' },
    { name: 'from', value: 'YYYY-MM-DD', description: 'Source files of this day and later.' },
    { name: 'to', value: 'YYYY-MM-DD', description: 'Source files of this day and earlier.' },
    {
      name: 'keys',
      value: 'FILE',
      description:
        'The landing keys that the file lists, one a line, and no others; - reads them from standard input. Landing is not listed.',
    },
    { name: 'prune', description: 'Withdraw the rows of source files that are not in landing any more.' },
    { name: 'yes', description: 'Let --prune take more than half of a dataset away.' },
    tableOrJson(
      'totals, rows, files, applied, refused, failed, aside (file, kind, names, message, held), asideKeys, refreshed, rejected, shrunk, unmatched, duplicates, mayShareKeys, vanished, absent, unseen, undone, stale, warnings, deadLetters, ms.',
    ),
    MEMORY,
    VERBOSE,
  ],
  examples: [
    { command: 'npx sluice sync', meaning: 'everything that is new' },
    {
      command: 'npx sluice sync --dataset billing --from 2024-01-01 --to 2024-01-31',
      meaning: 'one month of one dataset',
    },
    { command: 'npx sluice sync --prune', meaning: 'withdraw what was deleted, too' },
    {
      command: 'npx sluice sync --landing s3://my-landing --lake s3://my-lake',
      meaning: 'in S3, worked on by this machine',
    },
    {
      command: 'cat keys.txt | npx sluice sync --keys - --format json',
      meaning: 'these files alone, for a program',
    },
  ],
  exitCodes: [
    { code: 0, meaning: 'all well' },
    {
      code: NEEDS_ATTENTION,
      meaning:
        'a source file stands rejected or is gone from landing, a partition is stale because an audit failed, or another program had written into a table',
    },
    {
      code: FAULT,
      meaning:
        'a fault; a definition that is set aside, a contract that its table cannot take, a table that cannot be read: said, and the others are brought in line',
    },
    { code: 2, meaning: 'wrong usage, or --prune would take most of a dataset and --yes is missing' },
  ],
  run,
};

async function run(args: Arguments, terminal: Terminal): Promise<number> {
  const format = chosenFormat(args, TABLE_OR_JSON);
  const selection = await readSelection(args, terminal);
  const needs = { landing: 'required', lake: 'wanted', writes: true } as const;
  return withLake(args, terminal, needs, async (local) => {
    const { catalog, landing, lake } = local.effects;
    if (selection.dataset !== undefined) requireDataset(catalog, selection.dataset);
    const options = { selection, prune: args.flag('prune'), allowMassWithdrawal: args.flag('yes') };
    const result = await withProgress(terminal, (progress) => syncLake(local, options, progress));
    await (format === 'json'
      ? terminal.json(syncDocument(result, { landing: landing.location, lake: lake.location }))
      : terminal.out(syncLines(result)));
    return syncExitCode(result);
  });
}

async function readSelection(args: Arguments, terminal: Terminal): Promise<Selection> {
  const dataset = args.value('dataset');
  const range = { from: dayOption(args, 'from'), to: dayOption(args, 'to') };
  if (range.from !== undefined && range.to !== undefined && range.from > range.to) {
    throw new UsageError(`--from ${range.from} lies after --to ${range.to}: swap them`);
  }
  const file = args.value('keys');
  return {
    ...(dataset === undefined ? {} : { dataset }),
    ...(range.from === undefined && range.to === undefined ? {} : { range }),
    ...(file === undefined ? {} : { keys: parseKeys(file, await readKeys(file, terminal)) }),
  };
}

function dayOption(args: Arguments, name: string): string | undefined {
  const text = args.value(name);
  if (text !== undefined && !isDay(text))
    throw new UsageError(`--${name} ${text} is no day that exists: write YYYY-MM-DD`);
  return text;
}

async function readKeys(file: string, terminal: Terminal): Promise<string> {
  if (file === '-') return terminal.input();
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new CliError(
      `--keys ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** One key a line; blank lines are ignored, and so is a carriage return at a line's end. Throws UsageError on what is no key. */
export function parseKeys(file: string, text: string): string[] {
  const keys = new Set<string>();
  for (const [index, line] of text
    .replace(/^\ufeff/, '')
    .split('\n')
    .entries()) {
    const key = line.replace(/\r$/, '');
    if (key.trim() === '') continue;
    if (
      key.includes('\0') ||
      key.split('/').some((segment) => segment === '' || segment === '.' || segment === '..')
    ) {
      throw new UsageError(
        `--keys ${file}, line ${index + 1}: ${JSON.stringify(key)} is no landing key. Write it relative to landing, with "/" between folders`,
      );
    }
    keys.add(key);
  }
  return [...keys];
}
