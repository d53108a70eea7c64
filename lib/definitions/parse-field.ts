// Parses one field of a contract: checks its properties against its type and fills in every default.
import { FIELD_TYPES, type Field, type FieldType } from '../core/contract.ts';
import { isEpoch } from '../core/date-format.ts';
import { didYouMean } from '../core/did-you-mean.ts';
import { ENGINE_COLUMNS } from '../core/schema.ts';
import { quoted } from '../core/violation.ts';
import type { FieldWords } from './contract-schema.ts';
import { parseConstraints } from './parse-constraints.ts';
import { parseFormat } from './parse-field-format.ts';
import { parseNumberWords } from './parse-number-words.ts';
import type { Place } from './place.ts';

/** For a number without `precision` and `scale`: 29 digits before the point, 9 after it. */
export const DEFAULT_DECIMAL = { precision: 38, scale: 9 } as const;

/** https://specs.frictionlessdata.io/table-schema/#boolean */
const TRUE_VALUES = ['true', 'True', 'TRUE', '1'];
const FALSE_VALUES = ['false', 'False', 'FALSE', '0'];

const UNSUPPORTED = 'duration list geopoint geojson'.split(' ');

/** Defaults that the resource and its schema give to all fields. */
export type FieldDefaults = { readonly missingValues: readonly string[]; readonly timezone: string };

export function parseField(words: FieldWords, defaults: FieldDefaults, place: Place): Field {
  checkFieldName(words.name, place.at('name'));
  const type = fieldType(words.type, place.at('type'));
  for (const [word, owners] of TYPED_WORDS) {
    if (words[word] !== undefined && !owners.includes(type))
      place
        .at(word)
        .refuse(
          `"${word}" applies to fields of type ${owners.join(' and ')}, but ${words.name} is of type ${type}: remove it`,
        );
  }
  const zone = timezone(words, defaults, place);
  const formats = parseFormat(type, words.format, zone, place.at('format'));
  if (words.timezone !== undefined && [formats.format, ...(formats.otherFormats ?? [])].every(isEpoch))
    place.at('timezone').refuse(`an epoch is the same in every time zone: remove "timezone"`);
  const value = {
    type,
    ...formats,
    ...decimal(words, place),
    ...parseNumberWords(words, place),
    ...booleans(words, place),
    timezone: zone,
  };
  return {
    name: words.name,
    ...parseHeader(words, place.at('header')),
    ...value,
    ...(words.description === undefined ? {} : { description: words.description }),
    missingValues: words.missingValues ?? defaults.missingValues,
    trim: words.trim ?? false,
    constraints: parseConstraints(value, words.constraints ?? {}, place.at('constraints')),
  };
}

function parseHeader({ name, header }: FieldWords, place: Place): Pick<Field, 'header' | 'otherHeaders'> {
  if (!Array.isArray(header)) return { header: header ?? name };
  header.forEach((label, i) => {
    if (header.indexOf(label) !== i) place.at(i).refuse(`${quoted(label)} is listed twice: remove one`);
  });
  const [first = name, ...otherHeaders] = header;
  return { header: first, ...(otherHeaders.length === 0 ? {} : { otherHeaders }) };
}

export function unknownField(name: string, fields: readonly { readonly name: string }[]): string {
  const meant = didYouMean(
    name,
    fields.map((field) => field.name),
  );
  return `${JSON.stringify(name)} is not a field of this resource.${meant} Name one of its fields`;
}

const TYPED_WORDS: readonly (readonly [keyof FieldWords, readonly FieldType[]])[] = [
  ['precision', ['number']],
  ['scale', ['number']],
  ['double', ['number']],
  ['decimalChar', ['number']],
  ['groupChar', ['integer', 'number']],
  ['bareNumber', ['integer', 'number']],
  ['negative', ['integer', 'number']],
  ['positive', ['integer', 'number']],
  ['trueValues', ['boolean']],
  ['falseValues', ['boolean']],
  ['timezone', ['datetime']],
];

/** Whether a table can have a column of that name. */
export function checkFieldName(name: string, place: Place): void {
  if (name === '') place.refuse('a field needs a name: write one');
  if (name.includes('\0')) place.refuse(`${JSON.stringify(name)} contains a NUL character: remove it`);
  if (/^_sluice/i.test(name))
    place.refuse(`${JSON.stringify(name)}: names that start with "_sluice" are reserved: use another name`);
  if (ENGINE_COLUMNS.includes(name.toLowerCase()))
    place.refuse(
      `${JSON.stringify(name)} is reserved by DuckDB. Use another name for the field, and put the file's column name into "header"`,
    );
}

function fieldType(word: string | undefined, place: Place): FieldType {
  const type = word ?? 'string';
  const known = FIELD_TYPES.find((candidate) => candidate === type);
  if (known) return known;
  if (UNSUPPORTED.includes(type))
    return place.refuse(`the type "${type}" is not supported: read it as "string"`);
  return place.refuse(
    `"${type}" is not a type.${didYouMean(type, FIELD_TYPES)} Write one of ${FIELD_TYPES.join(', ')}`,
  );
}

function decimal(words: FieldWords, place: Place): Pick<Field, 'precision' | 'scale' | 'double'> {
  const { precision, scale, double = false } = words;
  if (words.type !== 'number') return { precision: 0, scale: 0, double: false };
  if (double && (precision ?? scale) !== undefined)
    place
      .at('double')
      .refuse('a binary floating point number has no precision and scale: remove "double", or both of these');
  if (double) return { precision: 0, scale: 0, double };
  if (precision === undefined && scale === undefined) return { ...DEFAULT_DECIMAL, double };
  if (precision === undefined)
    return place.at('precision').refuse(`"precision" is missing: "scale" needs it`);
  if (scale === undefined) return place.at('scale').refuse(`"scale" is missing: "precision" needs it`);
  if (scale > precision)
    place.at('scale').refuse(`the scale ${scale} is above the precision ${precision}: lower it`);
  return { precision, scale, double };
}

function booleans(words: FieldWords, place: Place): Pick<Field, 'trueValues' | 'falseValues'> {
  if (words.type !== 'boolean') return { trueValues: [], falseValues: [] };
  const trueValues = words.trueValues ?? TRUE_VALUES;
  const falseValues = words.falseValues ?? FALSE_VALUES;
  const both = trueValues.find((text) => falseValues.includes(text));
  if (both !== undefined)
    place.at('trueValues').refuse(`${JSON.stringify(both)} is also in falseValues: remove it from one`);
  return { trueValues, falseValues };
}

function timezone(words: FieldWords, defaults: FieldDefaults, place: Place): string {
  if (words.type !== 'datetime') return 'UTC';
  if (words.timezone !== undefined) checkTimezone(words.timezone, place.at('timezone'));
  return words.timezone ?? defaults.timezone;
}

export function checkTimezone(zone: string, place: Place): void {
  try {
    if (!/^[A-Za-z]/.test(zone)) throw new RangeError(zone);
    new Intl.DateTimeFormat('en', { timeZone: zone });
  } catch {
    place.refuse(
      `${JSON.stringify(zone)} is not a time zone: write an IANA name such as "Europe/Berlin", or "UTC"`,
    );
  }
}
