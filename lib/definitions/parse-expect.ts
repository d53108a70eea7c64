// What a contract expects to arrive regularly (`expect`): its words are checked together with the path, which must tell the period of
// each file. When a period is due is in lib/core/expect.ts.
import { captureNames } from '../core/captures.ts';
import { type Field, fieldHeaders } from '../core/contract.ts';
import { isDay } from '../core/date-format.ts';
import type { DatedBy, DatePart, Expect } from '../core/expect.ts';
import { dayMs, type Every, periodAt, periodStart } from '../core/period.ts';
import { quoted } from '../core/violation.ts';
import { globbedFields } from '../lake/path-values.ts';
import type { ExpectWords, ResourceWords } from './contract-schema.ts';
import { checkTimezone, unknownField } from './parse-field.ts';
import type { Place } from './place.ts';

/** Undefined where nothing is expected. `place`: of the word. */
export function parseExpect(
  { expect: words, path, timezone = 'UTC' }: ResourceWords,
  fields: readonly Field[],
  place: Place,
): Expect | undefined {
  if (words === undefined) return undefined;
  const given = globbedFields({ path, fields });
  const inPath = fields.filter(({ name }) => given.includes(name));
  if (words.timezone !== undefined) checkTimezone(words.timezone, place.at('timezone'));
  if (words.every === 'hour' && words.daysAfter !== undefined)
    place
      .at('daysAfter')
      .refuse('an hour is due "by" hours and minutes after its end, which may be up to 23:59: remove it');
  const datedBy =
    words.field === undefined
      ? guessedParts(words.every, path, inPath, place)
      : namedParts(words, path, fields, inPath, place.at('field'));
  const from = parseFrom(words, place.at('from'));
  return {
    every: words.every,
    byMinutes: parseBy(words, place.at('by')),
    daysAfter: words.every === 'hour' ? 0 : (words.daysAfter ?? 1),
    timezone: words.timezone ?? timezone,
    datedBy,
    per: parsePer(words, path, fields, inPath, datedBy, place.at('per')),
    ...(from === undefined ? {} : { from }),
  };
}

function parseBy({ every, by }: ExpectWords, place: Place): number {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(by) ?? [];
  if (hours !== undefined) return Number(hours) * 60 + Number(minutes);
  const meaning =
    every === 'hour'
      ? 'hours and minutes after the end of the hour, such as "00:15"'
      : 'a time of day from "00:00" to "23:59", such as "06:00"';
  return place.refuse(`${quoted(by)} is not a time: write ${meaning}`);
}

const FIRST_DAYS: Readonly<Partial<Record<Every, string>>> = {
  week: 'a Monday',
  month: 'the first day of a month',
};

function parseFrom({ every, from }: ExpectWords, place: Place): number | undefined {
  if (from === undefined) return undefined;
  if (!isDay(from)) place.refuse(`${quoted(from)} is not a day: write it as "2026-01-31"`);
  const period = periodAt(every, dayMs(from));
  if (periodStart(every, period) === dayMs(from)) return period;
  const before = new Date(periodStart(every, period)).toISOString().slice(0, 10);
  const after = new Date(periodStart(every, period + 1)).toISOString().slice(0, 10);
  return place.refuse(
    `${quoted(from)} is within a ${every}, so that it is not clear whether that ${every} is expected: write ${FIRST_DAYS[every]}, "${before}" or "${after}"`,
  );
}

/** In the order in which fields fill them. */
const PARTS = ['year', 'month', 'day', 'hour'] as const;
/** How many of them are filled by it. */
const FILLS = { date: 3, yearmonth: 2, year: 1 } as const;
/** How many of them tell the period. */
const NEEDED: Readonly<Record<Every, number>> = { hour: 4, day: 3, week: 3, month: 2 };

function guessedParts(every: Every, path: string, inPath: readonly Field[], place: Place): DatedBy {
  const found = guesses(every, inPath);
  const [only, rival] = found;
  if (only === undefined) {
    const there = inPath.map(({ name, type }) => `${name} (${type})`).join(', ');
    return place.refuse(
      `the key of a file must tell its ${every === 'week' ? 'day' : every}, and the path ${quoted(path)} ${there === '' ? 'names no field' : `names only ${there}`}: ${HOW[every]}`,
    );
  }
  if (rival === undefined) return only;
  const [a, b] = [only, rival].map((parts) => Object.values(parts).join(', '));
  return place.refuse(
    `the path tells the ${every} in more than one way (${a}; ${b}): add the one that counts, such as "field": ${JSON.stringify(Object.values(only).length === 1 ? a : Object.values(only))}`,
  );
}

const DAY =
  'add a folder for a field of type date, such as "day=*", or folders for integers named year, month and day';
const HOW: Readonly<Record<Every, string>> = {
  hour: `${DAY}, and one for an integer named hour`,
  day: DAY,
  week: DAY,
  month:
    'add a folder for a field of type yearmonth or date, such as "month=*", or folders for integers named year and month',
};

/** All ways in which the fields tell a period. */
function guesses(every: Every, inPath: readonly Field[]): DatedBy[] {
  const ofType = (type: Field['type']) => inPath.filter((field) => field.type === type);
  const called = (part: DatePart) =>
    ofType('integer').filter((field) =>
      [field.name, ...fieldHeaders(field)].some((name) => name.toLowerCase() === part),
    );
  const begins = [
    ...ofType('date').map((field) => ({ part: 'date' as const, field })),
    ...ofType('yearmonth').map((field) => ({ part: 'yearmonth' as const, field })),
    ...[...ofType('year'), ...called('year')].map((field) => ({ part: 'year' as const, field })),
  ];
  return begins.flatMap(({ part, field }) => {
    const rest = PARTS.slice(FILLS[part], NEEDED[every]).map(
      (name) => [name, called(name)[0]?.name] as const,
    );
    if (rest.some(([, name]) => name === undefined)) return [];
    return [Object.fromEntries([[part, field.name], ...rest]) as DatedBy];
  });
}

/** The fields in their order: a date, yearmonth or year, then integers for what is missing of month, day and hour. */
function namedParts(
  { every, field: words }: ExpectWords,
  path: string,
  fields: readonly Field[],
  inPath: readonly Field[],
  place: Place,
): DatedBy {
  const names = typeof words === 'string' ? [words] : (words ?? []);
  const parts: Partial<Record<DatePart, string>> = {};
  let filled = 0;
  for (const [i, name] of names.entries()) {
    const at = typeof words === 'string' ? place : place.at(i);
    const { type } = fieldInPath(name, path, fields, inPath, at);
    const part = filled === 0 ? firstPart(type) : type === 'integer' ? PARTS[filled] : undefined;
    if (part === undefined)
      return at.refuse(
        `${name} is of type ${type}: list a date, yearmonth or year, then integers for what it lacks of month, day and hour`,
      );
    parts[part] = name;
    filled = filled === 0 ? FILLS[part as keyof typeof FILLS] : filled + 1;
  }
  if (filled < NEEDED[every])
    place.refuse(
      `${names.join(', ')} ${names.length === 1 ? 'tells' : 'tell'} no more than the ${PARTS[filled - 1]}, but "every": "${every}" needs the ${PARTS[NEEDED[every] - 1]}: list a field for it, too`,
    );
  return parts;
}

function firstPart(type: Field['type']): keyof typeof FILLS | undefined {
  if (type === 'integer') return 'year';
  return type === 'date' || type === 'yearmonth' || type === 'year' ? type : undefined;
}

function fieldInPath(
  name: string,
  path: string,
  fields: readonly Field[],
  inPath: readonly Field[],
  place: Place,
): Field {
  const field = fields.find((candidate) => candidate.name === name);
  if (field === undefined) return place.refuse(unknownField(name, fields));
  if (inPath.includes(field)) return field;
  return place.refuse(
    `the path ${quoted(path)} does not name ${name}, so that no key tells it: add a folder such as "${name}=*" to the path`,
  );
}

function parsePer(
  { per = [], every }: ExpectWords,
  path: string,
  fields: readonly Field[],
  inPath: readonly Field[],
  datedBy: DatedBy,
  place: Place,
): string[] {
  const captured = captureNames(path);
  per.forEach((name, i) => {
    const at = place.at(i);
    if (!captured.includes(name)) fieldInPath(name, path, fields, inPath, at);
    if (per.indexOf(name) !== i) at.refuse(`${quoted(name)} is listed twice: remove one`);
    if (Object.values(datedBy).includes(name))
      at.refuse(`${name} tells the ${every} already, of which each is expected: remove it`);
  });
  return per;
}
