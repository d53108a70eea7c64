// The result columns of an insight's SELECT as columns of a Delta table, or why that is impossible.
import { didYouMean } from '../core/did-you-mean.ts';
import type { TableRef } from '../core/insight.ts';
import { type Column, type ColumnType, ENGINE_COLUMNS } from '../core/schema.ts';
import type { DatePart } from '../core/window.ts';
import type { ResultColumn } from '../ports.ts';
import { firstOffset, resultItems, zoneIn } from '../sql/select-shape.ts';
import { aliases, type SqlNode } from '../sql/sql-tree.ts';
import type { Forms } from '../sql/value-forms.ts';
import type { InsightSource } from './parse-insight.ts';
import { lineOf, placeAt } from './parse-select.ts';
import type { Place } from './place.ts';
import { Problems } from './problems.ts';
import { chosenProblem, fieldProblem, typeProblem } from './stored-type.ts';

/** One table that the SQL reads, with its known properties. */
export type BoundInput = {
  readonly table: TableRef;
  readonly columns: readonly Column[];
  readonly partitionColumns: readonly string[];
  /** Why there are none although its contract has "partitionBy", to be appended to a message. */
  readonly unpartitioned?: string;
  /** What these count: see window.ts. */
  readonly dateParts: ReadonlyMap<string, DatePart>;
  /** Columns that together identify a row: no two rows agree in all of them. */
  readonly key: readonly string[] | undefined;
  /** The primaryKey of a dataset that is unique within a file only, for messages. */
  readonly fileKey?: readonly string[];
  /** Columns that are never NULL. */
  readonly required: readonly string[];
  /** Its columns of DOUBLE that may contain -0.0, or NaN of either sign. */
  readonly varied: readonly string[];
};

/** `stored`, `forms`: of each result, where they are known. `statement`: the SQL's tree. */
type Known = {
  readonly stored: readonly (ColumnType | undefined)[];
  readonly forms: readonly Forms[] | undefined;
  readonly statement: unknown;
};

/** Partition columns first, then in the SELECT's order. Throws DefinitionError. */
export function outputColumns(
  source: InsightSource,
  results: readonly ResultColumn[],
  { stored, forms, statement }: Known,
  inputs: readonly BoundInput[],
  over: BoundInput | undefined,
): Column[] {
  const problems = new Problems();
  const items = resultItems(statement, results.length);
  const places = results.map((_, i) => itemPlace(source, items?.[i]));
  problems.now(() =>
    checkNames({ source, results, places, statement, isListed: items !== undefined }, inputs),
  );
  const found = results.map((result, i) =>
    problems.now(() =>
      typed(source, result, {
        stored: stored[i],
        forms: forms?.[i],
        place: places[i] ?? at(source),
        item: items?.[i],
      }),
    ),
  );
  const columns = found.filter((column) => column !== undefined);
  const names = results.map(({ name }) => name);
  for (const [word, list] of Object.entries({ key: source.key, columns: Object.keys(source.columns) })) {
    const missing = list.find((name) => !names.includes(name));
    if (missing !== undefined)
      problems.now(() =>
        at(source, word).refuse(
          `the SELECT returns no column ${JSON.stringify(missing)}.${didYouMean(missing, names)} It returns ${names.join(', ')}`,
        ),
      );
  }
  problems.refuse();
  for (const name of source.partitionBy) problems.now(() => checkPartition(source, name, columns, over));
  problems.refuse();
  const partition = source.partitionBy.flatMap(
    (name) => columns.find((column) => column.name === name) ?? [],
  );
  if (partition.length === columns.length)
    at(source, 'partitionBy').refuse(
      'the SELECT returns only partition columns: add at least one other column',
    );
  return [...partition, ...columns.filter((column) => !partition.includes(column))];
}

function at(source: InsightSource, word?: string) {
  return word === undefined
    ? lineOf({ file: source.file, line: source.sqlLine }, 1)
    : lineOf({ file: source.file, line: source.lines[word] ?? 1, words: word }, 1);
}

/** Longer names are not worth reading. */
const MAX_MADE_NAME = 100;

/**
 * A name that the engine makes of an expression's text, such as `round((a / b), 2)`, if every version of it is sure to make the same one:
 * of columns, numbers, calls, + - * / % and casts. Others have quotes and words in them, which were written differently before.
 */
function isStable(name: string): boolean {
  const uncast = name.replaceAll(/ AS [A-Z]+(?:\(\d+(?:, \d+)?\))?\)/g, ')');
  const isPlain = /^[\w ,()+\-*/%]+$/.test(uncast.replaceAll(/\b\d+\.\d+\b/g, '1'));
  return isPlain && /\(/.test(name) && !/\w +\w/.test(uncast) && name.length <= MAX_MADE_NAME;
}

/** A name is the author's, written in the SQL; or that of an input's column; or a stable one of the engine's. */
function checkNames(
  { source, results, places, statement, isListed }: Named,
  inputs: readonly BoundInput[],
): void {
  const known = new Set(inputs.flatMap((input) => input.columns.map((column) => column.name)));
  const written = aliases(statement);
  const problems = new Problems();
  const named = results.map(({ name }) => name.toLowerCase());
  const isAgain = (name: string, i: number) => named.indexOf(name) < i;
  for (const [i, { name }] of results.entries())
    problems.now(() => checkName(places[i] ?? at(source), name, { known, written }));
  const twice = [
    ...new Set(results.flatMap(({ name }, i) => (isAgain(name.toLowerCase(), i) ? [name] : []))),
  ];
  const [first] = twice;
  if (first !== undefined) {
    const place = places[named.findIndex((name, i) => isAgain(name, i))] ?? at(source);
    const rename = isListed
      ? `rename one${twice.length === 1 ? '' : ' of each'} with AS`
      : `list the columns in the place of *, one of the two with another name, such as t.${first} AS t_${first}`;
    const all = twice.map((name) => JSON.stringify(name)).join(', ');
    problems.now(() => place.refuse(`the SELECT returns two columns named ${all}: ${rename}`));
  }
  problems.refuse();
}

type Named = {
  readonly source: InsightSource;
  readonly results: readonly ResultColumn[];
  readonly places: readonly Place[];
  readonly statement: unknown;
  /** Each result is one item of the SELECT's list, which holds no star. */
  readonly isListed: boolean;
};

function checkName(
  place: Place,
  name: string,
  { known, written }: Readonly<Record<'known' | 'written', ReadonlySet<string>>>,
): void {
  if (ENGINE_COLUMNS.includes(name.toLowerCase()))
    place.refuse(
      `the SELECT returns a column named ${JSON.stringify(name)}, which is reserved by DuckDB: rename it with AS`,
    );
  const isGiven = known.has(name) || written.has(name) || isStable(name);
  if (/[ ,;{}()\n\t='"]|^\d|^$/.test(name) && !isGiven)
    place.refuse(`the SELECT returns a column named ${JSON.stringify(name)}: give it a name with AS`);
  if (/[\n\t"]|^ | $/.test(name) && !known.has(name))
    place.refuse(
      `the SELECT returns a column named ${JSON.stringify(name)}: a name has no quote, tab or line end, and no blank at its ends: write another one after AS`,
    );
  if (/^_sluice/i.test(name))
    place.refuse(`the column ${name}: names that start with "_sluice" are reserved: rename it with AS`);
}

/** Where the SQL has it; the SQL's first line where that is not known. */
function itemPlace(source: InsightSource, item: SqlNode | undefined): Place {
  const offset = item && firstOffset(item);
  return placeAt({ file: source.file, line: source.sqlLine }, source.sql, offset ?? 0);
}

function typed(
  source: InsightSource,
  { name, type }: ResultColumn,
  { stored, forms, place, item }: Typed,
): Column {
  const chosen = forms && chosenProblem(name, type, forms);
  if (chosen !== undefined) place.refuse(chosen);
  if (stored === undefined) return place.refuse(typeProblem(name, type, item && zoneIn(item)));
  const problem = fieldProblem(name, type);
  if (problem !== undefined) place.refuse(problem);
  const description = source.columns[name];
  return { name, type: stored, ...(description === undefined ? {} : { description }) };
}

type Typed = {
  readonly stored: ColumnType | undefined;
  readonly forms: Forms | undefined;
  readonly place: Place;
  readonly item: SqlNode | undefined;
};

function checkPartition(
  source: InsightSource,
  name: string,
  columns: readonly Column[],
  over: BoundInput | undefined,
): void {
  const column = columns.find((candidate) => candidate.name === name);
  const wanted = over?.columns.find((candidate) => candidate.name === name)?.type;
  if (!column)
    at(source, 'partitionBy').refuse(`the SELECT does not return the partition column ${name}: add it`);
  else if (column.type !== wanted)
    at(source, 'partitionBy').refuse(
      `the SELECT returns ${name} as ${column.type}, and ${over?.table.name} is partitioned by it as ${wanted}: return it unchanged`,
    );
}
