// A contract as SQL over a relation of texts: each field's exact value, and the checks that a row must pass. What a single
// field's are stands in field-sql.ts. Knows neither files nor the engine.
import { type Dataset, type Field, fieldColumnType } from './contract.ts';
import { cleanText, fieldChecks, valueSql } from './field-sql.ts';
import { numberSql } from './number-text.ts';
import { sqlType } from './schema.ts';
import { identifier, literal } from './sql-text.ts';
import type { Rule } from './violation.ts';

/** Where a field's text comes from: an SQL expression over the source relation; undefined where the file has no such column. */
export type TextSource = ReadonlyMap<string, string>;

export type Check = { readonly field: Field; readonly rule: Rule; readonly bad: string };

export type Validation = {
  /**
   * Wraps the source relation: columns `t<i>` (text after trim and missingValues), `n<i>` (the plain digits of a number, where
   * it may be written otherwise) and `v<i>` (the value, NULL where impossible).
   */
  relation(source: string): string;
  /** The checks; a row's violations are numbered by their index here. */
  readonly checks: readonly Check[];
  /** True for rows without violation; never NULL. */
  readonly valid: string;
  /** LIST of {check, value} structs, NULL for a valid row. */
  readonly violations: string;
  /** Expressions of all fields' texts over `relation`. */
  readonly texts: readonly string[];
  /** Field name → expression of its value over `relation`, of a valid row. */
  readonly values: ReadonlyMap<string, string>;
  /** As `values`, of any row: NULL where the text is no value of its type. */
  readonly exactValues: ReadonlyMap<string, string>;
};

export function validation(
  dataset: Dataset,
  texts: TextSource,
  path: ReadonlyMap<string, string | null>,
): Validation {
  const columns: string[] = [];
  const numbers: string[] = [];
  const casts: string[] = [];
  const checks: Check[] = [];
  const positions: number[] = [];
  const misread = new Map<Field, string>();
  const values = new Map<string, string>();
  dataset.fields.forEach((field, i) => {
    const pathText = path.get(field.name);
    const source = texts.get(field.name);
    const fromPath = source === undefined && pathText !== undefined;
    columns.push(
      `${fromPath ? literal(pathText ?? null) : source === undefined ? 'NULL::VARCHAR' : cleanText(field, source)} AS t${i}`,
    );
    const column = sqlType(fieldColumnType(field));
    // A path says its values in one way, whatever the file's formats and words are: see partition.ts.
    const isRead = fromPath && column !== 'VARCHAR';
    const number = isRead ? undefined : numberSql(field, `t${i}`);
    const read = number === undefined ? `t${i}` : `n${i}`;
    if (number !== undefined) numbers.push(`${number} AS ${read}`);
    casts.push(`${isRead ? `CAST(t${i} AS ${column})` : valueSql(field, read)} AS v${i}`);
    values.set(field.name, `v${i}`);
    const add = (rule: Rule, bad: string) => {
      checks.push({ field, rule, bad });
      positions.push(i);
    };
    for (const [rule, bad] of fieldChecks(field, `t${i}`, read, `v${i}`))
      if (!isRead || rule !== 'type-error') {
        add(rule, bad);
        if (rule === 'type-error') misread.set(field, bad);
      }
    // To Delta an empty text in a partition column is null: it would not be what the text says.
    const names = dataset.partitionBy.some((p) => p.field === field.name && p.transform === 'identity');
    if (names && (field.type === 'string' || field.type === 'any'))
      add('partition-value', `coalesce(t${i} = '', false)`);
    if (!fromPath && pathText !== undefined) {
      add(
        'partition-value',
        `(v${i} IS NOT NULL AND v${i} IS DISTINCT FROM CAST(${literal(pathText)} AS ${column}))`,
      );
    }
  });
  // What is no value of its type breaks that rule alone, although the engine may make some value of it.
  const exactValues = dataset.fields.map((field, i): [string, string] => {
    const wrong = misread.get(field);
    return [field.name, wrong === undefined ? `v${i}` : `CASE WHEN NOT ${wrong} THEN v${i} END`];
  });
  const unlessMisread = ({ field, rule }: Check) =>
    rule === 'type-error' || !misread.has(field) ? '' : `NOT ${misread.get(field)} AND `;
  const numbered = checks.map(
    (check, n) =>
      `CASE WHEN ${unlessMisread(check)}${check.bad} THEN {'check': ${n}, 'value': t${positions[n]}} END`,
  );
  const valid = checks.length === 0 ? 'true' : `NOT (${checks.map((check) => check.bad).join(' OR ')})`;
  return {
    relation: (source) => {
      const read = `(SELECT ${columns.join(', ')} FROM ${source})`;
      const plain = numbers.length === 0 ? read : `(SELECT *, ${numbers.join(', ')} FROM ${read})`;
      return `(SELECT *, ${casts.join(', ')} FROM ${plain})`;
    },
    checks,
    valid,
    // Most rows are valid: the engine makes the list for the others alone.
    violations:
      checks.length === 0
        ? 'CAST(NULL AS STRUCT("check" INTEGER, "value" VARCHAR)[])'
        : `CASE WHEN NOT ${valid} THEN list_filter([${numbered.join(', ')}], lambda x: x IS NOT NULL) END`,
    texts: dataset.fields.map((_, i) => `t${i}`),
    values,
    exactValues: new Map(exactValues),
  };
}

/** The expression of a partition column over the values of its field. */
export function partitionExpression(transform: 'identity' | 'year' | 'month' | 'day', value: string): string {
  return transform === 'identity' ? value : `CAST(${transform}(${value}) AS BIGINT)`;
}

export function selectColumn(expression: string, name: string): string {
  return `${expression} AS ${identifier(name)}`;
}
