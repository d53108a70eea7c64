// The constraints of a field: each must fit its type, and together they must allow at least one value. https://specs.frictionlessdata.io/table-schema/#constraints

import { type Constraints, type FieldType, isJson } from '../core/contract.ts';
import { patternProblem } from '../core/text-pattern.ts';
import { compareValues, constraintText, type ValueType } from './constraint-value.ts';
import type { ConstraintWords } from './contract-schema.ts';
import type { Place } from './place.ts';

const LIMITED: readonly FieldType[] = ['integer', 'number', 'date', 'datetime', 'time', 'year', 'yearmonth'];
const COMPARED: readonly FieldType[] = [...LIMITED, 'string', 'boolean', 'any'];
const LIMITS = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'] as const;

const FITTING: Readonly<Record<string, readonly FieldType[]>> = {
  minLength: ['string', 'object', 'array'],
  maxLength: ['string', 'object', 'array'],
  pattern: ['string'],
  minimum: LIMITED,
  maximum: LIMITED,
  exclusiveMinimum: LIMITED,
  exclusiveMaximum: LIMITED,
};

const MAX_ENUM_VALUES = 100_000;

export function parseConstraints(field: ValueType, words: ConstraintWords, place: Place): Constraints {
  checkFit(field, words, place);
  const problem = words.pattern === undefined ? undefined : patternProblem(words.pattern);
  if (problem !== undefined)
    place.at('pattern').refuse(`${JSON.stringify(words.pattern)}: ${problem} (the syntax is RE2's)`);
  if (words.enum !== undefined && words.enum.length > MAX_ENUM_VALUES)
    place
      .at('enum')
      .refuse(
        `${words.enum.length} values would slow down every file; at most ${MAX_ENUM_VALUES} are allowed: put them into a separate dataset and refer to it in foreignKeys`,
      );
  if (words.minLength !== undefined && words.maxLength !== undefined && words.minLength > words.maxLength)
    place
      .at('minLength')
      .refuse(`the minLength ${words.minLength} is above the maxLength ${words.maxLength}: correct one`);
  return {
    required: words.required ?? false,
    unique: words.unique ?? false,
    ...(words.minLength === undefined ? {} : { minLength: words.minLength }),
    ...(words.maxLength === undefined ? {} : { maxLength: words.maxLength }),
    ...limits(field, words, place),
    ...(words.pattern === undefined ? {} : { pattern: words.pattern }),
    ...(words.enum === undefined
      ? {}
      : { enum: words.enum.map((value, i) => constraintText(field, value, place.at('enum', i))) }),
  };
}

function checkFit(field: ValueType, words: ConstraintWords, place: Place): void {
  for (const [word, types] of Object.entries(FITTING)) {
    if (words[word as keyof ConstraintWords] !== undefined && !types.includes(field.type))
      place
        .at(word)
        .refuse(`"${word}" does not fit the type ${field.type} (it is for ${types.join(', ')}): remove it`);
  }
  for (const word of ['unique', 'enum'] as const) {
    if (words[word] && isJson(field))
      place
        .at(word)
        .refuse(
          `"${word}" of type ${field.type} is not supported (it is for ${COMPARED.join(', ')}): remove it`,
        );
  }
}

type Limits = Pick<Constraints, (typeof LIMITS)[number]>;

function limits(field: ValueType, words: ConstraintWords, place: Place): Limits {
  const texts: Partial<Record<(typeof LIMITS)[number], string>> = {};
  for (const word of LIMITS)
    if (words[word] !== undefined) texts[word] = constraintText(field, words[word], place.at(word));
  for (const low of ['minimum', 'exclusiveMinimum'] as const) {
    for (const high of ['maximum', 'exclusiveMaximum'] as const) {
      const [least, most] = [texts[low], texts[high]];
      if (least === undefined || most === undefined) continue;
      const order = compareValues(field, least, most);
      const isOpen = low === 'exclusiveMinimum' || high === 'exclusiveMaximum';
      if (order > 0) place.at(low).refuse(`the ${low} ${least} is above the ${high} ${most}: correct one`);
      if (order === 0 && isOpen)
        place.at(low).refuse(`no value is between the ${low} ${least} and the ${high} ${most}: correct one`);
    }
  }
  return texts;
}
