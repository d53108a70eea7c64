// `sluice redrive`: what failed for good is delivered again.
import { warnOfAside } from './aside-text.ts';
import { FILES_DLQ, namedQueues, openQueues, REFRESH_DLQ, wantsLake } from './dead-letter-queues.ts';
import type { QueueRedrive } from './dead-letter-text.ts';
import { matchingLocations, memoryLimit } from './locations.ts';
import type { Terminal } from './terminal.ts';
import { type Arguments, LAKE, LANDING, MEMORY, SCHEMAS, VERBOSE, type Verb } from './verb.ts';

export const redrive: Verb = {
  name: 'redrive',
  summary: 'Deliver again what failed for good.',
  description: `Without a queue: delivers what lies in the lake's dead-letters folder, in this process; "sluice sync" does it too.
With one or both queues' URLs: sends what lies in these queues of a deployed stack back to the queues it
came from, where its functions take it up. Nothing is lost where it is stopped halfway, and a message that
is delivered twice changes nothing.`,
  options: [
    FILES_DLQ,
    REFRESH_DLQ,
    LANDING,
    LAKE,
    SCHEMAS,
    {
      name: 'json',
      description:
        'One JSON document on standard output: lake (delivered, failed) or null, queues (queue, place,\nmoved, left, underWay).',
    },
    MEMORY,
    VERBOSE,
  ],
  examples: [
    { command: 'npx sluice redrive', meaning: "the local lake's dead letters" },
    {
      command: 'npx sluice redrive --files-dlq "$FILES_DLQ" --refresh-dlq "$REFRESH_DLQ"',
      meaning: "a stack's",
    },
  ],
  exitCodes: [
    { code: 0, meaning: 'delivered, or given back to the queues' },
    { code: 1, meaning: 'a fault, or a message of the lake failed again' },
    { code: 2, meaning: 'wrong usage' },
  ],
  run,
};

async function run(args: Arguments, terminal: Terminal): Promise<number> {
  const named = namedQueues(args);
  const { lakeRedriveLines, queueRedriveLine } = await import('./dead-letter-text.ts');
  const lake = wantsLake(args, named) ? await redriveLake(args, terminal) : null;
  const queues: QueueRedrive[] = [];
  for (const { queue, url, letters } of await openQueues(named))
    queues.push({ queue, place: url, ...(await letters.redrive()) });
  await (args.flag('json')
    ? terminal.json({ lake, queues })
    : terminal.out([...(lake ? lakeRedriveLines(lake.place, lake) : []), ...queues.map(queueRedriveLine)]));
  return lake && lake.failed.length > 0 ? 1 : 0;
}

async function redriveLake(args: Arguments, terminal: Terminal) {
  const places = matchingLocations(args);
  const { openLake } = await import('../local/open-lake.ts');
  const { refuseOverlap, requireLake, requireLanding } = await import('../local/places.ts');
  const { redriveLake: deliverLetters } = await import('../local/redrive-lake.ts');
  const { showProgress } = await import('./progress.ts');
  const { terminalLog } = await import('./log-lines.ts');
  await requireLanding(places);
  await requireLake(places);
  await refuseOverlap(places);
  const local = await openLake(places, terminalLog(terminal, args.flag('verbose')), memoryLimit(args));
  warnOfAside(terminal, local.effects.catalog.aside);
  const progress = showProgress(terminal);
  try {
    return { place: local.effects.lake.location, ...(await deliverLetters(local, progress)) };
  } finally {
    progress.close();
    await local.close();
  }
}
