// A contract as SQL over a relation of texts: each field's exact value, and the checks that a row must pass.
// Law 4 lives here: a value is accepted only if it is exactly what its text says. Knows neither files nor the engine.
import { type Dataset, type Field, fieldColumnType } from './contract.ts';
import { sqlType } from './schema.ts';
import { identifier, literal } from './sql-text.ts';
import { formatPattern } from './text-pattern.ts';
import type { Rule } from './violation.ts';

/** Where a field's text comes from: an SQL expression over the source relation; undefined where the file has no such column. */
export type TextSource = ReadonlyMap<string, string>;

export type Check = { readonly field: Field; readonly rule: Rule; readonly bad: string };

export type Validation = {
  /** Wraps the source relation: columns `t<i>` (text after trim and missingValues) and `v<i>` (the value, NULL where impossible). */
  relation(source: string): string;
  /** The checks; a row's violations are numbered by their index here. */
  readonly checks: readonly Check[];
  /** True for rows without violation; never NULL. */
  readonly valid: string;
  /** LIST of {check, value} structs, NULL for a valid row. */
  readonly violations: string;
  /** Expressions of all fields' texts over `relation`. */
  readonly texts: readonly string[];
  /** Field name → expression of its value over `relation`. */
  readonly values: ReadonlyMap<string, string>;
};

export function validation(
  dataset: Dataset,
  texts: TextSource,
  path: ReadonlyMap<string, string | null>,
): Validation {
  const columns: string[] = [];
  const casts: string[] = [];
  const checks: Check[] = [];
  const positions: number[] = [];
  const values = new Map<string, string>();
  dataset.fields.forEach((field, i) => {
    const pathText = path.get(field.name);
    const source = texts.get(field.name);
    const fromPath = source === undefined && pathText !== undefined;
    columns.push(
      `${fromPath ? literal(pathText ?? null) : source === undefined ? 'NULL::VARCHAR' : cleanText(field, source)} AS t${i}`,
    );
    casts.push(`${castText(field, `t${i}`)} AS v${i}`);
    values.set(field.name, `v${i}`);
    const add = (rule: Rule, bad: string) => {
      checks.push({ field, rule, bad });
      positions.push(i);
    };
    for (const [rule, bad] of fieldChecks(field, `t${i}`, `v${i}`)) add(rule, bad);
    // To Delta an empty text in a partition column is null: it would not be what the text says.
    const names = dataset.partitionBy.some((p) => p.field === field.name && p.transform === 'identity');
    if (names && field.type === 'string') add('partition-value', `coalesce(t${i} = '', false)`);
    if (!fromPath && pathText !== undefined) {
      add(
        'partition-value',
        `(v${i} IS NOT NULL AND v${i} IS DISTINCT FROM CAST(${literal(pathText)} AS ${sqlType(fieldColumnType(field))}))`,
      );
    }
  });
  const numbered = checks.map(
    (check, n) => `CASE WHEN ${check.bad} THEN {'check': ${n}, 'value': t${positions[n]}} END`,
  );
  return {
    relation: (source) =>
      `(SELECT *, ${casts.join(', ')} FROM (SELECT ${columns.join(', ')} FROM ${source}))`,
    checks,
    valid: checks.length === 0 ? 'true' : `NOT (${checks.map((check) => check.bad).join(' OR ')})`,
    violations:
      checks.length === 0
        ? 'NULL'
        : `nullif(list_filter([${numbered.join(', ')}], lambda x: x IS NOT NULL), [])`,
    texts: dataset.fields.map((_, i) => `t${i}`),
    values,
  };
}

function cleanText(field: Field, source: string): string {
  const trimmed = field.trim ? `trim(${source}, ' ' || chr(9) || chr(10) || chr(13) || chr(160))` : source;
  // The engine reads an unquoted empty cell as NULL: to the standard it is the empty text.
  const present = field.missingValues.includes('') ? trimmed : `coalesce(${trimmed}, '')`;
  return field.missingValues.reduce((text, missing) => `nullif(${text}, ${literal(missing)})`, present);
}

const FRACTION = '(\\.\\d{1,6}0*)?';
const TIME = `([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d${FRACTION}`;
const OFFSET = '(Z|[+-]([01]\\d|2[0-3]):?[0-5]\\d)';

/** What the text must look like, beyond what the engine's cast accepts (it takes 0x1F, 1_000, 24:00:00, and rounds). */
function lexicalPattern(field: Field): string | undefined {
  const usual = field.format === 'default' || field.format === 'any';
  switch (field.type) {
    case 'integer':
      return '[+-]?\\d+';
    case 'number':
      return field.double
        ? '([+-]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][+-]?\\d+)?|NaN|[+-]?INF)'
        : `[+-]?(\\d+(\\.\\d{0,${field.scale}}0*)?|\\.\\d{${Math.min(1, field.scale)},${field.scale}}0*)`;
    case 'date':
      return usual ? '\\d{4}-\\d{2}-\\d{2}' : formatPattern(field.format);
    case 'datetime':
      return usual
        ? `\\d{4}-\\d{2}-\\d{2}${field.format === 'any' ? '[T ]' : 'T'}${TIME}${OFFSET}?`
        : formatPattern(field.format);
    default:
      return undefined;
  }
}

function castText(field: Field, text: string): string {
  const usual = field.format === 'default' || field.format === 'any';
  switch (field.type) {
    case 'string':
      return text;
    case 'boolean': {
      const side = (values: readonly string[], result: boolean) =>
        values.length === 0 ? '' : `WHEN ${text} IN (${values.map(literal).join(', ')}) THEN ${result} `;
      return `CASE ${side(field.trueValues, true)}${side(field.falseValues, false)}END`;
    }
    case 'number':
      return field.double
        ? `TRY_CAST(replace(${text}, 'INF', 'Infinity') AS DOUBLE)`
        : `TRY_CAST(${text} AS ${sqlType(fieldColumnType(field))})`;
    case 'date':
      return usual
        ? `TRY_CAST(${text} AS DATE)`
        : `CAST(try_strptime(${text}, ${literal(field.format)}) AS DATE)`;
    case 'datetime':
      return usual
        ? castDatetime(field, text)
        : zoned(field, `try_strptime(${text}, ${literal(field.format)})`);
    default:
      return `TRY_CAST(${text} AS ${sqlType(fieldColumnType(field))})`;
  }
}

function castDatetime(field: Field, text: string): string {
  const instant = `TRY_CAST(${text} AS TIMESTAMP WITH TIME ZONE)`;
  if (field.timezone === 'UTC') return instant;
  return `CASE WHEN regexp_matches(${text}, '${OFFSET}$') THEN ${instant} ELSE ${zoned(field, `TRY_CAST(${text} AS TIMESTAMP)`)} END`;
}

/** A naive time in the field's zone; NULL for one that the zone's clocks skip. */
function zoned(field: Field, naive: string): string {
  const zone = literal(field.timezone);
  const instant = `timezone(${zone}, CAST(${naive} AS TIMESTAMP))`;
  return field.timezone === 'UTC'
    ? instant
    : `CASE WHEN timezone(${zone}, ${instant}) = CAST(${naive} AS TIMESTAMP) THEN ${instant} END`;
}

/** Pairs of rule and condition; each condition is true or false, never NULL. */
function fieldChecks(field: Field, text: string, value: string): [Rule, string][] {
  const checks: [Rule, string][] = [];
  const { required, minimum, maximum, minLength, maxLength, pattern, enum: allowed } = field.constraints;
  if (field.type !== 'string') {
    const shape = lexicalPattern(field);
    const misshapen = shape === undefined ? '' : ` OR NOT regexp_full_match(${text}, ${literal(shape)})`;
    checks.push(['type-error', `(${text} IS NOT NULL AND (${value} IS NULL${misshapen}))`]);
  }
  if (required) checks.push(['required', `${text} IS NULL`]);
  const cast = (limit: string) => `CAST(${literal(limit)} AS ${sqlType(fieldColumnType(field))})`;
  const present = (condition: string) => `(${value} IS NOT NULL AND ${condition})`;
  if (minimum !== undefined) checks.push(['minimum', present(`${value} < ${cast(minimum)}`)]);
  if (maximum !== undefined) checks.push(['maximum', present(`${value} > ${cast(maximum)}`)]);
  if (minLength !== undefined) checks.push(['minLength', present(`length(${value}) < ${minLength}`)]);
  if (maxLength !== undefined) checks.push(['maxLength', present(`length(${value}) > ${maxLength}`)]);
  if (pattern !== undefined)
    checks.push(['pattern', `(${text} IS NOT NULL AND NOT regexp_full_match(${text}, ${literal(pattern)}))`]);
  if (allowed !== undefined)
    checks.push(['enum', present(`${value} NOT IN (${allowed.map(cast).join(', ')})`)]);
  return checks;
}

/** The expression of a partition column over the values of its field. */
export function partitionExpression(transform: 'identity' | 'year' | 'month' | 'day', value: string): string {
  return transform === 'identity' ? value : `CAST(${transform}(${value}) AS BIGINT)`;
}

export function selectColumn(expression: string, name: string): string {
  return `${expression} AS ${identifier(name)}`;
}
