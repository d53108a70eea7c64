// How a contract's table is partitioned: by fields, or by the year, month, day, date, month of a year, or hour of one.
import type { Dataset, Field, FieldType } from '../core/contract.ts';
import type { PartitionColumn, Transform } from '../core/partition-column.ts';
import type { PartitionWords, ResourceWords } from './contract-schema.ts';
import { checkFieldName, checkTimezone, unknownField } from './parse-field.ts';
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

/** Why a dataset with "partitionBy" has no partitions; undefined where it has them, or has no such word. */
export function whyUnpartitioned({
  mode,
  partitionBy,
  partitionFields,
  primaryKey,
  scope,
}: Dataset): string | undefined {
  if (partitionBy.length > 0 || partitionFields.length === 0) return undefined;
  const [within, word] = mode === 'replace' ? [scope?.names ?? [], 'scope'] : [primaryKey, 'primaryKey'];
  return `. The table of a dataset in mode "${mode}" is partitioned only by fields of its ${word}${within.length === 0 ? ', which it does not have' : ` (${within.join(', ')})`}`;
}

export function parsePartitionBy(
  words: ResourceWords,
  fields: readonly Field[],
  place: Place,
): PartitionColumn[] {
  const taken = new Set<string>();
  const columns = (words.partitionBy ?? []).map((word, i): PartitionColumn => {
    const at = place.at('partitionBy', i);
    const column = parseColumn(typeof word === 'string' ? { field: word } : word, fields, at);
    const name = column.name.toLowerCase();
    if (taken.has(name))
      at.refuse(
        `the partition column ${JSON.stringify(column.name)} is listed twice: ${column.transform === 'identity' ? 'remove one' : 'remove one, or give it another "name"'}`,
      );
    taken.add(name);
    return column;
  });
  columns.forEach((column, i) => {
    checkWhole(column, columns, fields, place.at('partitionBy', i));
  });
  if (columns.filter((column) => column.transform === 'identity').length === fields.length)
    place
      .at('partitionBy')
      .refuse('every field is a partition column, so the data files would be empty: remove one');
  return columns;
}

function parseColumn(words: PartitionWords, fields: readonly Field[], place: Place): PartitionColumn {
  const { transform = 'identity' } = words;
  const field =
    fields.find((candidate) => candidate.name === words.field) ??
    place.refuse(unknownField(words.field, fields));
  checkType(field, transform, place);
  if (transform === 'identity') {
    if (words.name !== undefined)
      place.at('name').refuse(`the field itself is the partition column ${field.name}: remove "name"`);
    if (words.timezone !== undefined)
      place.at('timezone').refuse('only the date of a datetime depends on a time zone: remove "timezone"');
    return { name: field.name, field: field.name, transform };
  }
  const name = words.name ?? transform;
  checkFieldName(name, place.at('name'));
  const rival = fields.find((other) => other.name.toLowerCase() === name.toLowerCase());
  if (rival)
    place.refuse(
      `the column ${name} that it derives is already a field: partition by the field ${rival.name}, rename it, or give the column another "name"`,
    );
  return { name, field: field.name, transform, ...parseZone(words.timezone, field, transform, place) };
}

/** Absent: UTC. The transforms that were there first always counted in UTC; the others never guess. */
function parseZone(
  zone: string | undefined,
  field: Field,
  transform: Transform,
  place: Place,
): Pick<PartitionColumn, 'timezone'> {
  if (zone === undefined) {
    if ((transform === 'date' || transform === 'yearmonth') && field.timezone !== 'UTC')
      place.refuse(
        `${field.name} has the time zone ${field.timezone}, and the table holds its moments in UTC: say in which of them the ${transform === 'date' ? 'date' : 'month'} is counted: "timezone": ${JSON.stringify(field.timezone)} or "timezone": "UTC"`,
      );
    return {};
  }
  const at = place.at('timezone');
  if (field.type === 'date')
    at.refuse(`${field.name} is a date, which is the same in every time zone: remove "timezone"`);
  if (transform === 'hour')
    at.refuse('hours are counted in UTC, where none comes twice and none is left out: remove "timezone"');
  checkTimezone(zone, at);
  return { timezone: zone };
}

const UNFIT: readonly FieldType[] = ['number', 'datetime', 'time', 'object', 'array'];

function checkType(field: Field, transform: Transform, place: Place): void {
  const dated = field.type === 'date' || field.type === 'datetime';
  if (transform !== 'identity' && !dated)
    place.refuse(
      `"${transform}" applies to date and datetime, but ${field.name} is of type ${field.type}: choose another field`,
    );
  if (transform === 'hour' && field.type === 'date')
    place.refuse(`"hour" applies to datetime, but ${field.name} is of type date: choose another transform`);
  if (transform === 'identity' && UNFIT.includes(field.type))
    place.refuse(
      `${field.name} is of type ${field.type}, which would create a partition for nearly every row: ${dated ? 'add a transform (date, yearmonth, hour, year, month, day)' : 'choose another field'}`,
    );
}

/** A month without its year, or a day without its month, would be a partition of rows that have little in common. */
function checkWhole(
  column: PartitionColumn,
  columns: readonly PartitionColumn[],
  fields: readonly Field[],
  place: Place,
): void {
  const { transform, field, timezone = 'UTC' } = column;
  if (transform !== 'month' && transform !== 'day') return;
  const isTold = (part: 'year' | 'month') =>
    columns.some((other) => {
      if (other.transform === 'identity') return tellsPart(other, fields, part);
      if (other.field !== field) return false;
      if (other.transform === 'date' || other.transform === 'hour') return true;
      // Near midnight, the parts of two time zones together are no day at all.
      const isPart = other.transform === part || other.transform === 'yearmonth';
      return isPart && (other.timezone ?? 'UTC') === timezone;
    });
  const sameZone = timezone === 'UTC' ? '' : ` with "timezone": ${JSON.stringify(timezone)}`;
  if (transform === 'month' && !isTold('year'))
    place.refuse(
      `a partition by month alone has the rows of that month in every year: add the transform "year" of ${field}${sameZone}, or write "yearmonth" in the place of "month"`,
    );
  if (transform === 'day' && !(isTold('year') && isTold('month')))
    place.refuse(
      `a partition by day without year and month has the rows of that day in every month: add the transforms "year" and "month" of ${field}${sameZone}, or write "date" in the place of "day"`,
    );
}

/** A whole number that is called `year` or `month`, as in the folders of Hive, tells as much as a field of such a type. */
function tellsPart(
  { field: name }: PartitionColumn,
  fields: readonly Field[],
  part: 'year' | 'month',
): boolean {
  const { type } = fields.find((candidate) => candidate.name === name) as Field;
  if (type === 'date' || type === 'yearmonth') return true;
  return type === 'integer' ? name.toLowerCase() === part : type === part;
}
