// `sluice dead-letters`: which messages failed for good, about what, and why. Takes nothing away.
import { isS3Location, parseLocation, type S3Location } from '../adapters/s3-location.ts';
import { mapInParallel } from '../in-parallel.ts';
import type { Effects } from '../lake/effects.ts';
import { warnOfAside } from './aside-text.ts';
import { type Letter, letterOfLake, letterOfQueue } from './dead-letter.ts';
import { FILES_DLQ, namedQueues, openQueues, REFRESH_DLQ, wantsLake } from './dead-letter-queues.ts';
import type { LetterBox } from './dead-letter-text.ts';
import { locations, matchingLocations } from './locations.ts';
import type { Terminal } from './terminal.ts';
import { type Arguments, LAKE, LANDING, SCHEMAS, VERBOSE, type Verb } from './verb.ts';

export const deadLetters: Verb = {
  name: 'dead-letters',
  summary: 'Say which messages failed for good, about which source file, and why.',
  description: `Without a queue: what lies in the lake's dead-letters folder, where "sluice sync" and "sluice start" leave what
failed three times. With one or both queues' URLs: what lies in these queues of a deployed stack; they
are looked at, not received for good (SQS counts the look). With --landing and --lake as well, each
source file's present state tells why, and whether anything is left to do.`,
  options: [
    FILES_DLQ,
    REFRESH_DLQ,
    LANDING,
    LAKE,
    SCHEMAS,
    {
      name: 'json',
      description:
        'One JSON document on standard output: waiting, and letters with queue, place, messageId,\nabout, reason, receives, at.',
    },
    VERBOSE,
  ],
  examples: [
    { command: 'npx sluice dead-letters', meaning: "the local lake's" },
    {
      command:
        'npx sluice dead-letters --files-dlq "$FILES_DLQ" --landing s3://my-landing --lake s3://my-lake',
      meaning: "a stack's, with the reasons",
    },
  ],
  exitCodes: [
    { code: 0, meaning: 'said, whatever it is' },
    { code: 1, meaning: 'there is no lake yet, or a queue cannot be read' },
    { code: 2, meaning: 'wrong usage' },
  ],
  run,
};

const MAX_SHOWN = 100;

async function run(args: Arguments, terminal: Terminal): Promise<number> {
  const queues = namedQueues(args);
  const { letterDocument, letterLines } = await import('./dead-letter-text.ts');
  const boxes = wantsLake(args, queues)
    ? await withLake(args, terminal, async (effects, lakeBox) => [
        lakeBox,
        ...(await queueBoxes(queues, args.flag('landing') ? effects : undefined)),
      ])
    : await queueBoxes(queues, undefined);
  await (args.flag('json') ? terminal.json(letterDocument(boxes)) : terminal.out(letterLines(boxes)));
  return 0;
}

async function withLake<T>(
  args: Arguments,
  terminal: Terminal,
  work: (effects: Effects, box: LetterBox) => Promise<T>,
): Promise<T> {
  // Landing is looked at for the reasons alone.
  const places = args.flag('landing') ? matchingLocations(args) : locations(args);
  const { openLake } = await import('../local/open-lake.ts');
  const { requireLake } = await import('../local/places.ts');
  const { terminalLog } = await import('./log-lines.ts');
  await requireLake(places);
  const local = await openLake(places, terminalLog(terminal, args.flag('verbose')), { readOnly: true });
  try {
    const { location } = local.effects.lake;
    warnOfAside(terminal, local.effects.catalog.aside);
    const letters = (await local.deadLetters.read()).map((letter) => letterOfLake(location, letter));
    return await work(local.effects, { place: location, waiting: letters.length, letters });
  } finally {
    await local.close();
  }
}

async function queueBoxes(
  queues: ReturnType<typeof namedQueues>,
  effects: Effects | undefined,
): Promise<LetterBox[]> {
  const opened = await openQueues(queues);
  return mapInParallel(opened, async ({ queue, url, letters: letterQueue }) => {
    const { messages, waiting } = await letterQueue.look(MAX_SHOWN);
    const letters: Letter[] = [];
    for (const message of messages)
      letters.push(await explained(effects, letterOfQueue(queue, url, message, landingOf(effects))));
    return { place: url, waiting, letters };
  });
}

/** Where it is in S3. */
function landingOf(effects: Effects | undefined): S3Location | undefined {
  const location = effects?.landing.location ?? '';
  return isS3Location(location) ? parseLocation(location) : undefined;
}

async function explained(effects: Effects | undefined, letter: Letter): Promise<Letter> {
  if (effects === undefined || letter.queue !== 'files' || letter.isRefused) return letter;
  const { explainSource } = await import('../inspect/explain-source.ts');
  const states: string[] = [];
  for (const source of letter.about) {
    const state = await explainSource(effects, source);
    states.push(letter.about.length === 1 ? state : `${source}: ${state}`);
  }
  return { ...letter, reason: `${states.join('; ')}; ${letter.reason}` };
}
