// Values that DuckDB's types have but Delta's do not, or that other readers cannot handle: dates and times outside the
// years 1 to 9999, including infinities, and decimals with more digits than their precision.
// https://github.com/delta-io/delta/blob/master/PROTOCOL.md#primitive-types

import { identifier, literal } from '../sql/quoting.ts';
import { leavesOf, type TypeTree } from './nested-type.ts';
import { type Column, type ColumnType, columnTree, type ScalarType, sqlType } from './schema.ts';

type Limits = { readonly first: string; readonly last: string; readonly words: string };

/** The first and the last value, as texts for a cast to the type; undefined if every value of DuckDB's type is readable. */
function limitsOf(type: ScalarType): Limits | undefined {
  if (type === 'date')
    return { first: '0001-01-01', last: '9999-12-31', words: 'days from 0001-01-01 to 9999-12-31' };
  if (type === 'timestamp')
    return {
      first: '0001-01-01 00:00:00+00',
      last: '9999-12-31 23:59:59.999999+00',
      words: 'times from 0001-01-01 to 9999-12-31 in UTC',
    };
  const [, precision, scale] = /^decimal\((\d+),(\d+)\)$/.exec(type) ?? [];
  if (precision === undefined || scale === undefined) return undefined;
  const digits = '9'.repeat(Number(precision));
  const places = Number(scale);
  const most = places === 0 ? digits : `${digits.slice(places)}.${digits.slice(0, places)}`;
  return { first: `-${most}`, last: most, words: `numbers of at most ${precision} digits` };
}

/** A condition on `value`, which is of the column type; not false for NULL, undefined if it always holds. */
export function readableSql(type: ColumnType, value: string): string | undefined {
  return conditionOn(columnTree(type), value, 0);
}

function conditionOn(tree: TypeTree<ScalarType>, value: string, depth: number): string | undefined {
  if ('leaf' in tree) return withinLimits(tree.leaf, value);
  if ('element' in tree) {
    const element = `_sluice_${depth}`;
    const holds = conditionOn(tree.element, element, depth + 1);
    return holds && `len(list_filter(${value}, lambda ${element}: NOT (${holds}))) = 0`;
  }
  const parts = tree.fields.flatMap(
    ({ name, type }) => conditionOn(type, `struct_extract(${value}, ${literal(name)})`, depth) ?? [],
  );
  return parts.length === 0 ? undefined : `(${parts.join(' AND ')})`;
}

function withinLimits(type: ScalarType, value: string): string | undefined {
  const limits = limitsOf(type);
  if (limits === undefined) return undefined;
  const cast = (text: string) => `CAST(${literal(text)} AS ${sqlType(type)})`;
  return `${value} BETWEEN ${cast(limits.first)} AND ${cast(limits.last)}`;
}

/** `rows`: a SELECT of the rows with such a value; `examples`: the first such column with its value and the allowed range. */
export type Unreadable = { readonly rows: string; readonly examples: string };

/** For the rows of `relation`; undefined if no column can contain such a value. */
export function unreadableRows(relation: string, columns: readonly Column[]): Unreadable | undefined {
  const checks = columns.flatMap(({ name, type }) => {
    const holds = readableSql(type, identifier(name));
    return holds === undefined ? [] : [{ name, type, fails: `NOT (${holds})` }];
  });
  if (checks.length === 0) return undefined;
  const first = (result: (check: (typeof checks)[number]) => string) =>
    `CASE ${checks.map((check) => `WHEN ${check.fails} THEN ${result(check)}`).join(' ')} END`;
  const named = first(({ name }) => literal(name));
  const value = first(({ name, type }) => textSql(type, identifier(name)));
  const allowed = first(({ type }) => literal(allowedWords(type)));
  const where = `FROM ${relation} WHERE ${checks.map(({ fails }) => fails).join(' OR ')}`;
  return {
    rows: `SELECT * ${where}`,
    examples: `SELECT ${named} AS "column", ${value} AS "value", ${allowed} AS "allowed" ${where}`,
  };
}

/** In a list or a struct, of everything in it that has limits. */
function allowedWords(type: ColumnType): string {
  const words = leavesOf(columnTree(type), '').flatMap(({ leaf }) => limitsOf(leaf)?.words ?? []);
  return [...new Set(words)].join(', ');
}

/** DuckDB prints decimal(38,38) wrongly when a digit is left of the point: print the nearest double instead. */
function textSql(type: ColumnType, value: string): string {
  return `CAST(${type === 'decimal(38,38)' ? `CAST(${value} AS DOUBLE)` : value} AS VARCHAR)`;
}
