// Texts that a field's contract probably accepts, the best first: from its type, format and limits alone, never from data.
// Whether it does is for a conversion to say. Pure.
import { type Field, fieldFormats } from '../core/contract.ts';
import { isEpoch, isPattern } from '../core/date-format.ts';
import { textOfPattern } from './pattern-example.ts';

const MAX_CANDIDATES = 24;
const MAX_CHARACTERS = 1000;

/** At most 24, without line ends. */
export function candidates(field: Field): string[] {
  const { constraints } = field;
  const named = constraints.enum ?? [];
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = constraints;
  const limits = [minimum, maximum].flatMap((limit) =>
    limit === undefined ? [] : writtenLimit(field, limit),
  );
  const beside = [exclusiveMinimum, exclusiveMaximum].flatMap((limit) =>
    limit === undefined ? [] : besideLimit(field, limit),
  );
  const patterned =
    constraints.pattern === undefined
      ? []
      : [0, 1, 2, 3].flatMap((seed) => textOfPattern(constraints.pattern ?? '', seed) ?? []);
  const all =
    named.length > 0
      ? named.slice(0, MAX_CANDIDATES)
      : [...patterned, ...typical(field), ...beside, ...limits];
  const isWritable = (text: string) =>
    text !== '' && text.length <= MAX_CHARACTERS && !/[\r\n\0]|^-0$/.test(text);
  return [...new Set(all)].filter(isWritable).slice(0, MAX_CANDIDATES);
}

function typical(field: Field): string[] {
  switch (field.type) {
    case 'string':
    case 'any':
      return typicalTexts(field);
    case 'integer':
      return numbersNear(field, [
        ...(PARTS[field.name.toLowerCase()] ?? []),
        '12',
        '7',
        '1',
        '2024',
        '0',
        '100',
        '-1',
      ]);
    case 'number':
      return numbersNear(field, [
        '1234.50',
        '12.50',
        '0.75',
        '12',
        '1',
        '0.5',
        '0',
        '-0.75',
        '-12.50',
      ]).flatMap((text) => writtenNumber(field, text));
    case 'boolean':
      return [field.trueValues[0], field.falseValues[0]].flatMap((text) => text ?? []);
    case 'date':
    case 'datetime':
    case 'time':
      return MOMENTS.flatMap((moment) =>
        fieldFormats(field).map((format) => momentText(field, format, moment)),
      );
    case 'year':
      return ['2024', '2025'];
    case 'yearmonth':
      return ['2024-01', '2024-02'];
    case 'object':
      return ['{"name":"value"}', '{}'];
    case 'array':
      return ['["first","second"]', '[]'];
  }
}

/** Of whole numbers that are called so. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  year: ['2024', '2025'],
  month: ['1', '2'],
  day: ['31', '29'],
};

const FORMATTED: Readonly<Record<string, readonly string[]>> = {
  email: ['name@example.com', 'other@example.com'],
  uri: ['https://example.com/a', 'https://example.com/b'],
  uuid: ['123e4567-e89b-12d3-a456-426614174000', '123e4567-e89b-12d3-a456-426614174001'],
  binary: ['dGV4dA==', 'bW9yZQ=='],
};

function typicalTexts({ format, type, constraints }: Field): string[] {
  const formatted = type === 'string' ? FORMATTED[format] : undefined;
  if (formatted) return [...formatted];
  const { minLength = 0, maxLength = MAX_CHARACTERS } = constraints;
  return ['text', 'other text', 'a', 'b'].map((text) =>
    text.slice(0, maxLength).padEnd(Math.min(minLength, MAX_CHARACTERS), 'x'),
  );
}

/** The usual ones, and some within the limits. */
function numbersNear({ constraints }: Field, usual: readonly string[]): string[] {
  const { minimum, maximum } = constraints;
  const steps = [1, 2, 10].map(String);
  const near = [
    ...(minimum === undefined ? [] : steps.map((step) => added(minimum, step))),
    ...(maximum === undefined ? [] : steps.map((step) => added(maximum, `-${step}`))),
  ].flatMap((text) => text ?? []);
  return [...usual, ...near];
}

/** Of whole numbers; undefined for others. */
function added(text: string, step: string): string | undefined {
  return /^-?\d{1,30}$/.test(text) ? (BigInt(text) + BigInt(step)).toString() : undefined;
}

function writtenLimit(field: Field, limit: string): string[] {
  return field.type === 'number' ? writtenNumber(field, limit) : dated(field, limit);
}

/** With as many decimals as the field has, and with fewer; a double needs no more. */
function writtenNumber({ scale, double, decimalChar = '.' }: Field, text: string): string[] {
  const [whole = '', fraction = ''] = text.split('.');
  const places = double ? fraction.length : Math.min(scale, fraction.length);
  const short = places === 0 ? whole : `${whole}${decimalChar}${fraction.slice(0, places)}`;
  return [short, whole];
}

function besideLimit(field: Field, limit: string): string[] {
  const [up, down] = [added(limit, '1'), added(limit, '-1')];
  if (field.type === 'integer' || field.type === 'number' || field.type === 'year')
    return [up, down].flatMap((text) => text ?? []);
  return MOMENTS.flatMap((moment) => fieldFormats(field).map((format) => momentText(field, format, moment)));
}

/** A limit of dates is in the contract as a text of ISO 8601. */
function dated(field: Field, limit: string): string[] {
  if (!['date', 'datetime', 'time'].includes(field.type)) return [limit];
  const [, year, month, day, hour = '00', minute = '00', second = '00'] =
    /^(?:(\d{4})-(\d\d)-(\d\d))?[T ]?(?:(\d\d):(\d\d)(?::(\d\d))?)?/.exec(limit) ?? [];
  const moment = { year: year ?? '2024', month: month ?? '01', day: day ?? '31', hour, minute, second };
  return fieldFormats(field).map((format) => momentText(field, format, moment));
}

export type Moment = Readonly<Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', string>>;

export const MOMENTS: readonly Moment[] = [
  { year: '2024', month: '01', day: '31', hour: '09', minute: '30', second: '00' },
  { year: '2024', month: '02', day: '29', hour: '17', minute: '05', second: '00' },
];

/** As the field's format has it: `2024-01-31`. */
export function momentText({ type }: Pick<Field, 'type'>, format: string, moment: Moment): string {
  const { year, month, day, hour, minute, second } = moment;
  const date = `${year}-${month}-${day}`;
  const time = `${hour}:${minute}:${second}`;
  if (isEpoch(format)) {
    const ms = Date.parse(`${date}T${time}Z`);
    return String(format === 'epoch' ? ms / 1000 : format === 'epoch-ms' ? ms : ms * 1000);
  }
  if (isPattern(format)) return formatted(format, moment);
  if (type === 'date') return date;
  if (type === 'time') return time;
  return `${date}${format === 'any' ? ' ' : 'T'}${time}`;
}

const NAMES = 'January February March April May June July August September October November December'.split(
  ' ',
);

function formatted(format: string, { year, month, day, hour, minute, second }: Moment): string {
  const name = NAMES[Number(month) - 1] ?? '';
  const half = Number(hour) % 12 === 0 ? '12' : String(Number(hour) % 12).padStart(2, '0');
  const parts: Readonly<Record<string, string>> = {
    Y: year,
    y: year.slice(2),
    m: month,
    d: day,
    b: name.slice(0, 3),
    B: name,
    H: hour,
    I: half,
    p: Number(hour) < 12 ? 'AM' : 'PM',
    M: minute,
    S: second,
    f: '000',
    z: '+00:00',
    '%': '%',
  };
  return format.replace(/%(.)/gsu, (written, directive: string) => parts[directive] ?? written);
}
