// Statistics of whole numbers of any size, without a rounding before the last step: the judge of test/laws/exact-statistics.test.ts.

/** `undefined`: NULL. */
type Result = number | undefined;

/** `x` and `y` in units of 10^-scale; rows that lack one are left out by the caller. */
export type Pairs = {
  readonly x: readonly bigint[];
  readonly y: readonly bigint[];
  readonly scales: readonly [x: number, y: number];
};

/** By the function's name, and how far a result of doubles may be from it. */
export function statistics({ x, y, scales: [xScale, yScale] }: Pairs) {
  const n = BigInt(x.length);
  const sum = (values: readonly bigint[]) => values.reduce((total, value) => total + value, 0n);
  /** n times the sum of the products of the distances from the means. */
  const products = (a: readonly bigint[], b: readonly bigint[]) =>
    n * sum(a.map((value, i) => value * (b[i] ?? 0n))) - sum(a) * sum(b);
  const [xx, yy, xy] = [products(x, x), products(y, y), products(x, y)];
  const [ofX, ofY, ofBoth] = [2 * xScale, 2 * yScale, xScale + yScale];
  const root = (value: Result) => (value === undefined ? undefined : Math.sqrt(value));
  const sample = quotient(xx, n * (n - 1n), ofX);
  const size = Math.sqrt((quotient(xx, n, ofX) ?? 0) * (quotient(yy, n, ofY) ?? 0));
  const steep = Math.sqrt((quotient(xx, 1n, ofX) ?? 0) / (quotient(yy, 1n, ofY) ?? 1));
  const correlated = x.length === 0 ? undefined : Number(quotient(xy, 1n, ofBoth)) / (size * Number(n));
  const means = [quotient(sum(x), n, xScale), quotient(sum(y), n, yScale)] as const;
  const slope = yy === 0n ? Number.NaN : quotient(xy, yy, xScale - yScale);
  const exactly = (value: Result) => ({ value, off: Math.abs(value ?? 0) * 1e-13 });
  const about = (value: Result, most: number) => ({ value, off: most * 1e-13 });
  const ofNone = x.length === 0;
  return {
    var_pop: exactly(quotient(xx, n * n, ofX)),
    var_samp: exactly(sample),
    variance: exactly(sample),
    stddev_pop: exactly(root(quotient(xx, n * n, ofX))),
    stddev_samp: exactly(root(sample)),
    stddev: exactly(root(sample)),
    sem: exactly(root(quotient(xx, n * n * n, ofX))),
    covar_pop: about(quotient(xy, n * n, ofBoth), size),
    covar_samp: about(quotient(xy, n * (n - 1n), ofBoth), size),
    corr: about(correlated, 1),
    regr_sxy: about(quotient(xy, n, ofBoth), size),
    regr_sxx: exactly(quotient(yy, n, ofY)),
    regr_syy: exactly(quotient(xx, n, ofX)),
    regr_avgx: exactly(means[1]),
    regr_avgy: exactly(means[0]),
    regr_slope: about(ofNone ? undefined : slope, steep),
    regr_intercept: about(
      ofNone || yy === 0n ? undefined : (means[0] ?? 0) - (slope ?? 0) * (means[1] ?? 0),
      Math.abs(means[0] ?? 0) + steep * Math.abs(means[1] ?? 0),
    ),
    regr_r2: about(ofNone || yy === 0n ? undefined : xx === 0n ? 1 : (correlated ?? 0) ** 2, 1),
  };
}

/** a / b / 10^scale; undefined of nothing by nothing. */
function quotient(a: bigint, b: bigint, scale: number): Result {
  if (b <= 0n) return undefined;
  const digits = 40;
  return Number(`${(a * 10n ** BigInt(digits)) / b}e${-digits - scale}`);
}
