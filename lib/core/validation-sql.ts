// A contract as SQL over a relation of texts: each field's exact value, and the checks that a row must pass. The SQL of a single
// field is in field-sql.ts. Knows neither files nor DuckDB.

import { identifier, literal } from '../sql/quoting.ts';
import { type Dataset, type Field, fieldColumnType } from './contract.ts';
import { cleanText, type FieldCheck, fieldChecks, knownToAll, shortWay, valueSql } from './field-sql.ts';
import { numberSql } from './number-text.ts';
import { outsideYears } from './partition-sql.ts';
import { deletes, isRequiredToDelete } from './row-versions.ts';
import { sqlType } from './schema.ts';
import { CUT, MAX_VALUE } from './violation.ts';

/** Where a field's text comes from: an SQL expression over the source relation, NULL for the empty text; undefined if the file has no such column. */
export type TextSource = ReadonlyMap<string, string>;

/** `text`: the field's cell, `value` its value. `field`: undefined if the check is about the whole row. */
export type Check = FieldCheck & {
  readonly field: Field | undefined;
  readonly text: string;
  readonly value: string;
};

export type Validation = {
  /** Wraps the source relation: adds the columns that the expressions below use. */
  relation(source: string): string;
  /** The checks; a row's violations are numbered by their index here. */
  readonly checks: readonly Check[];
  /** True for rows without violation; never NULL. */
  readonly valid: string;
  /** The checks that a row fails as JSON, [[check, text], …], NULL for a valid row. */
  readonly violations: string;
  /** Expressions of all fields' texts over `relation`. */
  readonly texts: readonly string[];
  /** Field name → expression of its value over `relation`: exactly what the text says, NULL if that is not a value of the type. */
  readonly values: ReadonlyMap<string, string>;
};

/**
 * Columns of the relation, each layer computed from the previous ones, for all rows at once. For field i: `t<i>` is its text
 * after trim and missingValues if that differs from the source's, `s<i>` the value by the cheap cast and `k<i>` whether that holds, `n<i>` the plain digits of
 * a number that may have another notation, `x<i>` the value, `v<i>` the value if all readers support it.
 */
const LAYERS = ['t', 's', 'k', 'n', 'x', 'v', 'valid'] as const;

/** Field name → SQL of the text that a source's path gives it, NULL for no value. */
export type PathTexts = ReadonlyMap<string, string>;

/** Of one source. */
export function pathTexts(fromPath: ReadonlyMap<string, string | null>): PathTexts {
  return new Map([...fromPath].map(([field, text]) => [field, literal(text)]));
}

/** `repeatedHeader`: a condition on the source relation for rows that repeat the file's header. */
export function validation(
  dataset: Dataset,
  texts: TextSource,
  path: PathTexts,
  repeatedHeader?: string,
): Validation {
  const layers = new Map(LAYERS.map((layer) => [layer, [] as string[]]));
  const column = (layer: (typeof LAYERS)[number], i: number, expression: string): string => {
    layers.get(layer)?.push(`${expression} AS ${layer}${i}`);
    return `${layer}${i}`;
  };
  const all: Check[] = [];
  if (repeatedHeader !== undefined)
    all.push({
      ...{ field: undefined, rule: 'repeated-header', bad: repeatedHeader },
      ...{ text: 'NULL', value: 'NULL' },
    });
  const cleanTexts: string[] = [];
  const values = new Map<string, string>();
  dataset.fields.forEach((field, i) => {
    const pathText = path.get(field.name);
    const source = texts.get(field.name);
    const fromPath = source === undefined && pathText !== undefined;
    const written = `CAST(${pathText ?? 'NULL'} AS VARCHAR)`;
    const cleaned = source === undefined ? written : cleanText(field, source);
    const text = cleaned === source ? source : column('t', i, cleaned);
    cleanTexts.push(text);
    const type = sqlType(fieldColumnType(field));
    // Path values have one notation, independent of the file's formats: see path-values.ts.
    const isRead = fromPath && type !== 'VARCHAR';
    const value = isRead
      ? column('v', i, `CAST(${text} AS ${type})`)
      : exactValue(field, i, text, pathText, column);
    values.set(field.name, value);
    const add = (check: FieldCheck) => all.push({ field, ...check, text, value });
    for (const check of fieldChecks(field, text, value))
      if (!isRead || check.rule !== 'type-error') add(check);
    // Delta reads an empty text in a partition column as null, which would not be what the text says.
    const names = dataset.partitionBy.some((p) => p.field === field.name && p.transform === 'identity');
    const parts = dataset.partitionBy.filter((p) => p.field === field.name);
    for (const outside of new Set(parts.flatMap((column) => outsideYears(column, value) ?? [])))
      add({ rule: 'partition-value', bad: outside });
    if (names && (field.type === 'string' || field.type === 'any'))
      add({ rule: 'partition-value', bad: `coalesce(${text} = '', false)` });
    if (!fromPath && pathText !== undefined) {
      const ofValue = `${value} IS DISTINCT FROM CAST(${pathText} AS ${type})`;
      const differs = `(${value} IS NOT NULL AND ${ofValue})`;
      // An invalid text already has its own violation; a missing value differs from the path's.
      if (field.constraints.required) add({ rule: 'partition-value', bad: differs, ofValue });
      else
        add({
          rule: 'partition-value',
          bad: `((${pathText} IS NOT NULL AND ${text} IS NULL) OR ${differs})`,
        });
    }
  });
  const checks = unlessDeleting(dataset, all, values, path);
  // A function that may fail keeps DuckDB from computing all of this twice, in a filter pushed below the columns.
  if (checks.length > 0) {
    layers
      .get('valid')
      ?.push(`coalesce(${noneIsBad(checks)}, error('a check is neither true nor false')) AS valid`);
  }
  const valid = checks.length === 0 ? 'true' : 'valid';
  return {
    relation: (source) =>
      [...layers.values()].reduce(
        (from, columns) => (columns.length === 0 ? from : `(SELECT *, ${columns.join(', ')} FROM ${from})`),
        source,
      ),
    checks,
    valid,
    // Most rows are valid: DuckDB builds the text only for the others.
    violations:
      checks.length === 0 ? 'CAST(NULL AS VARCHAR)' : `CASE WHEN NOT valid THEN ${violations(checks)} END`,
    texts: cleanTexts,
    values,
  };
}

/** In fewer terms than the checks have, as DuckDB computes each for every row: where a field needs a value, the others are about values. */
function noneIsBad(checks: readonly Check[]): string {
  const needed = new Set(checks.filter(({ needsValue }) => needsValue).map(({ field }) => field));
  const terms = checks.flatMap(({ field, rule, bad, ofValue, needsValue, value }) => {
    if (!needed.has(field)) return `NOT (${bad})`;
    if (needsValue) return `${value} IS NOT NULL`;
    // Then it has no value.
    if (rule === 'type-error') return [];
    return `NOT (${ofValue ?? bad})`;
  });
  return terms.join(' AND ');
}

/** A row that deletes its key may lack values that other rows must have, but not one that its path gives. */
function unlessDeleting(
  dataset: Dataset,
  checks: readonly Check[],
  values: ReadonlyMap<string, string>,
  path: PathTexts,
): readonly Check[] {
  const deleting = deletes(dataset, (field) => values.get(field) ?? 'NULL');
  if (deleting === undefined) return checks;
  const isNeeded = (field: string) => path.has(field) || isRequiredToDelete(dataset, field);
  return checks.map((check) =>
    check.rule === 'required' && check.field && !isNeeded(check.field.name)
      ? { ...check, bad: `(${check.bad} AND NOT ${deleting})`, needsValue: false }
      : check,
  );
}

/** A violation of the whole row replaces those of its cells, which were never meant as values. */
function violations(checks: readonly Check[]): string {
  const [first] = checks;
  const all = failedChecks(checks);
  return first && first.field === undefined
    ? `CASE WHEN ${first.bad} THEN '[[0,null]]' ELSE ${all} END`
    : all;
}

/** Lists and structs would be slower in DuckDB. */
export function failedChecks(
  checks: readonly Pick<Check, 'bad' | 'text'>[],
  number = (n: number) => n,
): string {
  const failed = checks.map(
    ({ bad, text }, n) =>
      `CASE WHEN ${bad} THEN '[${number(n)},' || coalesce(CAST(to_json(${shortText(text)}) AS VARCHAR), 'null') || ']' END`,
  );
  return `'[' || concat_ws(',', ${failed.join(', ')}) || ']'`;
}

/** Like shortValue. A text has at most as many characters as bytes. */
function shortText(text: string): string {
  const cut = `left(${text}, ${MAX_VALUE}) || '${CUT}'`;
  return `CASE WHEN strlen(${text}) > ${MAX_VALUE} AND length(${text}) > ${MAX_VALUE} THEN ${cut} ELSE ${text} END`;
}

type AddColumn = (layer: (typeof LAYERS)[number], i: number, expression: string) => string;

/** The column with the value of `text`. */
function exactValue(
  field: Field,
  i: number,
  text: string,
  pathText: string | undefined,
  column: AddColumn,
): string {
  const short = shortWay(field, text, pathText);
  const read = short && column('s', i, short.read);
  const holds = short && read && column('k', i, short.holds(read));
  const unlessShort = (value: string, otherwise: string) =>
    holds === undefined ? otherwise : `CASE WHEN ${holds} THEN ${value} ELSE ${otherwise} END`;
  const digits = numberSql(field, text);
  const long = valueSql(field, digits === undefined ? text : column('n', i, unlessShort('NULL', digits)));
  if (long === text) return text;
  const value = column('x', i, unlessShort(short && read ? short.value(read) : '', long));
  const known = knownToAll(field, value);
  return known === undefined ? value : column('v', i, known);
}

export function selectColumn(expression: string, name: string): string {
  return `${expression} AS ${identifier(name)}`;
}
