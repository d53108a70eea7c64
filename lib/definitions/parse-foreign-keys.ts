// The foreign keys of a resource: checks that the referenced resource and fields exist, and that their values can be equal.
import { type Dataset, type Field, type ForeignKey, fieldColumnType, isJson } from '../core/contract.ts';
import { didYouMean } from '../core/did-you-mean.ts';
import type { ColumnType } from '../core/schema.ts';
import type { ForeignKeyWords } from './contract-schema.ts';
import { unknownField } from './parse-field.ts';
import type { Place } from './place.ts';

/**
 * `datasets` are those of the package: in the standard, a foreign key stays within it. References to `refused` resources,
 * which are wrong themselves, are not checked.
 */
export function parseForeignKeys(
  words: readonly ForeignKeyWords[],
  dataset: Dataset,
  datasets: readonly Dataset[],
  place: Place,
  refused: readonly string[] = [],
): ForeignKey[] {
  return words.map(({ fields, reference }, i) => {
    const at = place.at(i);
    const resource = refused.find((name) => name === reference.resource);
    if (resource !== undefined) return unchecked(fields, resource, reference.fields);
    const target = referenced(reference.resource, dataset, datasets, at.at('reference', 'resource'));
    const own = keyFields(fields, dataset, at.at('fields'));
    const others = keyFields(reference.fields, target, at.at('reference', 'fields'));
    if (own.length !== others.length)
      at.at('reference', 'fields').refuse(
        `it has ${others.length} fields and "fields" has ${own.length}: use the same number`,
      );
    own.forEach((field, n) => {
      const other = others[n];
      if (other && family(field) !== family(other))
        at.at('reference', 'fields').refuse(
          `${dataset.name}.${field.name} is of type ${field.type}, but ${target.name}.${other.name} is of type ${other.type}: their values are never equal. Correct one`,
        );
    });
    const names = (list: readonly Field[]) => list.map((field) => field.name);
    return { fields: names(own), reference: { resource: target.name, fields: names(others) } };
  });
}

function unchecked(
  fields: ForeignKeyWords['fields'],
  resource: string,
  others: ForeignKeyWords['fields'],
): ForeignKey {
  const list = (names: ForeignKeyWords['fields']) => (typeof names === 'string' ? [names] : names);
  return { fields: list(fields), reference: { resource, fields: list(others) } };
}

function referenced(
  name: string | undefined,
  dataset: Dataset,
  datasets: readonly Dataset[],
  place: Place,
): Dataset {
  if (name === undefined || name === '') return dataset;
  const known = datasets.find((candidate) => candidate.name === name);
  const names = datasets.map((candidate) => candidate.name);
  return (
    known ??
    place.refuse(
      `${JSON.stringify(name)} is not a resource of this package.${didYouMean(name, names)} Write one of ${names.join(', ')}`,
    )
  );
}

function keyFields(words: string | readonly string[], dataset: Dataset, place: Place): Field[] {
  const names = typeof words === 'string' ? [words] : words;
  return names.map((name, i) => {
    const at = typeof words === 'string' ? place : place.at(i);
    const field = dataset.fields.find((candidate) => candidate.name === name);
    if (!field) return at.refuse(unknownField(name, dataset.fields));
    if (names.indexOf(name) !== i) at.refuse(`${JSON.stringify(name)} is listed twice: remove one`);
    if (isJson(field)) at.refuse(`${name} is of type ${field.type}, which cannot be a key`);
    return field;
  });
}

/** Groups of types whose values DuckDB can compare as equal. */
function family(field: Field): ColumnType | 'number' {
  const type = fieldColumnType(field);
  return /^(long|integer|double|decimal)/.test(type) ? 'number' : type;
}
