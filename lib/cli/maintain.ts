// `sluice maintain`: keeps a lake cheap: sweeps what nobody can ask for any more, writes checkpoints.
import { UsageError } from '../errors.ts';
import { matchingLocations, memoryLimit } from './locations.ts';
import type { Terminal } from './terminal.ts';
import { type Arguments, LAKE, LANDING, MEMORY, SCHEMAS, VERBOSE, type Verb } from './verb.ts';

export const maintain: Verb = {
  name: 'maintain',
  summary: 'Sweep what no reader can ask for any more, and write checkpoints.',
  description: `Deletes data files that no version of the last days shows (their rows were replaced or withdrawn, or an attempt
that failed left them), reports and quarantine files of source versions that were superseded by then, and
checkpoints that newer ones stand for. Then writes a checkpoint of each table that has none of its newest
version. Log entries are never deleted. Safe at any moment: while files arrive, beside readers, stopped halfway.`,
  options: [
    LANDING,
    LAKE,
    SCHEMAS,
    {
      name: 'retention',
      value: 'DAYS',
      description:
        'How long removed files stay, and with them the older versions for time travel. At least 0.042.',
      default: '7',
    },
    { name: 'dry-run', description: 'List what would go, and change nothing.' },
    {
      name: 'json',
      description:
        'One JSON document on standard output: lake, retentionDays, dryRun, files, bytes, places (place, files,\nbytes, checkpoint), failures, aside (file, kind, names, message, held); with --dry-run also keys.',
    },
    MEMORY,
    VERBOSE,
  ],
  examples: [
    { command: 'npx sluice maintain', meaning: 'once a day, say' },
    { command: 'npx sluice maintain --dry-run', meaning: 'look before you sweep' },
    {
      command: 'npx sluice maintain --retention 30 --landing s3://my-landing --lake s3://my-lake',
      meaning: 'a month of time travel; a deployed stack does it by itself',
    },
  ],
  exitCodes: [
    { code: 0, meaning: 'all in order' },
    {
      code: 1,
      meaning: 'a fault, or a definition that cannot be read: what is left as it is, is said with the reason',
    },
    { code: 2, meaning: 'wrong usage' },
  ],
  run,
};

const DAY_MS = 24 * 3600 * 1000;

async function run(args: Arguments, terminal: Terminal): Promise<number> {
  const retentionMs = retention(args);
  const places = matchingLocations(args);
  const { openLake } = await import('../local/open-lake.ts');
  const { refuseOverlap, requireLake, requireLanding } = await import('../local/places.ts');
  const { maintainTables } = await import('../maintain/maintain-tables.ts');
  const { maintainDocument, maintainLines, sweptLine } = await import('./maintain-text.ts');
  const { terminalLog } = await import('./log-lines.ts');
  // A landing that is not there would make every report look superseded.
  await requireLanding(places);
  await requireLake(places);
  await refuseOverlap(places);
  const [dryRun, json] = [args.flag('dry-run'), args.flag('json')];
  const log = terminalLog(terminal, args.flag('verbose'));
  const local = await openLake(places, log, { readOnly: dryRun, ...memoryLimit(args) });
  const keys: string[] = [];
  try {
    const found = await maintainTables(local.effects, {
      retentionMs,
      dryRun,
      found: (objects) => {
        if (dryRun && json) for (const { key } of objects) keys.push(key);
        else if (dryRun) void terminal.out(objects.map(sweptLine));
      },
    });
    const { aside } = local.effects.catalog;
    const said = { aside, lake: local.effects.lake.location, retentionMs, dryRun, ...found };
    await (json
      ? terminal.json({ ...maintainDocument(said), ...(dryRun ? { keys } : {}) })
      : terminal.out(maintainLines(said)));
    return found.failures.length + aside.length > 0 ? 1 : 0;
  } finally {
    await local.close();
  }
}

/** Throws UsageError. */
function retention(args: Arguments): number {
  const text = args.value('retention') ?? '';
  const days = /^\d{1,5}(\.\d{1,6})?$/.test(text) ? Number(text) : 0;
  if (days * DAY_MS >= 3600 * 1000) return days * DAY_MS;
  throw new UsageError(
    `--retention ${text}: write a number of days, at least 0.042 (an hour): files that are being read or written now must not go`,
  );
}
