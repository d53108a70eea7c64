// The words of an upsert dataset about the versions of a key: orderBy, deleteWhen and history.
import { historyName } from '../core/built-in.ts';
import { type Dataset, type DeletingValues, type Field, isJson } from '../core/contract.ts';
import type { PartitionColumn } from '../core/partition-column.ts';
import { VALIDITY_COLUMNS } from '../core/row-versions.ts';
import { compareValues, constraintText } from './constraint-value.ts';
import type { ResourceWords } from './contract-schema.ts';
import { unknownField } from './parse-field.ts';
import type { Place } from './place.ts';
import { written } from './read-contract.ts';

export type VersionWords = Pick<Dataset, 'orderBy' | 'deleteWhen' | 'history'>;

/** What the words stand beside, as it was parsed. */
export type Versioned = Pick<Dataset, 'mode' | 'primaryKey' | 'fields'> & {
  /** As declared. */
  readonly partitionBy: readonly PartitionColumn[];
};

/** `nameProblem`: why a table cannot have a name. */
export function parseVersionWords(
  words: ResourceWords,
  dataset: Versioned,
  place: Place,
  nameProblem: (name: string) => string | undefined,
): VersionWords {
  for (const word of ['orderBy', 'deleteWhen', 'history'] as const)
    if (words[word] !== undefined && words[word] !== false && dataset.mode !== 'upsert')
      place
        .at(word)
        .refuse(
          `"${word}" is about the versions of a key, of which the mode "${dataset.mode}" knows nothing: write "mode": "upsert", or remove it`,
        );
  const orderBy = parseOrderBy(words.orderBy, dataset, place);
  const deleteWhen = parseDeleteWhen(words.deleteWhen, dataset, place.at('deleteWhen'));
  if (words.history) checkHistory(words.name, orderBy, dataset, place.at('history'), nameProblem);
  return {
    ...(orderBy.length === 0 ? {} : { orderBy }),
    ...(deleteWhen.length === 0 ? {} : { deleteWhen }),
    ...(words.history ? { history: true as const } : {}),
  };
}

function fieldNamed(name: string, { fields }: Versioned, place: Place): Field {
  return fields.find((field) => field.name === name) ?? place.refuse(unknownField(name, fields));
}

function parseOrderBy(words: ResourceWords['orderBy'], dataset: Versioned, place: Place): readonly string[] {
  const names = typeof words === 'string' ? [words] : (words ?? []);
  for (const [i, name] of names.entries()) {
    const at = typeof words === 'string' ? place.at('orderBy') : place.at('orderBy', i);
    const field = fieldNamed(name, dataset, at);
    if (names.indexOf(name) !== i) at.refuse(`${JSON.stringify(name)} is listed twice: remove one`);
    if (dataset.primaryKey.includes(name))
      at.refuse(
        `${name} is part of the primary key, so that all versions of a key have the same: name a field that tells them apart`,
      );
    if (isJson(field))
      at.refuse(
        `${name} is of type ${field.type}, whose texts have no order: name a field of another type, such as a datetime or an integer`,
      );
    if (field.double)
      at.refuse(
        `${name} is binary floating point, in which different texts can be one value: make it a decimal (remove "double"), or name another field`,
      );
  }
  return names;
}

function parseDeleteWhen(
  words: ResourceWords['deleteWhen'],
  dataset: Versioned,
  place: Place,
): DeletingValues[] {
  if (words === undefined) return [];
  const named = Object.entries(words);
  if (named.length === 0) place.refuse('it names no field: write {"op": ["D"]}, or remove it');
  return named.map(([name, values]) => {
    const at = place.at(name);
    const field = fieldNamed(name, dataset, at);
    if (dataset.primaryKey.includes(name))
      at.refuse(
        `${name} is part of the primary key, so that a row could delete only itself: name another field`,
      );
    if (isJson(field))
      at.refuse(
        `${name} is of type ${field.type}, whose texts are not compared: name a field of another type`,
      );
    return { field: name, values: values.map((value, i) => deletingText(field, value, at.at(i))) };
  });
}

/** The value's text; refuses one that no accepted cell of the field has. */
function deletingText(field: Field, value: unknown, place: Place): string {
  const text = constraintText(field, value, place);
  if (field.missingValues.includes(text))
    place.refuse(`${written(value)} means that ${field.name} has no value (missingValues): write a value`);
  const allowed = field.constraints.enum;
  if (allowed && !allowed.some((other) => isSame(field, text, other)))
    place.refuse(
      `${written(value)} is not in the enum of ${field.name}, so that no row would have it: add it there, or remove it here`,
    );
  return text;
}

function isSame(field: Field, a: string, b: string): boolean {
  return (
    a === b || (['integer', 'number', 'datetime'].includes(field.type) && compareValues(field, a, b) === 0)
  );
}

function checkHistory(
  name: string,
  [first]: readonly string[],
  { fields, partitionBy }: Versioned,
  place: Place,
  nameProblem: (name: string) => string | undefined,
): void {
  const problem = nameProblem(historyName(name));
  if (problem !== undefined) place.refuse(`its table: ${problem}`);
  const taken = [...fields.map((field) => field.name), ...partitionBy.map((column) => column.name)];
  const rival = taken.find((column) => VALIDITY_COLUMNS.some((own) => own === column.toLowerCase()));
  if (rival !== undefined)
    place.refuse(
      `${historyName(name)} has a column ${rival.toLowerCase()} of its own: rename the field ${rival} (its "header" may keep the file's name)`,
    );
  const timed = fields.find((field) => field.name === first);
  if ((timed?.type === 'date' || timed?.type === 'datetime') && !timed.constraints.required)
    place.refuse(
      `${timed.name}, the first field of orderBy, says since when a version is valid, and may be missing: add "constraints": {"required": true} to it`,
    );
}
