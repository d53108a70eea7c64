// The strptime formats of dates, datetimes and times: which are supported, what their texts look like, and parsing of a
// contract's own values. DuckDB parses the data; lib/definitions/check-dataset.ts asks it whether it knows a format.
// https://docs.python.org/3/library/datetime.html#strftime-and-strptime-behavior

export type FormattedType = 'date' | 'datetime' | 'time';

const DIRECTIVES: Readonly<Record<FormattedType, string>> = {
  date: 'YymdbB',
  datetime: 'YymdbBHIpMSfz',
  time: 'HIpMSf',
};

const MAX_FORMAT_CHARACTERS = 200;

/** At most one directive of each group: a second one would contradict the first or be ignored. */
const SAME_PART = ['Yy', 'mbB', 'd', 'HI', 'Hp', 'M', 'S', 'f', 'z'];

/** Texts are strptime's: neither ISO 8601 nor an epoch. */
export function isPattern(format: string): boolean {
  return format !== 'default' && format !== 'any' && !isEpoch(format);
}

/** Instants as numbers since 1970-01-01T00:00:00Z: how many decimal places down to the microsecond each unit has. */
const EPOCH_PLACES: Readonly<Record<string, number>> = { epoch: 6, 'epoch-ms': 3, 'epoch-us': 0 };

export function isEpoch(format: string): boolean {
  return Object.hasOwn(EPOCH_PLACES, format);
}

/** 6 for seconds, 3 for milliseconds, 0 for microseconds. */
export function epochPlaces(format: string): number {
  return EPOCH_PLACES[format] ?? 0;
}

/** For RE2 and JavaScript: up to the year 9999 and beyond; 18 digits with all places, which is within 64 bits. */
export function epochShape(format: string): string {
  const places = epochPlaces(format);
  const fraction = places === 0 ? '(?:\\.0+)?' : `(?:\\.\\d{1,${places}}0*)?`;
  return `-?\\d{1,${18 - places}}${fraction}`;
}

/**
 * Why a strptime format is not supported; undefined if it is. A date needs year, month and day of the month, a time at
 * least its hour: nothing is guessed.
 */
export function dateFormatProblem(type: FormattedType, format: string): string | undefined {
  if (isEpoch(format))
    return type === 'datetime'
      ? undefined
      : `it is an instant, and only a datetime has one: make "datetime" the type`;
  if (!isPattern(format)) return undefined;
  if (format.length > MAX_FORMAT_CHARACTERS)
    return `it has ${format.length} characters, but at most ${MAX_FORMAT_CHARACTERS} are allowed`;
  const supported = DIRECTIVES[type];
  const found = [...format.matchAll(/%(.?)/gs)].map((match) => match[1] ?? '');
  const epochs = type === 'datetime' ? ' "epoch", "epoch-ms", "epoch-us",' : '';
  const shown = `"default", "any",${epochs} or a format of ${[...supported].map((d) => `%${d}`).join(' ')}`;
  if (found.length === 0) return `write ${shown}`;
  const unknown = found.find((directive) => directive === '' || !`${supported}%`.includes(directive));
  if (unknown !== undefined) return `"%${unknown}" is not supported; write ${shown}`;
  const has = (directives: string) => [...directives].some((directive) => found.includes(directive));
  if (type !== 'time' && !has('Yy')) return 'it has no year: add %Y';
  if (type !== 'time' && !(has('mbB') && has('d'))) return 'it has no full date: add %m and %d';
  if (type !== 'date' && !has('H') && !(has('I') && has('p'))) return 'it has no hour: add %H, or %I with %p';
  const twice = SAME_PART.map((same) => found.filter((directive) => same.includes(directive)));
  const rivals = twice.find((directives) => directives.length > 1);
  if (rivals) return `${rivals.map((d) => `%${d}`).join(' and ')} could contradict each other: keep one`;
  return undefined;
}

const DIRECTIVE_PATTERNS: Readonly<Record<string, string>> = {
  Y: '\\d{4}',
  y: '\\d{2}',
  m: '\\d{1,2}',
  d: '\\d{1,2}',
  b: '[A-Za-z]{3}',
  B: '[A-Za-z]+',
  H: '\\d{1,2}',
  I: '\\d{1,2}',
  p: '[AaPp][Mm]',
  M: '\\d{1,2}',
  S: '\\d{1,2}',
  f: '\\d{1,6}',
  z: '(?:[+-](?:[01]\\d|2[0-3])(?::?[0-5]\\d)?|Z)',
  '%': '%',
};

/** A pattern for RE2 that texts of the format match: DuckDB's strptime also accepts `infinity` and surrounding spaces. */
export function formatPattern(format: string): string {
  return patternOf(format, (_, pattern) => pattern);
}

/** What stands before and after the offset; undefined if the format has none. */
export function aroundOffset(
  format: string,
): { readonly before: string; readonly after: string } | undefined {
  const found = [...format.matchAll(/%(.)/gsu)].find((match) => match[1] === 'z');
  return found && { before: format.slice(0, found.index), after: format.slice(found.index + 2) };
}

/** An offset must have its minutes where a digit or a colon may follow it: `+0215` would else be +02 and 15. */
export function needsOffsetMinutes(after: string): boolean {
  return /^(?:[\d:]|%[YymdHIMSf])/.test(after);
}

function patternOf(format: string, part: (directive: string, pattern: string) => string): string {
  return format.replace(/%(.)|[^%]/gsu, (character, directive: string | undefined) =>
    directive === undefined
      ? character.replace(/[\^$\\.*+?()[\]{}|/]/, '\\$&')
      : part(directive, directivePattern(directive, format)),
  );
}

function directivePattern(directive: string, format: string): string {
  const isWhole = directive === 'z' && needsOffsetMinutes(aroundOffset(format)?.after ?? '');
  return isWhole ? '(?:[+-](?:[01]\\d|2[0-3]):?[0-5]\\d|Z)' : (DIRECTIVE_PATTERNS[directive] ?? '');
}

export const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
export const FULL_MONTHS =
  'january february march april may june july august september october november december'.split(' ');

/**
 * The ISO 8601 form of a text in the format: `2024-01-31`, `2024-01-31T23:59:00`, `23:59:00.5`. Undefined if it
 * does not match the format; does not check whether the date exists.
 */
export function isoText(type: FormattedType, format: string, text: string): string | undefined {
  const pattern = patternOf(format, (directive, shape) =>
    directive === '%' ? '%' : `(?<${directive}>${shape})`,
  );
  const found = new RegExp(`^${pattern}$`, 'su').exec(text)?.groups;
  return found && isoOfParts(type, found);
}

/** The same for a text's parts by directive, each in its shape. */
export function isoOfParts(type: FormattedType, found: FormatParts): string | undefined {
  const date = isoDate(found);
  const time = isoTime(found);
  if (type === 'date') return date;
  if (type === 'time') return time;
  if (date === undefined || time === undefined) return undefined;
  const offset =
    found.z?.replace(/^([+-]\d\d):?(\d\d)?$/, (_, hours, minutes = '00') => `${hours}:${minutes}`) ?? '';
  return `${date}T${time}${offset}`;
}

export type FormatParts = Readonly<Record<string, string | undefined>>;

function isoDate(parts: FormatParts): string | undefined {
  const name = (parts.b ?? parts.B ?? '').toLowerCase();
  const named = parts.b === undefined ? FULL_MONTHS.indexOf(name) : MONTHS.indexOf(name);
  const month = parts.m ?? String(named + 1);
  // Two digits as in C and Python: 69 to 99 belong to the 20th century.
  const year = parts.Y ?? `${Number(parts.y) >= 69 ? '19' : '20'}${parts.y}`;
  if (month === '0') return undefined;
  return `${year}-${month.padStart(2, '0')}-${(parts.d ?? '').padStart(2, '0')}`;
}

function isoTime(parts: FormatParts): string | undefined {
  let hour = Number(parts.H ?? parts.I);
  if (parts.I !== undefined) {
    if (hour < 1 || hour > 12) return undefined;
    hour = (hour % 12) + (parts.p?.toLowerCase() === 'pm' ? 12 : 0);
  }
  const two = (digits: string) => digits.padStart(2, '0');
  const fraction = parts.f?.replace(/0+$/, '') ?? '';
  const text = `${two(String(hour))}:${two(parts.M ?? '0')}:${two(parts.S ?? '0')}`;
  return fraction === '' ? text : `${text}.${fraction}`;
}

/** The instant of a text in the epoch, in ISO 8601 with six digits of a second; undefined if it is none. */
export function isoOfEpoch(format: string, text: string): string | undefined {
  if (!new RegExp(`^${epochShape(format)}$`).test(text)) return undefined;
  const [whole = '', fraction = ''] = text.split('.');
  const places = epochPlaces(format);
  const micros = BigInt(`${whole}${fraction.slice(0, places).padEnd(places, '0')}`);
  const inSecond = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const date = new Date(Number((micros - inSecond) / 1000n));
  const year = Number.isNaN(date.getTime()) ? 0 : date.getUTCFullYear();
  if (year < 1 || year > 9999) return undefined;
  return `${date.toISOString().slice(0, 19)}.${String(inSecond).padStart(6, '0')}Z`;
}

/** True for a day that exists, written `YYYY-MM-DD`. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
