// Which disagreements about a cell are which difference of the table in differences.md; the first that fits counts.
import type { FieldWords } from '../../../lib/definitions/contract-schema.ts';
import type { Explanation } from './compare.ts';

type Test = (text: string, words: FieldWords) => boolean;

/** Sluice alone refuses the text for its type. */
const refused =
  (types: string, test: Test): Explanation =>
  ({ by, rule, value, words }) =>
    by === 'Sluice' && rule === 'type-error' && isOf(types, words) && test(value ?? '', words);

/** frictionless alone does. */
const accepted =
  (types: string, test: Test): Explanation =>
  ({ by, rule, value, words }) =>
    by === 'frictionless' && rule === 'type-error' && isOf(types, words) && test(value ?? '', words);

const unmatched =
  (test: Test): Explanation =>
  ({ by, rule, value, words }) =>
    by === 'Sluice' && rule === 'pattern' && words !== undefined && test(value ?? '', words);

function isOf(types: string, words: FieldWords | undefined): words is FieldWords {
  return types.split(' ').includes(words?.type ?? 'string') && words !== undefined;
}

const OTHER_DIGIT = /(?![0-9])\p{Nd}/u;
const isPattern = ({ format = 'default' }: FieldWords) => format.includes('%');
const isDefault = ({ format = 'default' }: FieldWords) => format === 'default';

function plainNumber(text: string, { groupChar = '', decimalChar = '.' }: FieldWords): string {
  return text.trim().replaceAll(groupChar, '').replace(decimalChar, '.');
}

/** The digits before the point and after it that count. */
function isTooLong(text: string, words: FieldWords): boolean {
  const [, whole = '', part = '', power = '0'] =
    /^[^\d.]*(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?/.exec(plainNumber(text, words)) ?? [];
  const scale = words.scale ?? 9;
  const digits = (whole + part).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  const after = part.length - Number(power) - (digits.length - significant.length);
  const before = digits.length - part.length + Number(power);
  return significant !== '' && (after > scale || before > (words.precision ?? 38) - scale);
}

/** What is left of a text when the number in it is taken out. */
function around(text: string): string {
  return text.replace(/[+-]?\d(?:.*\d)?/, '');
}

export const CELL_DIFFERENCES: Readonly<Record<string, Explanation>> = {
  'exclusive limits': ({ by, rule }) => by === 'Sluice' && rule.startsWith('exclusive'),
  'blanks around': refused(
    'integer number year yearmonth',
    (text, { type }) => text !== text.trim() || (type === 'yearmonth' && / - /.test(text)),
  ),
  'blanks for blanks': refused('date datetime time', (text, words) => isPattern(words) && /\s/.test(text)),
  underscores: refused('integer number year yearmonth', (text) => /\d_\d/.test(text)),
  'other digits': refused('integer number date datetime time year yearmonth', (text) =>
    OTHER_DIGIT.test(text),
  ),
  'beyond 64 bits': refused('integer', (text) => /\d{19}/.test(text)),
  'group in an integer': accepted(
    'integer',
    (text, { groupChar }) => groupChar !== undefined && text.includes(groupChar),
  ),
  'groups misplaced': refused(
    'number',
    (text, { groupChar }) => groupChar !== undefined && text.includes(groupChar),
  ),
  'not finite': refused('number', (text, { double }) => !double && /nan|inf/i.test(text)),
  'words for infinity': refused(
    'number',
    (text, { double }) => double === true && /snan|infinity/i.test(text),
  ),
  overflow: refused('number', (text, { double }) => double === true && !Number.isFinite(Number(text))),
  'stripped signs': refused(
    'integer number',
    (text, { bareNumber }) => bareNumber === false && /[-+(),.]/.test(around(text)),
  ),
  'stripped words': refused(
    'integer number',
    (text, { bareNumber }) => bareNumber === false && /[^\s\d%$€+-]/u.test(around(text)),
  ),
  'precision and scale': refused('number', (text, words) => !words.double && isTooLong(text, words)),
  'quoted mailbox': accepted('string', (text, { format }) => format === 'email' && text.startsWith('"')),
  'uri characters': refused(
    'string',
    (text, { format }) => format === 'uri' && /[^A-Za-z0-9._~:/?#[\]@!$&'()*+,;=%-]/.test(text),
  ),
  'uuid without hyphens': refused(
    'string',
    (text, { format }) => format === 'uuid' && text.replace(/[^0-9a-fA-F]/g, '').length === 32,
  ),
  'base64 characters': refused(
    'string',
    (text, { format }) => format === 'binary' && /[^A-Za-z0-9+/=]/.test(text),
  ),
  'pattern alternatives': unmatched((_, { constraints }) => (constraints?.pattern ?? '').includes('|')),
  'pattern line end': unmatched((text) => text.endsWith('\n')),
  'pattern other digits': unmatched(
    (text, { constraints }) => OTHER_DIGIT.test(text) && (constraints?.pattern ?? '').includes('\\d'),
  ),
  'days without zeros': refused(
    'date',
    (text, words) => isDefault(words) && /^\d{4}-\d\d?-\d\d?$/.test(text),
  ),
  'guessed times': refused('date datetime time', (_, { format }) => format === 'any'),
  'other ISO dates': refused(
    'datetime',
    (text, words) => isDefault(words) && !/^\d{4}-\d\d-\d\d./.test(text),
  ),
  'separator of a time': refused('datetime', (text, words) => isDefault(words) && text[10] !== 'T'),
  'fraction with a comma': refused('datetime time', (text, words) => isDefault(words) && /,\d/.test(text)),
  'fraction beyond microseconds': refused(
    'datetime time',
    (text, words) => isDefault(words) && /\.\d{6,}[1-9]/.test(text),
  ),
  'hour 24': refused('datetime time', (text, words) => isDefault(words) && /(^|T)24:00:00/.test(text)),
  'time with an offset': refused('time', (text, words) => isDefault(words) && /(Z|[+-][\d:]+)$/.test(text)),
  'instant before year 1': refused(
    'datetime',
    (text) => text.startsWith('0001-01-01') && /\+\d\d:?\d\d$/.test(text),
  ),
  'local time': refused('datetime', (_, { timezone }) => timezone !== undefined),
  'signed year': refused('year', (text) => /^[+-]\d{3}$/.test(text)),
  'months without zeros': refused(
    'yearmonth',
    (text) => /^[+-]?\d+-\+?\d+$/.test(text) && !/^\d{4}-\d\d$/.test(text),
  ),
  'no number in JSON': refused('object array', (text) => /NaN|Infinity/.test(text)),
};
