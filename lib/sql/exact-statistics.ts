// What is run in the place of stddev, corr and their like. DuckDB adds these up in binary floating point, row by row; here sums of
// decimals are exact, and the last steps alone are rounded. Whether the arguments are exact is the caller's matter. Pure.
import { functionName, nodes, type SqlNode } from './sql-tree.ts';

/**
 * SQL over `x` and `y`, the arguments, in which each aggregate stands for that of the call's own rows; undefined for another
 * function. Exact sums are computed first; a lambda, which names them, makes the statistic of them.
 *
 * Squares are of a mean that is rounded to the scale of `x`, so that no digits cancel out: with m the rounded mean, n the count and
 * d = sum(x) - n * m, the sum of (x - mean)² is sum(x²) - m * (sum(x) + d) - d² / n, in which all but d² / n is exact.
 */
export function exactStatistic(call: SqlNode): string | undefined {
  const name = functionName(call) ?? '';
  const isWhole = call.distinct !== true && nodes(call.children).length === argumentsOf(name);
  return isWhole && isStatistic(name) ? FORMULAS[name] : undefined;
}

/** How many arguments the statistic takes. */
export function argumentsOf(name: string): number {
  return /^(corr|covar|regr)/.test(name) ? 2 : 1;
}

export function isStatistic(name: string): boolean {
  return Object.hasOwn(FORMULAS, name);
}

/** Decimals of the scale of `x` and `y`, whatever integers or decimals these are; of two arguments, of the rows that have both. */
const WIDE = (value: string) => `(${value} + CAST(0 AS DECIMAL(19, 0)))`;
const [X, A, B] = [
  WIDE('x'),
  WIDE('CASE WHEN y IS NULL THEN NULL ELSE x END'),
  WIDE('CASE WHEN x IS NULL THEN NULL ELSE y END'),
];

const ofOne = (formula: string) =>
  named({ n: `count(${X})`, a: `sum(${X})`, aa: `sum(${X} * ${X})` }, formula);
const ofTwo = (formula: string) =>
  named(
    {
      n: `count(${A})`,
      a: `sum(${A})`,
      b: `sum(${B})`,
      aa: `sum(${A} * ${A})`,
      bb: `sum(${B} * ${B})`,
      ab: `sum(${A} * ${B})`,
    },
    formula,
  );

/** The formula over the sums, by their names. */
function named(sums: Readonly<Record<string, string>>, formula: string): string {
  const parts = Object.entries(sums).map(([name, sum]) => `'${name}': ${sum}`);
  // HAVING would take `_sluice.a` for a column.
  const body = formula.replaceAll(/\$(\w+)/g, "_sluice['$1']");
  return `list_transform([{${parts.join(', ')}}], lambda _sluice: ${body})[1]`;
}

/** A double has 15 digits: what a first mean of longer numbers lacks is added to it. */
function mean(of: string): string {
  const first = `cast_to_type($${of} / $n, $${of})`;
  return `(${first} + cast_to_type(($${of} - $n * ${first}) / $n, $${of}))`;
}

const rest = (of: string) => `($${of} - $n * ${mean(of)})`;

/** The sum of the products of the distances from the means. */
function products(one: string, other: string): string {
  const exact = `($${one}${other} - ${mean(one)} * $${other} - ${mean(other)} * ${rest(one)})`;
  return `(${exact} - ${rest(one)} * ${rest(other)} / $n)`;
}

/** What is near zero may be a little less when it is rounded. */
const squares = (of: string) => `abs(${products(of, of)})`;

const [AA, BB, AB] = [squares('a'), squares('b'), products('a', 'b')];
const OF_POPULATION = `${AA} / nullif($n, 0)`;
const OF_SAMPLE = `${AA} / nullif($n - 1, 0)`;
/** As the last digits are rounded, a quotient might be a little more than 1. */
const CORRELATION = `${AB} / greatest(sqrt(${AA}) * sqrt(${BB}), abs(${AB}))`;

const FORMULAS: Readonly<Record<string, string>> = {
  var_pop: ofOne(OF_POPULATION),
  var_samp: ofOne(OF_SAMPLE),
  variance: ofOne(OF_SAMPLE),
  stddev_pop: ofOne(`sqrt(${OF_POPULATION})`),
  stddev_samp: ofOne(`sqrt(${OF_SAMPLE})`),
  stddev: ofOne(`sqrt(${OF_SAMPLE})`),
  sem: ofOne(`sqrt(${AA}) / nullif($n, 0)`),
  covar_pop: ofTwo(`${AB} / nullif($n, 0)`),
  covar_samp: ofTwo(`${AB} / nullif($n - 1, 0)`),
  corr: ofTwo(CORRELATION),
  regr_sxy: ofTwo(AB),
  regr_sxx: ofTwo(BB),
  regr_syy: ofTwo(AA),
  regr_avgx: `avg(${B})`,
  regr_avgy: `avg(${A})`,
  regr_slope: ofTwo(`${AB} / ${BB}`),
  regr_intercept: ofTwo(`$a / $n - ${AB} / nullif(${BB}, 0) * ($b / $n)`),
  regr_r2: ofTwo(`CASE WHEN ${BB} = 0 THEN NULL WHEN ${AA} = 0 THEN 1 ELSE power(${CORRELATION}, 2) END`),
};
