// How a contract's table is partitioned: by fields, or by the year, month or day of one.
import type { Dataset, Field, FieldType, PartitionColumn } from '../core/contract.ts';
import type { ResourceWords } from './contract-schema.ts';
import { unknownField } from './parse-field.ts';
import type { Place } from './place.ts';

/**
 * The rows of a partition must not depend on files of others: in an upserted table it is a part of the key, in a replaced one of
 * the scope. `within`: the fields of that key or scope.
 */
export function effectivePartition(
  declared: readonly PartitionColumn[],
  mode: Dataset['mode'],
  within: readonly string[],
): readonly PartitionColumn[] {
  return mode === 'append' || declared.every((column) => within.includes(column.field)) ? declared : [];
}

export function parsePartitionBy(
  words: ResourceWords,
  fields: readonly Field[],
  place: Place,
): PartitionColumn[] {
  const taken = new Set<string>();
  const columns = (words.partitionBy ?? []).map((word, i): PartitionColumn => {
    const at = place.at('partitionBy', i);
    const { field: name, transform = 'identity' } = typeof word === 'string' ? { field: word } : word;
    const field = fields.find((candidate) => candidate.name === name);
    if (!field) return at.refuse(unknownField(name, fields));
    const column = { name: transform === 'identity' ? name : transform, field: name, transform };
    const rival = fields.find((f) => f.name.toLowerCase() === column.name);
    checkPartitionType(field, transform, at);
    if (taken.has(column.name.toLowerCase()))
      at.refuse(`the partition column ${JSON.stringify(column.name)} is listed twice: remove one`);
    if (transform !== 'identity' && rival)
      at.refuse(
        `the column ${column.name} that it derives is already a field: partition by the field ${rival.name}, or rename it`,
      );
    taken.add(column.name.toLowerCase());
    return column;
  });
  if (columns.filter((column) => column.transform === 'identity').length === fields.length)
    place
      .at('partitionBy')
      .refuse('every field is a partition column, so the data files would be empty: remove one');
  return columns;
}

const UNFIT: readonly FieldType[] = ['number', 'datetime', 'time', 'object', 'array'];

function checkPartitionType(field: Field, transform: PartitionColumn['transform'], place: Place): void {
  const dated = field.type === 'date' || field.type === 'datetime';
  if (transform !== 'identity' && !dated)
    place.refuse(
      `"${transform}" applies to date and datetime, but ${field.name} is of type ${field.type}: choose another field`,
    );
  if (transform === 'identity' && UNFIT.includes(field.type))
    place.refuse(
      `${field.name} is of type ${field.type}, which would create a partition for nearly every row: ${dated ? 'add a transform (year, month, day)' : 'choose another field'}`,
    );
}
