// `sluice maintain`: deletes files past their retention, merges small files and writes checkpoints, which keeps a lake cheap.
import { UsageError } from '../errors.ts';
import { maintainTables } from '../maintain/maintain-tables.ts';
import { chosenFormat, TABLE_OR_JSON, tableOrJson } from './choices.ts';
import { FAULT } from './exit-codes.ts';
import { deletedLine, maintainDocument, maintainLines } from './maintain-text.ts';
import type { Terminal } from './terminal.ts';
import { type Arguments, LAKE, LANDING, MEMORY, SCHEMAS, VERBOSE, type Verb } from './verb.ts';
import { withLake } from './with-lake.ts';

export const maintain: Verb = {
  description: `Deletes data files that no version within the retention needs (their rows were replaced or withdrawn, or a failed
attempt left them), reports and quarantine files of source versions that were superseded before that, and
checkpoints that newer ones replace. Then merges small data files, and writes a checkpoint for each table whose
newest version has none. Log entries are never deleted.

Data files of one partition that are smaller than 64 MB are merged, where there are at least eight, into files of
128 MB or of 1,000 source files: readers open few files. Each row still belongs to its source file,
which can be replaced and deleted as before, and nothing is recomputed. Tables of upsert and replace datasets and
of insights need no merging. Safe at any time: while files arrive, while others read, and if stopped halfway.`,
  options: [
    LANDING,
    LAKE,
    SCHEMAS,
    {
      name: 'retention',
      value: 'DAYS',
      description: 'Days to keep removed files, and so the older versions for time travel. At least 0.042.',
      default: '7',
    },
    { name: 'dry-run', description: 'List what would be deleted and merged, and change nothing.' },
    tableOrJson(
      'lake, retentionDays, dryRun, files, bytes, places (place, files, bytes, merged (files, into, bytes), checkpoint), failures, aside (file, kind, names, message, messages, held); with --dry-run also keys.',
    ),
    MEMORY,
    VERBOSE,
  ],
  examples: [
    { command: 'npx sluice maintain', meaning: 'for example once a day' },
    { command: 'npx sluice maintain --dry-run', meaning: 'what would be deleted' },
    {
      command: 'npx sluice maintain --retention 30 --landing s3://my-landing --lake s3://my-lake',
      meaning: 'a month of time travel; a deployed stack runs it automatically',
    },
  ],
  exitCodes: [
    { code: 0, meaning: 'all in order' },
    {
      code: FAULT,
      meaning:
        'a fault, or a definition that cannot be read: what was not changed is printed with the reason',
    },
    { code: 2, meaning: 'wrong usage' },
  ],
  run,
};

const DAY_MS = 24 * 3600 * 1000;

async function run(args: Arguments, terminal: Terminal): Promise<number> {
  const format = chosenFormat(args, TABLE_OR_JSON);
  const retentionMs = retention(args);
  const dryRun = args.flag('dry-run');
  const keys: string[] = [];
  // Without landing, every report would look superseded.
  const needs = { landing: 'required', lake: 'required', writes: !dryRun } as const;
  return withLake(args, terminal, needs, async ({ effects }) => {
    const found = await maintainTables(effects, {
      retentionMs,
      dryRun,
      found: (objects) => {
        if (!dryRun) return;
        if (format === 'json') for (const { key } of objects) keys.push(key);
        else void terminal.out(objects.map(deletedLine));
      },
    });
    const { aside } = effects.catalog;
    const outcome = { aside, lake: effects.lake.location, retentionMs, dryRun, ...found };
    await (format === 'json'
      ? terminal.json({ ...maintainDocument(outcome), ...(dryRun ? { keys } : {}) })
      : terminal.out(maintainLines(outcome)));
    return found.failures.length + aside.length > 0 ? FAULT : 0;
  });
}

/** Throws UsageError. */
function retention(args: Arguments): number {
  const text = args.value('retention') ?? '';
  const days = /^\d{1,5}(\.\d{1,6})?$/.test(text) ? Number(text) : 0;
  if (days * DAY_MS >= 3600 * 1000) return days * DAY_MS;
  throw new UsageError(
    `--retention ${text}: write a number of days, at least 0.042 (an hour): files that are being read or written must not be deleted`,
  );
}
