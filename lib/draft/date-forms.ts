// Days and times as people write them: which formats are proposed for some texts. Pure.
import { isDay, isoText } from '../core/date-format.ts';
import { type Form, form, type IsMost } from './form.ts';

const DAYS: readonly string[] = [
  ...[
    '%d/%m/%Y',
    '%m/%d/%Y',
    '%d.%m.%Y',
    '%m.%d.%Y',
    '%d-%m-%Y',
    '%m-%d-%Y',
    '%Y/%m/%d',
    '%Y.%m.%d',
    '%Y-%m-%d',
  ],
  ...[
    '%d/%m/%y',
    '%m/%d/%y',
    '%y/%m/%d',
    '%d.%m.%y',
    '%m.%d.%y',
    '%y.%m.%d',
    '%d-%m-%y',
    '%m-%d-%y',
    '%y-%m-%d',
  ],
  ...[
    '%d %b %Y',
    '%d-%b-%Y',
    '%d-%b-%y',
    '%b %d, %Y',
    '%b %d %Y',
    '%d %B %Y',
    '%d. %B %Y',
    '%B %d, %Y',
    '%Y-%b-%d',
  ],
];
const CLOCKS: readonly string[] = ['%H:%M:%S', '%H:%M', '%H:%M:%S.%f', '%I:%M:%S %p', '%I:%M %p', '%I:%M%p'];
const BETWEEN: readonly string[] = [' ', 'T', ', '];
const ZONES: readonly string[] = ['', '%z', ' %z'];

const ISO = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?$/;

export function dateForms(texts: readonly string[], isMost: IsMost): Form[] {
  if (isMost((text) => /^\d{4}-\d\d-\d\d$/.test(text)))
    return [form({ type: 'date' }, 'dates as 2024-01-31')];
  const zone = texts.some((text) => /(Z|[+-]\d\d:?\d\d)$/.test(text))
    ? 'with an offset'
    : 'without an offset, taken as UTC';
  if (isMost((text) => ISO.test(text))) {
    const isSpaced = texts.some((text) => text[10] === ' ');
    const words = isSpaced ? { type: 'datetime', format: 'any' } : { type: 'datetime' };
    return [form(words, `times as 2024-01-31${isSpaced ? ' ' : 'T'}12:00:00, ${zone}`)];
  }
  // Without seconds it could be minutes and seconds, or a score.
  if (isMost((text) => /^\d\d:\d\d:\d\d(\.\d+)?$/.test(text)))
    return [form({ type: 'time' }, 'times of day')];
  const isDated = isMost((text) => /^[\p{L}\d][\p{L}\d .,/-]+[\d]$/u.test(text));
  if (isDated) return patternForms('date', DAYS, texts, isMost, '');
  if (!isMost((text) => /\d:\d\d/.test(text))) return [];
  const formats = DAYS.flatMap((day) =>
    BETWEEN.flatMap((gap) => CLOCKS.flatMap((clock) => ZONES.map((z) => `${day}${gap}${clock}${z}`))),
  );
  return patternForms('datetime', formats, texts, isMost, `, ${zone}`);
}

/** `7.3.17` */
const VERSION = {
  sql: (text: string) => `regexp_matches(${text}, '^\\d\\.|\\.\\d\\.')`,
  why: 'they could be version numbers as well',
};

/** Of hundreds of formats, those that take one of the first texts are tried on all. */
function patternForms(
  type: 'date' | 'datetime',
  formats: readonly string[],
  texts: readonly string[],
  isMost: IsMost,
  remark: string,
): Form[] {
  const reads = (format: string, text: string) => {
    const iso = isoText(type, format, text);
    return iso !== undefined && isDay(iso.slice(0, 10));
  };
  const near = formats.filter((format) => texts.slice(0, 5).some((text) => reads(format, text)));
  return near
    .filter((format) => isMost((text) => reads(format, text)))
    .map((format) => {
      const meaning = `${type === 'date' ? 'dates' : 'times'} as ${format}${remark}`;
      const doubt = format.includes('.%y') ? { doubt: VERSION } : {};
      return form({ type, format }, meaning, { family: 'date', ...doubt });
    });
}

/** `20240131` is a number too: a date only where the label says so. */
export function compactDates(texts: readonly string[], label: string): Form[] {
  if (!/date|datum|fecha|(^|[^a-z])(day|dt|tag|jour)([^a-z]|$)/i.test(label)) return [];
  const isCompact = (text: string) =>
    /^(19|20)\d{6}$/.test(text) && isDay(text.replace(/^(....)(..)(..)$/, '$1-$2-$3'));
  return texts.every(isCompact) ? [form({ type: 'date', format: '%Y%m%d' }, 'dates as %Y%m%d')] : [];
}
