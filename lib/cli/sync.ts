// `sluice sync`: brings the lake in line with landing, once. Arguments in, summary out; lib/local/sync-lake.ts does the work.
import { readFile } from 'node:fs/promises';
import { isDay } from '../core/date-format.ts';
import { CliError, UsageError } from '../errors.ts';
import { requireDataset } from '../inspect/find-table.ts';
import type { Selection } from '../maintain/reconcile.ts';
import { chosenFormat, TABLE_OR_JSON, tableOrJson } from './choices.ts';
import { FAULT, NEEDS_ATTENTION } from './exit-codes.ts';
import { withProgress } from './progress.ts';
import { syncDocument } from './sync-document.ts';
import { syncExitCode, syncLines } from './sync-text.ts';
import type { Terminal } from './terminal.ts';
import {
  type Arguments,
  LAKE,
  LANDING,
  MEMORY,
  type Project,
  SCHEMAS,
  SPARK,
  VERBOSE,
  type Verb,
} from './verb.ts';
import { withLake } from './with-lake.ts';

export const sync: Verb = {
  description: `Applies the contracts, reads every new or changed source file, refreshes every insight that these touch, and
retries what failed before. A second run finds nothing to do. It can run while "sluice start" watches, and can
be stopped at any time: the next run continues.

Valid deliveries that are probably mistakes are listed: far fewer rows than the previous version, a renamed
column, the same rows under two names. So are parts of landing that cannot be read.

At the end it tells whom "notify" in sluice.yaml names of rejected files, quarantined rows, failed audits, and files that are missing or
overdue, of each once, and once it is put right. Where that fails, a warning says so; the exit code stays.

A date range selects by the date folders of a key (year=2024/month=01/day=02, or date=2024-01-02); for a key
without these, by the day on which the file was last modified, in UTC.`,
  options: [
    LANDING,
    LAKE,
    SCHEMAS,
    { name: 'dataset', value: 'NAME', description: 'Only source files of this dataset.' },
    { name: 'from', value: 'YYYY-MM-DD', description: 'Only source files of this day or later.' },
    { name: 'to', value: 'YYYY-MM-DD', description: 'Only source files of this day or earlier.' },
    {
      name: 'keys',
      value: 'FILE',
      description:
        'Only the landing keys in this file, one per line; - reads them from standard input. Landing is not listed.',
    },
    SPARK,
    { name: 'prune', description: 'Withdraw the rows of source files that are no longer in landing.' },
    { name: 'yes', description: 'Let --prune withdraw more than half of a dataset.' },
    tableOrJson(
      'totals, rows (accepted, of them superseded if any, quarantined, withdrawn), files, applied, refused, failed, aside (file, kind, names, message, messages, held), asideKeys, refreshed, rejected, shrunk, unmatched, duplicates, waitingDeliveries (dataset, delivery, files, since, missing, refused), mayShareKeys, vanished, absent, unseen, undone, stale, warnings, deadLetters, ms.',
    ),
    MEMORY,
    VERBOSE,
  ],
  examples: [
    { command: 'npx sluice sync', meaning: 'all new and changed files' },
    {
      command: 'npx sluice sync --dataset billing --from 2024-01-01 --to 2024-01-31',
      meaning: 'one month of one dataset',
    },
    { command: 'npx sluice sync --prune', meaning: 'also withdraw the rows of deleted files' },
    {
      command: 'npx sluice sync --landing s3://my-landing --lake s3://my-lake',
      meaning: 'in S3, processed by this machine',
    },
    {
      command: 'cat keys.txt | npx sluice sync --keys - --format json',
      meaning: 'only these files, for a program',
    },
  ],
  exitCodes: [
    { code: 0, meaning: 'success' },
    {
      code: NEEDS_ATTENTION,
      meaning:
        'a source file is rejected (and not settled) or gone from landing, a partition is stale because an audit failed, or another program had written into a table',
    },
    {
      code: FAULT,
      meaning:
        'a fault; or a definition that is set aside, an incompatible contract change, a table that cannot be read: reported, and all others are processed',
    },
    { code: 2, meaning: 'wrong usage, or --prune would withdraw most of a dataset and --yes is missing' },
  ],
  run,
};

async function run(args: Arguments, terminal: Terminal, project: Project): Promise<number> {
  const format = chosenFormat(args, TABLE_OR_JSON);
  const selection = await readSelection(args, terminal);
  const needs = { landing: 'required', lake: 'wanted', writes: true } as const;
  return withLake(args, terminal, needs, async (local) => {
    const { syncLake } = await import('../local/sync-lake.ts');
    const { catalog, landing, lake } = local.effects;
    if (selection.dataset !== undefined) requireDataset(catalog, selection.dataset);
    const options = { selection, prune: args.flag('prune'), allowMassWithdrawal: args.flag('yes') };
    const result = await withProgress(terminal, (progress) => syncLake(local, options, progress));
    await (format === 'json'
      ? terminal.json(syncDocument(result, { landing: landing.location, lake: lake.location }))
      : terminal.out(syncLines(result)));
    const { keys } = selection;
    const { notifyAfter } = await import('./notifying.ts');
    await notifyAfter(local, project, terminal, keys === undefined ? {} : { keys });
    return syncExitCode(result);
  });
}

async function readSelection(args: Arguments, terminal: Terminal): Promise<Selection> {
  const dataset = args.value('dataset');
  const range = { from: dayOption(args, 'from'), to: dayOption(args, 'to') };
  if (range.from !== undefined && range.to !== undefined && range.from > range.to) {
    throw new UsageError(`--from ${range.from} is after --to ${range.to}: swap them`);
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
    throw new UsageError(`--${name} ${text} is not a valid date: write YYYY-MM-DD`);
  return text;
}

async function readKeys(file: string, terminal: Terminal): Promise<string> {
  if (file === '-') return terminal.input();
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new CliError(
      `--keys ${file} cannot be read: ${code === 'ENOENT' ? 'there is no such file' : message}`,
    );
  }
}

/** One key a line; blank lines are ignored, and so is a carriage return at a line's end. Throws UsageError on a line that is not a key. */
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
        `--keys ${file}, line ${index + 1}: ${JSON.stringify(key)} is not a landing key. Write it relative to landing, with "/" between folders`,
      );
    }
    keys.add(key);
  }
  return [...keys];
}
