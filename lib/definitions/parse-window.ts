// The window in an insight's front matter: `{day: 6}` or `{day: {before: 6, after: 1}}`, and the partition columns that it is
// about.
import { didYouMean } from '../core/did-you-mean.ts';
import type { DatePart, PartUnit, Window } from '../core/window.ts';
import type { Place } from './place.ts';

/** As written; not yet checked against the partition columns. */
export type WindowWords = { readonly column: string; readonly before: number; readonly after: number };

/** Beyond this, one changed partition would have too many others computed. */
const MAX_STEPS = 1000;
const EXAMPLE = 'a partition column and how many partitions before it are seen, such as {day: 6}';

/** `place`: of the property `window`, or of what is in it. Throws DefinitionError. */
export function parseWindow(words: unknown, place: (...path: PropertyKey[]) => Place): WindowWords {
  const isRecord = typeof words === 'object' && words !== null && !Array.isArray(words);
  const [first, ...others] = isRecord ? Object.entries(words) : [];
  if (first === undefined) return place().refuse(`it must be ${EXAMPLE}`);
  if (others.length > 0)
    place(others[0]?.[0] ?? '').refuse(
      'a window counts along one partition column: remove the others (those for year, month and day are one date, which "day" counts)',
    );
  const [column, steps] = first;
  const { before, after } = parseSteps(column, steps, place);
  if (before + after === 0) place(column).refuse('it sees its own partition alone: remove "window"');
  if (before + after > MAX_STEPS)
    place(column).refuse(
      `it sees ${before + after} partitions besides its own, but may see at most ${MAX_STEPS}: partition by something coarser, or compute it in two insights`,
    );
  return { column, before, after };
}

function parseSteps(column: string, steps: unknown, place: (...path: PropertyKey[]) => Place) {
  if (typeof steps !== 'object' || steps === null || Array.isArray(steps))
    return { before: whole(steps, place(column)), after: 0 };
  const { before = 0, after = 0, ...others } = steps as Readonly<Record<string, unknown>>;
  const [other] = Object.keys(others);
  if (other !== undefined)
    place(column, other).refuse(`"${other}" is not a property of a window: write "before" and "after"`);
  return { before: whole(before, place(column, 'before')), after: whole(after, place(column, 'after')) };
}

function whole(value: unknown, place: Place): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  return place.refuse(`it must be a whole number of partitions from 0: such as {day: 6}`);
}

/** `partitionBy`: the insight's, of which `parts` says what they count. Throws DefinitionError. */
export function bindWindow(
  { column, before, after }: WindowWords,
  partitionBy: readonly string[],
  parts: ReadonlyMap<string, DatePart>,
  place: Place,
): Window {
  if (partitionBy.length === 0)
    place.refuse(
      'this insight has one partition, which has no neighbours: remove "window", or add partitionBy',
    );
  if (!partitionBy.includes(column))
    place.refuse(
      `${JSON.stringify(column)} is not in partitionBy.${didYouMean(column, partitionBy)} Name one of ${partitionBy.join(', ')}`,
    );
  const part =
    parts.get(column) ??
    place.refuse(
      `${column} has neither dates nor whole numbers, so that its partitions have no neighbours: name a column of dates, months, hours, years or whole numbers`,
    );
  const same = partitionBy.filter((name) => parts.get(name)?.of === part.of);
  const finer = same.find((name) => ORDER.indexOf(unitOf(parts, name)) > ORDER.indexOf(part.unit));
  if (finer !== undefined)
    place.refuse(
      `${finer} is part of the same date as ${column}, and a partition is one of its values: count in ${finer}`,
    );
  const position = part.isWhole ? [column] : positionOf(column, part.unit, same, parts, place);
  return {
    unit: part.unit,
    position,
    equal: partitionBy.filter((name) => !same.includes(name)),
    before,
    after,
  };
}

const ORDER: readonly (PartUnit | undefined)[] = ['year', 'month', 'day', 'hour'];

function unitOf(parts: ReadonlyMap<string, DatePart>, name: string): PartUnit | undefined {
  return parts.get(name)?.unit;
}

/** A month needs its year, a day both. */
function positionOf(
  column: string,
  unit: PartUnit,
  same: readonly string[],
  parts: ReadonlyMap<string, DatePart>,
  place: Place,
): string[] {
  const find = (wanted: PartUnit, isWhole: boolean) =>
    same.find((name) => parts.get(name)?.unit === wanted && parts.get(name)?.isWhole === isWhole);
  const [year, month] = [find('year', true), find('month', false)];
  const whole = find(unit, true) ?? (unit === 'day' ? find('month', true) : undefined);
  if (whole !== undefined) return parts.get(whole)?.unit === unit ? [whole] : [whole, column];
  if (unit === 'month' && year !== undefined) return [year, column];
  if (unit === 'day' && year !== undefined && month !== undefined) return [year, month, column];
  return place.refuse(
    `${column} alone says no date: partitionBy needs the year${unit === 'day' ? ' and the month' : ''} before it`,
  );
}
