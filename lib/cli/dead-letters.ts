// `sluice dead-letters`: which messages failed permanently, about what, and why. Read-only.
import { isS3Location, parseLocation, type S3Location } from '../adapters/s3-location.ts';
import { mapInParallel } from '../in-parallel.ts';
import { explainSource } from '../inspect/explain-source.ts';
import type { Effects } from '../lake/effects.ts';
import { warnOfAside } from './aside-text.ts';
import { chosenFormat, TABLE_OR_JSON, tableOrJson } from './choices.ts';
import { type Letter, letterOfLake, letterOfQueue } from './dead-letter.ts';
import { FILES_DLQ, namedQueues, openQueues, REFRESH_DLQ, wantsLake } from './dead-letter-queues.ts';
import { type LetterBox, letterDocument, letterLines } from './dead-letter-text.ts';
import { FAULT } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';
import { type Arguments, LAKE, LANDING, SCHEMAS, VERBOSE, type Verb } from './verb.ts';
import { withLake } from './with-lake.ts';

export const deadLetters: Verb = {
  description: `Without a queue: the messages in the lake's dead-letters folder, where "sluice sync" and "sluice start" put what
failed three times. With one or both queue URLs: the messages in these queues of a deployed stack; they stay in
the queue (SQS counts this as a receive). With --landing and --lake as well, each source file's current state
shows why it failed, and whether anything is left to do.`,
  options: [
    FILES_DLQ,
    REFRESH_DLQ,
    LANDING,
    LAKE,
    SCHEMAS,
    tableOrJson('waiting, and letters with queue, place, messageId, about, reason, receives, at.'),
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
    { code: 0, meaning: 'printed' },
    { code: FAULT, meaning: 'the lake does not exist, or a queue cannot be read' },
    { code: 2, meaning: 'wrong usage' },
  ],
  run,
};

const MAX_SHOWN = 100;

async function run(args: Arguments, terminal: Terminal): Promise<number> {
  const format = chosenFormat(args, TABLE_OR_JSON);
  const queues = namedQueues(args);
  const boxes = wantsLake(args, queues)
    ? await lakeAndQueues(args, terminal, queues)
    : await queueBoxes(queues, undefined);
  await (format === 'json' ? terminal.json(letterDocument(boxes)) : terminal.out(letterLines(boxes)));
  return 0;
}

function lakeAndQueues(
  args: Arguments,
  terminal: Terminal,
  queues: ReturnType<typeof namedQueues>,
): Promise<LetterBox[]> {
  // Landing is read only to find the reasons.
  const isNamed = args.isChosen('landing');
  const needs = { landing: isNamed ? 'wanted' : 'unused', lake: 'required', writes: false } as const;
  return withLake(args, terminal, needs, async ({ effects, deadLetters }) => {
    const { location } = effects.lake;
    warnOfAside(terminal, effects.catalog.aside);
    const letters = (await deadLetters.read()).map((letter) => letterOfLake(location, letter));
    const box = { place: location, waiting: letters.length, letters };
    return [box, ...(await queueBoxes(queues, isNamed ? effects : undefined))];
  });
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

/** If it is in S3. */
function landingOf(effects: Effects | undefined): S3Location | undefined {
  const location = effects?.landing.location ?? '';
  return isS3Location(location) ? parseLocation(location) : undefined;
}

async function explained(effects: Effects | undefined, letter: Letter): Promise<Letter> {
  if (effects === undefined || letter.queue !== 'files' || letter.isRefused) return letter;
  const states: string[] = [];
  for (const source of letter.about) {
    const state = await explainSource(effects, source);
    states.push(letter.about.length === 1 ? state : `${source}: ${state}`);
  }
  return { ...letter, reason: `${states.join('; ')}; ${letter.reason}` };
}
