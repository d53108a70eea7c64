// The result columns of an insight's SELECT as columns of a Delta table, or why that is impossible.
import { didYouMean } from '../core/did-you-mean.ts';
import type { TableRef } from '../core/insight.ts';
import { type Column, type ColumnType, castType, columnType, ENGINE_COLUMNS } from '../core/schema.ts';
import type { DatePart } from '../core/window.ts';
import type { ResultColumn } from '../ports.ts';
import type { Forms } from '../sql/value-forms.ts';
import type { InsightSource } from './parse-insight.ts';
import { lineOf } from './parse-select.ts';
import { Problems } from './problems.ts';

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
  /** Columns that are never NULL. */
  readonly required: readonly string[];
  /** Its columns of DOUBLE that may contain -0.0, or NaN of either sign. */
  readonly varied: readonly string[];
};

/** The type of a result's column in the table; undefined if there is none. `forms`: what is known of its values. */
export function storedType(type: string, forms: Forms | undefined): ColumnType | undefined {
  const isDay = type === 'TIMESTAMP' && forms?.type.id === type && forms.isWholeDays;
  return isDay ? 'date' : (columnType(type) ?? castType(type));
}

/** Partition columns first, then in the SELECT's order. `stored`: of each result. `written`: the names that the SQL gives with AS. Throws DefinitionError. */
export function outputColumns(
  source: InsightSource,
  results: readonly ResultColumn[],
  {
    stored,
    written,
  }: { readonly stored: readonly (ColumnType | undefined)[]; readonly written: ReadonlySet<string> },
  inputs: readonly BoundInput[],
  over: BoundInput | undefined,
): Column[] {
  const problems = new Problems();
  problems.now(() => checkNames(source, results, inputs, written));
  const found = results.map((result, i) => problems.now(() => typed(source, result, stored[i])));
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

/** As the engine names the call of a function on one column, or on none: `sum(amount)`, `count_star()`. */
const CALL = /^[a-z_]\w*\(\w*\)$/i;

/**
 * A name is the author's: written in the SQL, or that of an input's column. Of those that the engine makes of an expression's
 * text only CALL is taken: others have casts and brackets in them, which another version of it may write differently.
 */
function checkNames(
  source: InsightSource,
  results: readonly ResultColumn[],
  inputs: readonly BoundInput[],
  written: ReadonlySet<string>,
): void {
  const known = new Set(inputs.flatMap((input) => input.columns.map((column) => column.name)));
  const seen = new Set<string>();
  const problems = new Problems();
  for (const { name } of results) {
    problems.now(() => checkName(source, name, { known, seen, written }));
    seen.add(name.toLowerCase());
  }
  problems.refuse();
}

function checkName(
  source: InsightSource,
  name: string,
  { known, seen, written }: Readonly<Record<'known' | 'seen' | 'written', ReadonlySet<string>>>,
): void {
  if (ENGINE_COLUMNS.includes(name.toLowerCase()))
    at(source).refuse(
      `the SELECT returns a column named ${JSON.stringify(name)}, which is reserved by DuckDB: rename it with AS`,
    );
  const isGiven = known.has(name) || written.has(name) || CALL.test(name);
  if (/[ ,;{}()\n\t='"]|^\d|^$/.test(name) && !isGiven)
    at(source).refuse(`the SELECT returns a column named ${JSON.stringify(name)}: give it a name with AS`);
  if (/[\n\t"]|^ | $/.test(name) && !known.has(name))
    at(source).refuse(
      `the SELECT returns a column named ${JSON.stringify(name)}: a name has no quote, tab or line end, and no blank at its ends: write another one after AS`,
    );
  if (/^_sluice/i.test(name))
    at(source).refuse(`the column ${name}: names that start with "_sluice" are reserved: rename it with AS`);
  if (seen.has(name.toLowerCase()))
    at(source).refuse(`the SELECT returns two columns named ${JSON.stringify(name)}: rename one with AS`);
}

function typed(source: InsightSource, result: ResultColumn, type: ColumnType | undefined): Column {
  const description = source.columns[result.name];
  if (type === undefined)
    return at(source).refuse(
      `column ${result.name} is ${result.type}, for which Delta has no type: ${adviceFor(result.type)}write ${typeRemedy(result.type).join(' or ')}${isNested(result.type) ? ', or return its parts as separate columns' : ''}`,
    );
  return { name: result.name, type, ...(description === undefined ? {} : { description }) };
}

function adviceFor(type: string): string {
  if (/^TIMESTAMP(_\w+)?$/.test(type)) return 'state its time zone, or return the day: ';
  return type === 'INTERVAL' ? 'count it in one unit, as a month has no fixed length: ' : '';
}

function isNested(type: string): boolean {
  return /[\])]$/.test(type) && !type.startsWith('ENUM');
}

/** What to write for a column `x` whose type Delta lacks. */
export function typeRemedy(type: string): readonly string[] {
  const casts = (...types: string[]) => types.map((to) => `CAST(x AS ${to})`);
  if (type === 'FLOAT') return casts('DOUBLE');
  // A time without a zone: only its author knows which one it means.
  if (/^TIMESTAMP(_\w+)?$/.test(type)) return ["x AT TIME ZONE 'UTC'", ...casts('DATE')];
  if (type === 'INTERVAL') return ['epoch_us(x)', ...casts('VARCHAR')];
  return casts('VARCHAR');
}

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
