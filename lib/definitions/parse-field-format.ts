// The `format` of a field: which ones its type has, and that several of them read no text in two ways.
import type { Field, FieldType } from '../core/contract.ts';
import { dateFormatProblem, type FormattedType, isEpoch } from '../core/date-format.ts';
import { formatOverlap } from '../core/format-overlap.ts';
import { STRING_FORMATS } from '../core/text-pattern.ts';
import { quoted } from '../core/violation.ts';
import type { FieldWords } from './contract-schema.ts';
import type { Place } from './place.ts';

/** Each format is tried on the cells that those before it did not read. */
const MAX_FORMATS = 10;

/** `timezone`: of the field. */
export function parseFormat(
  type: FieldType,
  words: FieldWords['format'],
  timezone: string,
  place: Place,
): Pick<Field, 'format' | 'otherFormats'> {
  if (!Array.isArray(words)) return { format: oneFormat(type, words ?? 'default', place) };
  if (!isFormatted(type))
    return place.refuse(
      `a list of formats is for the types date, datetime and time, but this field is of type ${type}: write one format`,
    );
  if (words.length > MAX_FORMATS)
    place.refuse(`${words.length} formats are too many, at most ${MAX_FORMATS} are allowed: remove some`);
  const formats = words.map((word, i) => {
    if (words.indexOf(word) !== i) place.at(i).refuse(`${quoted(word)} is listed twice: remove one`);
    return oneFormat(type, word, place.at(i));
  });
  formats.forEach((format, i) => {
    for (const earlier of formats.slice(0, i)) checkApart(type, timezone, [earlier, format], place.at(i));
  });
  const [format = 'default', ...otherFormats] = formats;
  return { format, ...(otherFormats.length === 0 ? {} : { otherFormats }) };
}

/** A text that two formats read as different values would be read as either. */
function checkApart(
  type: FormattedType,
  timezone: string,
  formats: readonly [string, string],
  place: Place,
): void {
  const overlap = formatOverlap(type, timezone, formats);
  const [first, second] = formats.map(quoted);
  if (overlap === 'unknown')
    place.refuse(
      `whether ${first} and ${second} read some text in two ways takes too long to find out: remove one, or separate their parts`,
    );
  if (overlap !== undefined)
    place.refuse(
      `${first} reads ${quoted(overlap.text)} as ${overlap.values[0]}, and ${second} as ${overlap.values[1]}: remove one of them`,
    );
}

function isFormatted(type: FieldType): type is FormattedType {
  return type === 'date' || type === 'datetime' || type === 'time';
}

function oneFormat(type: FieldType, text: string, place: Place): string {
  if (isFormatted(type)) {
    const problem = dateFormatProblem(type, text);
    if (problem !== undefined) place.refuse(`the format ${quoted(text)}: ${problem}`);
    return text;
  }
  if (isEpoch(text) && type !== 'string')
    place.refuse(`the format ${quoted(text)} is for the type datetime, but this field is of type ${type}`);
  if (type === 'string' ? !Object.hasOwn(STRING_FORMATS, text) : text !== 'default') {
    const formats = type === 'string' ? Object.keys(STRING_FORMATS) : ['default'];
    place.refuse(
      `the format ${quoted(text)} of type ${type} is not supported: write ${formats.map(quoted).join(' or ')}`,
    );
  }
  return text;
}
