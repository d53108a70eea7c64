// `sluice redrive`: delivers dead letters again.
import type { LakeRedrive } from '../local/redrive-lake.ts';
import { warnOfAside } from './aside-text.ts';
import { chosenFormat, TABLE_OR_JSON, tableOrJson } from './choices.ts';
import { FILES_DLQ, namedQueues, openQueues, REFRESH_DLQ, wantsLake } from './dead-letter-queues.ts';
import { lakeRedriveLines, type QueueRedrive, queueRedriveLine } from './dead-letter-text.ts';
import { FAULT } from './exit-codes.ts';
import { withProgress } from './progress.ts';
import type { Terminal } from './terminal.ts';
import { type Arguments, LAKE, LANDING, MEMORY, SCHEMAS, VERBOSE, type Verb } from './verb.ts';
import { withLake } from './with-lake.ts';

export const redrive: Verb = {
  description: `Without a queue: delivers the messages in the lake's dead-letters folder, in this process; "sluice sync" does so too.
With one or both queue URLs: moves the messages in these queues of a deployed stack back to the queues they came
from, where its functions process them. Nothing is lost if it is stopped halfway, and a message that is delivered
twice changes nothing.`,
  options: [
    FILES_DLQ,
    REFRESH_DLQ,
    LANDING,
    LAKE,
    SCHEMAS,
    tableOrJson('lake (delivered, failed) or null, queues (queue, place, moved, left, underWay).'),
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
    { code: 0, meaning: 'delivered, or moved back to the queues' },
    { code: FAULT, meaning: 'a fault, or a message of the lake failed again' },
    { code: 2, meaning: 'wrong usage' },
  ],
  run,
};

async function run(args: Arguments, terminal: Terminal): Promise<number> {
  const format = chosenFormat(args, TABLE_OR_JSON);
  const named = namedQueues(args);
  const lake = wantsLake(args, named) ? await redriven(args, terminal) : null;
  const queues: QueueRedrive[] = [];
  for (const { queue, url, letters } of await openQueues(named))
    queues.push({ queue, place: url, ...(await letters.redrive()) });
  await (format === 'json'
    ? terminal.json({ lake, queues })
    : terminal.out([...(lake ? lakeRedriveLines(lake.place, lake) : []), ...queues.map(queueRedriveLine)]));
  return lake && lake.failed.length > 0 ? FAULT : 0;
}

function redriven(args: Arguments, terminal: Terminal): Promise<LakeRedrive & { readonly place: string }> {
  const needs = { landing: 'required', lake: 'required', writes: true } as const;
  return withLake(args, terminal, needs, async (local) => {
    const { redriveLake } = await import('../local/redrive-lake.ts');
    const { catalog, lake } = local.effects;
    warnOfAside(terminal, catalog.aside);
    return {
      place: lake.location,
      ...(await withProgress(terminal, (progress) => redriveLake(local, progress))),
    };
  });
}
