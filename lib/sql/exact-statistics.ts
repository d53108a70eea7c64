// What is run in the place of stddev, corr and their like. DuckDB adds these up in binary floating point, row by row; here sums of
// decimals are exact, and the last steps alone are rounded. Whether the arguments are exact is the caller's matter. Pure.
import { functionName, type SqlNode } from './sql-tree.ts';

/**
 * SQL over `x` and `y`, the arguments, in which each aggregate stands for that of the call's own rows; undefined for another
 * function. It computes with `x` + 0, a decimal of the scale of `x` whatever integer or decimal that is.
 *
 * Squares are of a mean that is rounded to the scale of `x`, so that no digits cancel out: with m the rounded mean, n the count and
 * d = sum(x) - n * m, the sum of (x - mean)² is sum(x²) - m * (sum(x) + d) - d² / n, in which all but d² / n is exact.
 */
export function exactStatistic(call: SqlNode): string | undefined {
  if (call.distinct === true) return undefined;
  const name = functionName(call) ?? '';
  return isStatistic(name) ? FORMULAS[name] : undefined;
}

export function isStatistic(name: string): boolean {
  return Object.hasOwn(FORMULAS, name);
}

type Value = {
  readonly value: string;
  readonly count: string;
  readonly sum: string;
  readonly mean: string;
  readonly rest: string;
};

function summed(name: string): Value {
  const value = `(${name} + CAST(0 AS DECIMAL(19, 0)))`;
  const sum = `sum(${value})`;
  const count = `count(${name})`;
  const mean = `cast_to_type(${sum} / ${count}, ${sum})`;
  return { value, count, sum, mean, rest: `(${sum} - ${count} * ${mean})` };
}

/** The sum of the products of the distances from the means. */
function products(a: Value, b: Value): string {
  const exact = `(sum(${a.value} * ${b.value}) - ${a.mean} * ${b.sum} - ${b.mean} * ${a.rest})`;
  return `(${exact} - ${a.rest} * ${b.rest} / ${a.count})`;
}

/** What is near zero may be a little less when it is rounded. */
function squares(of: Value): string {
  return `abs(${products(of, of)})`;
}

const X = summed('x');
const OF_POPULATION = `${squares(X)} / ${X.count}`;
const OF_SAMPLE = `${squares(X)} / nullif(${X.count} - 1, 0)`;

/** Of the rows that have both. */
const A = summed('CASE WHEN y IS NULL THEN NULL ELSE x END');
const B = summed('CASE WHEN x IS NULL THEN NULL ELSE y END');
const BOTH = products(A, B);
/** As the last digits are rounded, a quotient might be a little more than 1. */
const CORRELATION = `${BOTH} / greatest(sqrt(${squares(A)}) * sqrt(${squares(B)}), abs(${BOTH}))`;

const FORMULAS: Readonly<Record<string, string>> = {
  var_pop: OF_POPULATION,
  var_samp: OF_SAMPLE,
  variance: OF_SAMPLE,
  stddev_pop: `sqrt(${OF_POPULATION})`,
  stddev_samp: `sqrt(${OF_SAMPLE})`,
  stddev: `sqrt(${OF_SAMPLE})`,
  sem: `sqrt(${squares(X)}) / ${X.count}`,
  covar_pop: `${BOTH} / ${A.count}`,
  covar_samp: `${BOTH} / nullif(${A.count} - 1, 0)`,
  corr: CORRELATION,
  regr_sxy: BOTH,
  regr_sxx: squares(B),
  regr_syy: squares(A),
  regr_avgx: `avg(${B.value})`,
  regr_avgy: `avg(${A.value})`,
  regr_slope: `${BOTH} / ${squares(B)}`,
  regr_intercept: `avg(${A.value}) - ${BOTH} / nullif(${squares(B)}, 0) * avg(${B.value})`,
  regr_r2: `CASE WHEN ${squares(B)} = 0 THEN NULL WHEN ${squares(A)} = 0 THEN 1 ELSE power(${CORRELATION}, 2) END`,
};
