// `sluice status`: what the lake holds and how current it is. lib/inspect/lake-status.ts finds it out; writes nothing.
import { onePerTable } from '../table-failures.ts';
import { matchingLocations } from './locations.ts';
import type { Terminal } from './terminal.ts';
import { type Arguments, LAKE, LANDING, SCHEMAS, VERBOSE, type Verb } from './verb.ts';

export const status: Verb = {
  name: 'status',
  summary: 'Say what the lake holds, how current it is and what needs attention.',
  description: `Per dataset: source files that the table stands on, rows, quarantined rows, files rejected as a whole, files
that wait in landing, the last arrival and the table's version. Per insight and built-in table: partitions,
rows, version, stale partitions (an audit failed, the old rows stay) and warnings (an audit of severity warn
failed, the new rows are live) with the reasons, and how many partitions its inputs' news still ask for. It also names deliveries
that want a look (far fewer rows than before, a renamed column, the same rows under two names) and what is in
landing and cannot be seen. Changes nothing, and creates nothing.`,
  options: [
    LANDING,
    LAKE,
    SCHEMAS,
    {
      name: 'json',
      description:
        'One JSON document on standard output: landing, lake, datasets, derived, unknown, unseen, left, foreign,\nlogs, refused, deadLetters, aside (file, kind, names, message, held), asideKeys, failures (table, message).',
    },
    VERBOSE,
  ],
  examples: [
    { command: 'npx sluice status', meaning: 'two tables' },
    { command: 'npx sluice status --landing s3://my-landing --lake s3://my-lake', meaning: 'the same in S3' },
    {
      command: `npx sluice status --json | jq '.derived[] | select(.behind > 0)'`,
      meaning: 'insights that wait for a sync',
    },
  ],
  exitCodes: [
    { code: 0, meaning: 'all is well; files may wait and insights be behind' },
    {
      code: 3,
      meaning:
        'a source file stands rejected or is gone from landing, a partition is stale, or another program has\nwritten into a table',
    },
    {
      code: 1,
      meaning:
        'a fault: it is named with all the rest, and so is a definition, a table or a part of landing that cannot be\nread; or there is no lake yet',
    },
    { code: 2, meaning: 'wrong usage' },
  ],
  run,
};

async function run(args: Arguments, terminal: Terminal): Promise<number> {
  const places = matchingLocations(args);
  const { openLake } = await import('../local/open-lake.ts');
  const { hasLanding, requireLake } = await import('../local/places.ts');
  const { lakeStatus } = await import('../inspect/lake-status.ts');
  const { refusedChanges } = await import('../evolve/apply.ts');
  const { statusDocument, statusExitCode, statusLines } = await import('./status-text.ts');
  const { terminalLog } = await import('./log-lines.ts');
  await requireLake(places);
  const local = await openLake(places, terminalLog(terminal, args.flag('verbose')), { readOnly: true });
  try {
    const { landing, lake } = local.effects;
    const { refused, failed } = await refusedChanges(local.effects);
    const status = await lakeStatus(local.effects);
    const found = {
      landing: landing.location,
      lake: lake.location,
      hasLanding: await hasLanding(places),
      deadLetters: await local.deadLetters.read(),
      refused,
      ...status,
      failures: onePerTable([...failed, ...status.failures]),
    };
    await (args.flag('json')
      ? terminal.json(statusDocument(found))
      : terminal.out(statusLines(found, terminal.outColumns)));
    return statusExitCode(found);
  } finally {
    await local.close();
  }
}
