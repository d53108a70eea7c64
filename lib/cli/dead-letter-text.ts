// Dead letters, and the results of a redrive: as lines for people, as JSON documents for programs. Pure.
import type { Redriven } from '../adapters/sqs-redrive.ts';
import type { LakeRedrive } from '../local/redrive-lake.ts';
import type { Letter, QueueName } from './dead-letter.ts';
import { deadLetterLine } from './sync-text.ts';
import { count, firstWords, number, timeText } from './text.ts';

/** A folder or queue of dead letters. `waiting`: approximately how many in all, shown or not. */
export type LetterBox = {
  readonly place: string;
  readonly waiting: number;
  readonly letters: readonly Letter[];
};

const MAX_NAMED = 5;

/** Lines without line ends. */
export function letterLines(boxes: readonly LetterBox[]): string[] {
  const lines = boxes.flatMap(boxLines);
  const isEmpty = boxes.every(({ waiting }) => waiting === 0);
  return isEmpty
    ? lines
    : [...lines, '', 'After fixing the cause, run "npx sluice redrive" to deliver them again.'];
}

function boxLines({ place, waiting, letters }: LetterBox): string[] {
  if (waiting === 0) return [`${place}: no dead letters`];
  const shown = letters.length < waiting ? `, ${number(letters.length)} shown` : '';
  return [`${place}: ${count(waiting, 'dead letter')}${shown}`, ...letters.flatMap(linesOf)];
}

function linesOf({ about, reason, receives, at }: Letter): string[] {
  const history = [
    ...(receives === null ? [] : [`received ${receives === 1 ? 'once' : `${number(receives)} times`}`]),
    ...(at === null ? [] : [`${receives === null ? '' : 'first '}${timeText(at)}`]),
  ];
  const subject = about.length === 0 ? 'a message of an unknown kind' : firstWords(about, MAX_NAMED);
  return [`  ${subject}${history.length === 0 ? '' : ` (${history.join(', ')})`}`, `    ${reason}`];
}

/** See `sluice dead-letters --help`: programs read these property names. */
export function letterDocument(boxes: readonly LetterBox[]): unknown {
  return {
    waiting: boxes.reduce((total, { waiting }) => total + waiting, 0),
    letters: boxes.flatMap(({ letters }) => letters.map(({ isRefused: _, ...letter }) => letter)),
  };
}

/** Lines without line ends. */
export function lakeRedriveLines(place: string, { delivered, failed }: LakeRedrive): string[] {
  const lines = [
    `${place}: ${delivered + failed.length === 0 ? 'no dead letters' : `${count(delivered, 'message')} delivered again`}`,
  ];
  if (failed.length === 0) return lines;
  return [...lines, 'Failed again; they stay:', ...failed.map((letter) => `  ${deadLetterLine(letter)}`)];
}

export type QueueRedrive = Redriven & { readonly queue: QueueName; readonly place: string };

export function queueRedriveLine({ place, moved, left, underWay }: QueueRedrive): string {
  const rest = underWay
    ? `; SQS is still moving about ${number(left)} more`
    : left === 0
      ? ''
      : `; about ${number(left)} remain: run it again`;
  return `${place}: ${moved === 0 ? 'nothing' : count(moved, 'message')} sent back${rest}`;
}
