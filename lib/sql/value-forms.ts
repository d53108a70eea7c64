// Types in which equal values can differ: 0.0 and -0.0, NaN of either sign, 1 month and 30 days. Derives which of these
// forms a value may have from how it is computed. Types are those of DuckDB's plan: `{id, type_info}`.
import { isNode } from './sql-tree.ts';

export type PlanType = { readonly id: string; readonly type_info?: unknown };

/** What is known of a column or an expression. */
export type Forms = {
  readonly type: PlanType;
  /** For a float: -0.0. For another type that is not exact: one of several equal values. */
  readonly mayBeNegativeZero: boolean;
  /** NaN with the sign that cannot come from a text. */
  readonly mayBeOddNaN: boolean;
  readonly mayBeInfinite: boolean;
  /** Of a TIMESTAMP: it is a midnight. Of an INTERVAL: it has months and days alone. */
  readonly isWholeDays?: true;
  /** What takes the first of several equal values; absent if the value does not depend on the rows' order. */
  readonly chosenBy?: string;
};

/** Equal values are identical: they have one text and the same bits. */
const EXACT = new Set(
  `NULL BOOLEAN TINYINT SMALLINT INTEGER BIGINT HUGEINT UTINYINT USMALLINT UINTEGER UBIGINT UHUGEINT DECIMAL BIGNUM
  INTEGER_LITERAL STRING_LITERAL VARCHAR CHAR BLOB BIT UUID ENUM DATE TIME TIME_NS TIME_WITH_TIME_ZONE TIMESTAMP TIMESTAMP_S
  TIMESTAMP_MS TIMESTAMP_NS TIMESTAMP_WITH_TIME_ZONE`
    .split(/\s+/)
    .map((id) => (id.endsWith('TIME_ZONE') ? id.replaceAll('_', ' ') : id)),
);
const CONTAINERS = new Set(['LIST', 'ARRAY', 'STRUCT', 'MAP', 'UNION']);

export function isExactType({ id, type_info: info }: PlanType): boolean {
  if (EXACT.has(id)) return true;
  return CONTAINERS.has(id) && partTypes(info).every(isExactType);
}

function partTypes(value: unknown): PlanType[] {
  if (Array.isArray(value)) return value.flatMap(partTypes);
  if (!isNode(value)) return [];
  if (typeof value.id === 'string') return [{ id: value.id, type_info: value.type_info }];
  return Object.values(value).flatMap(partTypes);
}

export function isFloat({ id }: PlanType): boolean {
  return id === 'DOUBLE' || id === 'FLOAT';
}

/** True if two equal values of it may differ. */
export function varies({ type, mayBeNegativeZero, mayBeOddNaN }: Forms): boolean {
  return !isExactType(type) && (mayBeNegativeZero || (isFloat(type) && mayBeOddNaN));
}

/** A value of which only the type is known. */
export function anyForm(type: PlanType): Forms {
  return { type, mayBeNegativeZero: true, mayBeOddNaN: true, mayBeInfinite: true };
}

/** Of a finite number without a negative zero, a value of an exact type, or one that its type represents in only one way. */
export function oneForm(type: PlanType): Forms {
  return { type, mayBeNegativeZero: false, mayBeOddNaN: false, mayBeInfinite: false };
}

/** A value that may be any of the given ones. */
export function eitherForm(type: PlanType, values: readonly Forms[]): Forms {
  const chosenBy = chooser(values);
  return {
    type,
    mayBeNegativeZero: values.some((value) => value.mayBeNegativeZero),
    mayBeOddNaN: values.some((value) => value.mayBeOddNaN),
    mayBeInfinite: values.some((value) => value.mayBeInfinite),
    ...wholeDays(type, values),
    ...(chosenBy === undefined ? {} : { chosenBy }),
  };
}

/** If all of the values are whole days, so is one of that type that is made of nothing but them. */
export function wholeDays(type: PlanType, values: readonly Forms[]): Pick<Forms, 'isWholeDays'> {
  const may = type.id === 'TIMESTAMP' || type.id === 'INTERVAL';
  const are = values.length > 0 && values.every((value) => value.type.id === 'DATE' || value.isWholeDays);
  return may && are ? { isWholeDays: true } : {};
}

export function chooser(values: readonly Forms[]): string | undefined {
  return values.find((value) => value.chosenBy !== undefined)?.chosenBy;
}

/** The value that `by` takes from several equal ones. */
export function chosen(value: Forms, by: string): Forms {
  return varies(value) ? { ...value, chosenBy: value.chosenBy ?? by } : value;
}

/** By the rules of IEEE 754 in the rounding to nearest: a function's result forms from its arguments; undefined for others. */
export function floatForms(
  name: string,
  type: PlanType,
  args: readonly Forms[],
  constant?: number,
): Forms | undefined {
  const [a, b] = args;
  if (!isFloat(type) || a === undefined) return undefined;
  const both = eitherForm(type, args);
  switch (name) {
    case '+':
      if (b === undefined) return both;
      return {
        ...both,
        mayBeNegativeZero: a.mayBeNegativeZero && b.mayBeNegativeZero,
        mayBeOddNaN: both.mayBeOddNaN || (a.mayBeInfinite && b.mayBeInfinite),
        mayBeInfinite: true,
      };
    case '-':
      if (b === undefined) return { ...both, mayBeNegativeZero: true, mayBeOddNaN: a.mayBeInfinite };
      return {
        ...both,
        mayBeNegativeZero: a.mayBeNegativeZero,
        mayBeOddNaN: both.mayBeOddNaN || (a.mayBeInfinite && b.mayBeInfinite),
        mayBeInfinite: true,
      };
    case '*':
      return {
        ...both,
        mayBeNegativeZero: true,
        mayBeOddNaN: both.mayBeOddNaN || both.mayBeInfinite,
        mayBeInfinite: true,
      };
    case '/':
      return quotient(both, a, constant);
    case 'abs':
    case '@':
      return { ...both, mayBeNegativeZero: false, mayBeOddNaN: false };
    case 'round':
    case 'floor':
    case 'ceil':
    case 'ceiling':
    case 'trunc':
      return { ...both, mayBeNegativeZero: true, mayBeOddNaN: a.mayBeOddNaN, mayBeInfinite: a.mayBeInfinite };
    case 'greatest':
    case 'least':
      return both;
    default:
      return undefined;
  }
}

/** `constant`: the divisor if it is constant. A divisor other than 0 never creates NaN, one of at least 1 never infinity. */
function quotient(both: Forms, dividend: Forms, constant: number | undefined): Forms {
  const divides = constant !== undefined && Number.isFinite(constant) && constant !== 0;
  return {
    ...both,
    mayBeNegativeZero: true,
    mayBeOddNaN: both.mayBeOddNaN || !divides,
    mayBeInfinite: !divides || Math.abs(constant) < 1 || dividend.mayBeInfinite,
  };
}

/** SQL for the canonical one of all equal values. */
export function canonicalDouble(sql: string): string {
  return `CASE WHEN isnan(${sql}) THEN CAST('nan' AS DOUBLE) ELSE ${sql} + CAST(0 AS DOUBLE) END`;
}
