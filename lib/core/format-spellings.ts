// The texts of a format of dates and times, as sequences of parts with the characters that each may have: what format-overlap.ts
// searches. The shapes themselves are date-format.ts's and datetime-sql.ts's.

import {
  aroundOffset,
  epochPlaces,
  type FormattedType,
  FULL_MONTHS,
  isEpoch,
  isPattern,
  MONTHS,
  needsOffsetMinutes,
} from './date-format.ts';

/** The characters allowed at each position. */
export type Form = readonly string[];

/** `name`: a directive, `sign`, `whole <format>` or `fraction <format>` of an epoch, or '' for characters without a meaning. */
export type Element = { readonly name: string; readonly forms: readonly Form[] };

/** `isNextDay`: an end of day, 24:00. */
export type Spelling = { readonly elements: readonly Element[]; readonly isNextDay: boolean };

export const DIGITS = '0123456789';

const digits = (count: number): Form => Array.from({ length: count }, () => DIGITS);
/** The longest first: so a witness looks as people write. */
const upTo = (most: number, least = 1): Form[] =>
  Array.from({ length: most - least + 1 }, (_, i) => digits(most - i));
const caseless = (word: string): Form =>
  [...word].map((letter, i) => {
    const [upper, lower] = [letter.toUpperCase(), letter.toLowerCase()];
    return i === 0 ? `${upper}${lower}` : `${lower}${upper}`;
  });

const TWO_DIGITS = 'mdHIMS';

export function spellings(type: FormattedType, format: string): Spelling[] {
  if (isEpoch(format)) return [{ elements: epochElements(format), isNextDay: false }];
  if (isPattern(format)) return [{ elements: elementsOf(format, false), isNextDay: false }];
  const spelt = (patterns: readonly string[], isNextDay: boolean) =>
    patterns.map((pattern) => ({ elements: elementsOf(pattern, true), isNextDay }));
  if (type === 'date') return spelt(['%Y-%m-%d'], false);
  const isAny = format === 'any';
  const times = [...(isAny ? ['%H:%M'] : []), '%H:%M:%S', '%H:%M:%S.%f'];
  if (type === 'time') return spelt(times, false);
  const dated = (ends: readonly string[]) =>
    (isAny ? ['T', ' '] : ['T']).flatMap((between) =>
      ends.flatMap((time) => ['', '%z'].map((offset) => `%Y-%m-%d${between}${time}${offset}`)),
    );
  const midnights = isAny
    ? ['24:00', '24:00:00', ...[1, 2, 3, 4, 5, 6].map((n) => `24:00:00.${'0'.repeat(n)}`)]
    : [];
  return [...spelt(dated(times), false), ...spelt(dated(midnights), true)];
}

/** `isStrict`: two digits where strptime takes one or two. */
function elementsOf(format: string, isStrict: boolean): Element[] {
  const minutes = needsOffsetMinutes(aroundOffset(format)?.after ?? '');
  return [...format.matchAll(/%(.)|[^%]/gsu)].map(([character, directive]) => {
    if (directive === undefined || directive === '%') return { name: '', forms: [[directive ?? character]] };
    return { name: directive, forms: formsOf(directive, isStrict, minutes) };
  });
}

function formsOf(directive: string, isStrict: boolean, minutes: boolean): Form[] {
  if (TWO_DIGITS.includes(directive)) return isStrict ? [digits(2)] : upTo(2);
  switch (directive) {
    case 'Y':
      return [digits(4)];
    case 'y':
      return [digits(2)];
    case 'f':
      return upTo(6);
    case 'b':
      return MONTHS.map(caseless);
    case 'B':
      return FULL_MONTHS.map(caseless);
    case 'p':
      return [caseless('am'), caseless('pm')];
    default: {
      const hours: Form = ['+-', ...digits(2)];
      const whole: Form[] = [
        [...hours, ':', ...digits(2)],
        [...hours, ...digits(2)],
      ];
      return [...whole, ...(minutes ? [] : [hours]), ['Z']];
    }
  }
}

function epochElements(format: string): Element[] {
  const places = epochPlaces(format);
  return [
    { name: 'sign', forms: [[], ['-']] },
    { name: `whole ${format}`, forms: upTo(18 - places).reverse() },
    {
      name: `fraction ${format}`,
      forms: [[], ...(places === 0 ? [['.', '0']] : upTo(places).map((form) => ['.', ...form]))],
    },
  ];
}
