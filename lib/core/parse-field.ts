// One field of a contract: its words checked against its type, every default filled in.
import { compareValues, constraintText, type ValueType } from './constraint-value.ts';
import type { Constraints, Field, FieldType } from './contract.ts';
import type { ConstraintWords, FieldWords } from './contract-words.ts';
import type { Place } from './definition-place.ts';
import { didYouMean } from './did-you-mean.ts';
import { ENGINE_COLUMNS } from './schema.ts';
import { dateFormatProblem, patternProblem } from './text-pattern.ts';

/** Of a number without `precision` and `scale`: 29 digits before the point, 9 after it. */
export const DEFAULT_DECIMAL = { precision: 38, scale: 9 } as const;

/** https://specs.frictionlessdata.io/table-schema/#boolean */
const TRUE_VALUES = ['true', 'True', 'TRUE', '1'];
const FALSE_VALUES = ['false', 'False', 'FALSE', '0'];

const TYPES: readonly FieldType[] = ['string', 'integer', 'number', 'boolean', 'date', 'datetime'];
const NOT_YET = 'time year yearmonth duration any object array list geopoint geojson'.split(' ');

/** What the resource and its schema say for all fields. */
export type FieldDefaults = { readonly missingValues: readonly string[]; readonly timezone: string };

export function parseField(words: FieldWords, defaults: FieldDefaults, place: Place): Field {
  checkName(words.name, place.at('name'));
  const type = fieldType(words.type, place.at('type'));
  for (const [word, owner] of TYPED_WORDS) {
    if (words[word] !== undefined && owner !== type)
      place
        .at(word)
        .refuse(
          `"${word}" is for fields of type ${owner}, and ${words.name} is of type ${type}: leave it out`,
        );
  }
  const value = {
    type,
    ...decimal(words, place),
    ...booleans(words, place),
    timezone: timezone(words, defaults, place),
  };
  return {
    name: words.name,
    header: words.header ?? words.name,
    ...value,
    format: format(type, words.format, place.at('format')),
    ...(words.description === undefined ? {} : { description: words.description }),
    missingValues: words.missingValues ?? defaults.missingValues,
    trim: words.trim ?? false,
    constraints: constraints(value, words.constraints ?? {}, place.at('constraints')),
  };
}

export function unknownField(name: string, fields: readonly { readonly name: string }[]): string {
  const meant = didYouMean(
    name,
    fields.map((field) => field.name),
  );
  return `${JSON.stringify(name)} is no field of this resource.${meant} Name one of its fields`;
}

const TYPED_WORDS = [
  ['precision', 'number'],
  ['scale', 'number'],
  ['double', 'number'],
  ['trueValues', 'boolean'],
  ['falseValues', 'boolean'],
  ['timezone', 'datetime'],
] as const;

function checkName(name: string, place: Place): void {
  if (name === '') place.refuse('a field needs a name: write one');
  if (name.includes('\0')) place.refuse(`${JSON.stringify(name)} holds a NUL character: take it out`);
  if (/^_sluice/i.test(name))
    place.refuse(`${JSON.stringify(name)}: names that begin with "_sluice" are reserved. Give it another`);
  if (ENGINE_COLUMNS.includes(name.toLowerCase()))
    place.refuse(
      `${JSON.stringify(name)} is a name that the engine uses itself. Give the field another, and the file's as "header"`,
    );
}

function fieldType(word: string | undefined, place: Place): FieldType {
  const type = word ?? 'string';
  const known = TYPES.find((candidate) => candidate === type);
  if (known) return known;
  if (NOT_YET.includes(type))
    return place.refuse(`the type "${type}" is not supported yet: read it as "string"`);
  return place.refuse(`"${type}" is no type.${didYouMean(type, TYPES)} Write one of ${TYPES.join(', ')}`);
}

function decimal(words: FieldWords, place: Place): Pick<Field, 'precision' | 'scale' | 'double'> {
  const { precision, scale, double = false } = words;
  if (words.type !== 'number') return { precision: 0, scale: 0, double: false };
  if (double && (precision ?? scale) !== undefined)
    place.at('double').refuse('a binary floating point number has no precision and scale: leave out either');
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
    place.at('trueValues').refuse(`${JSON.stringify(both)} is among falseValues too: take it out of one`);
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
      `${JSON.stringify(zone)} is no time zone: write an IANA name such as "Europe/Berlin", or "UTC"`,
    );
  }
}

function format(type: FieldType, word: string | undefined, place: Place): string {
  const text = word ?? 'default';
  if (type === 'date' || type === 'datetime') {
    const problem = dateFormatProblem(type, text);
    if (problem !== undefined) place.refuse(`the format ${JSON.stringify(text)}: ${problem}`);
  } else if (text !== 'default') {
    place.refuse(
      `the format ${JSON.stringify(text)} of a ${type} is not supported yet: leave it out (a constraint "pattern" may do)`,
    );
  }
  return text;
}

const FITTING: Readonly<Record<string, readonly FieldType[]>> = {
  minLength: ['string'],
  maxLength: ['string'],
  pattern: ['string'],
  minimum: ['integer', 'number', 'date', 'datetime'],
  maximum: ['integer', 'number', 'date', 'datetime'],
};

function constraints(field: ValueType, words: ConstraintWords, place: Place): Constraints {
  for (const [word, types] of Object.entries(FITTING)) {
    if (words[word as keyof ConstraintWords] !== undefined && !types.includes(field.type))
      place
        .at(word)
        .refuse(
          `"${word}" does not fit the type ${field.type} (it is for ${types.join(', ')}): leave it out`,
        );
  }
  const problem = words.pattern === undefined ? undefined : patternProblem(words.pattern);
  if (problem !== undefined)
    place.at('pattern').refuse(`${JSON.stringify(words.pattern)}: ${problem} (the syntax is RE2's)`);
  const text = (word: 'minimum' | 'maximum') =>
    words[word] === undefined ? undefined : constraintText(field, words[word], place.at(word));
  const [minimum, maximum] = [text('minimum'), text('maximum')];
  if (minimum !== undefined && maximum !== undefined && compareValues(field, minimum, maximum) > 0)
    place.at('minimum').refuse(`the minimum ${minimum} is above the maximum ${maximum}: correct one`);
  if (words.minLength !== undefined && words.maxLength !== undefined && words.minLength > words.maxLength)
    place
      .at('minLength')
      .refuse(`the minLength ${words.minLength} is above the maxLength ${words.maxLength}: correct one`);
  return {
    required: words.required ?? false,
    unique: false,
    ...(words.minLength === undefined ? {} : { minLength: words.minLength }),
    ...(words.maxLength === undefined ? {} : { maxLength: words.maxLength }),
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
    ...(words.pattern === undefined ? {} : { pattern: words.pattern }),
    ...(words.enum === undefined
      ? {}
      : { enum: words.enum.map((value, i) => constraintText(field, value, place.at('enum', i))) }),
  };
}
