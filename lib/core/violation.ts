// What is wrong with a row or a file, as a value; and the sentence that says so. Bad data is never thrown.
import type { Dataset, Field } from './contract.ts';

/** Rules are named as the Table Schema standard names its constraints, and as Frictionless names its errors. */
export type Rule =
  | 'type-error'
  | 'required'
  | 'enum'
  | 'minimum'
  | 'maximum'
  | 'minLength'
  | 'maxLength'
  | 'pattern'
  | 'primary-key'
  | 'missing-cell'
  | 'extra-cell'
  | 'encoding-error'
  | 'source-error'
  | 'missing-label'
  | 'extra-label'
  | 'duplicate-label'
  | 'too-large'
  | 'maxRejectedRows'
  | 'maxRejectedRatio'
  | 'partition-value';

export type Violation = {
  /** '' where the whole row or file is meant. */
  readonly field: string;
  readonly rule: Rule;
  readonly value: string | null;
  readonly message: string;
};

/** A refused record: `line` is the physical line in the source file, null where the file is one JSON document; `path` its place there. */
export type RejectedRow = {
  readonly line: number | null;
  readonly path?: string | null;
  readonly raw: string;
  readonly violations: readonly Violation[];
};

const MAX_SHOWN = 120;

export function shown(value: string | null): string {
  if (value === null) return 'nothing';
  const text =
    value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}… (${value.length} characters)` : value;
  return JSON.stringify(text);
}

/** `credit_usage: "1,5" is not a number (decimal point is ".")` */
export function fieldViolation(
  dataset: Dataset,
  field: Field,
  rule: Rule,
  value: string | null,
  pathValue?: string | null,
): Violation {
  return {
    field: field.name,
    rule,
    value,
    message: `${field.name}: ${problem(dataset, field, rule, value, pathValue)}`,
  };
}

function problem(
  dataset: Dataset,
  field: Field,
  rule: Rule,
  value: string | null,
  pathValue: string | null | undefined,
): string {
  const limits = field.constraints;
  switch (rule) {
    case 'type-error':
      return `${shown(value)} is not ${TYPE_NAMES[field.type]} (${expectation(field)})`;
    case 'required':
      return 'the value is missing';
    case 'enum':
      return `${shown(value)} is not one of ${(limits.enum ?? []).map((v) => JSON.stringify(v)).join(', ')}`;
    case 'minimum':
      return `${shown(value)} is below the minimum ${limits.minimum}`;
    case 'maximum':
      return `${shown(value)} is above the maximum ${limits.maximum}`;
    case 'minLength':
      return `${shown(value)} is shorter than ${limits.minLength} characters`;
    case 'maxLength':
      return `${shown(value)} is longer than ${limits.maxLength} characters`;
    case 'pattern':
      return `${shown(value)} does not match the pattern ${limits.pattern}`;
    case 'partition-value':
      if (pathValue === undefined) return 'an empty text cannot name a partition';
      return `${shown(value)} differs from ${shown(pathValue ?? null)}, which the file's path says`;
    default:
      return `${shown(value)} breaks the rule ${rule} of ${dataset.name}`;
  }
}

const TYPE_NAMES = {
  string: 'a text',
  integer: 'an integer',
  number: 'a number',
  boolean: 'a boolean',
  date: 'a date',
  datetime: 'a date and time',
} as const;

function expectation(field: Field): string {
  switch (field.type) {
    case 'integer':
      return 'whole, within 64 bits';
    case 'number':
      return field.double
        ? 'decimal point is "."'
        : `decimal point is ".", at most ${field.precision - field.scale} digits before it and ${field.scale} after it`;
    case 'boolean':
      return `one of ${[...field.trueValues, ...field.falseValues].map((v) => JSON.stringify(v)).join(', ')}`;
    case 'date':
      return field.format === 'default' || field.format === 'any'
        ? 'YYYY-MM-DD, a day that exists'
        : `format ${field.format}`;
    case 'datetime':
      return field.format === 'default' || field.format === 'any'
        ? `YYYY-MM-DD${field.format === 'any' ? ' ' : 'T'}HH:MM:SS, at most six digits of a second, a time that exists in ${field.timezone}`
        : `format ${field.format}, a time that exists in ${field.timezone}`;
    default:
      return field.format;
  }
}
