// `sluice sync`: the lake in line with landing, once. Arguments in, summary out; lib/local/sync-lake.ts does the work.
import { readFile } from 'node:fs/promises';
import type { Catalog } from '../core/catalog.ts';
import { didYouMean } from '../core/did-you-mean.ts';
import { CliError, UsageError } from '../errors.ts';
import { isDay } from '../lake/date-range.ts';
import type { Selection } from '../maintain/reconcile.ts';
import { matchingLocations, memoryLimit } from './locations.ts';
import type { Terminal } from './terminal.ts';
import { type Arguments, LAKE, LANDING, MEMORY, SCHEMAS, VERBOSE, type Verb } from './verb.ts';

export const sync: Verb = {
  name: 'sync',
  summary: 'Bring the lake in line with landing, once: the backfill and the recovery.',
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
        'The landing keys that the file lists, one a line, and no others; - reads them from\nstandard input. Landing is not listed.',
    },
    { name: 'prune', description: 'Withdraw the rows of source files that are not in landing any more.' },
    { name: 'yes', description: 'Let --prune take more than half of a dataset away.' },
    {
      name: 'json',
      description:
        'One JSON document on standard output: totals, rows, files, applied, refused, failed,\naside (file, kind, names, message, held), asideKeys, refreshed, rejected, shrunk, unmatched, duplicates,\nmayShareKeys, vanished, absent, unseen, undone, stale, warnings, deadLetters, ms.',
    },
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
      command: 'cat keys.txt | npx sluice sync --keys - --json',
      meaning: 'these files alone, for a program',
    },
  ],
  exitCodes: [
    { code: 0, meaning: 'all well' },
    {
      code: 3,
      meaning:
        'a source file stands rejected or is gone from landing, a partition is stale because an audit failed,\nor another program had written into a table',
    },
    {
      code: 1,
      meaning:
        'a fault; a definition that is set aside, a contract that its table cannot take, a table that cannot be read:\nsaid, and the others are brought in line',
    },
    { code: 2, meaning: 'wrong usage, or --prune would take most of a dataset and --yes is missing' },
  ],
  run,
};

async function run(args: Arguments, terminal: Terminal): Promise<number> {
  const places = matchingLocations(args);
  const selection = await readSelection(args, terminal);
  const { openLake } = await import('../local/open-lake.ts');
  const { refuseOverlap, requireLanding } = await import('../local/places.ts');
  const { syncLake } = await import('../local/sync-lake.ts');
  const { syncDocument, syncExitCode, syncLines } = await import('./sync-text.ts');
  const { showProgress } = await import('./progress.ts');
  const { terminalLog } = await import('./log-lines.ts');
  await requireLanding(places);
  await refuseOverlap(places);
  const local = await openLake(places, terminalLog(terminal, args.flag('verbose')), memoryLimit(args));
  const progress = showProgress(terminal);
  try {
    requireDataset(selection.dataset, local.effects.catalog);
    const options = { selection, prune: args.flag('prune'), allowMassWithdrawal: args.flag('yes') };
    const result = await syncLake(local, options, progress);
    progress.close();
    const { landing, lake } = local.effects;
    await (args.flag('json')
      ? terminal.json(syncDocument(result, { landing: landing.location, lake: lake.location }))
      : terminal.out(syncLines(result)));
    return syncExitCode(result);
  } catch (error) {
    progress.close();
    throw error;
  } finally {
    await local.close();
  }
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

function requireDataset(name: string | undefined, { datasets, asideNamed }: Catalog): void {
  const known = datasets.map((dataset) => dataset.name);
  if (name === undefined || known.includes(name)) return;
  const by = asideNamed(name);
  if (by) throw by.error;
  throw new UsageError(
    `There is no dataset ${JSON.stringify(name)}.${didYouMean(name, known)} Datasets: ${known.join(', ')}`,
  );
}
