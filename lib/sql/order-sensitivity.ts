// Which of DuckDB's functions depend on the order of the rows, and what to write instead.
import { argumentsOf, isStatistic } from './exact-statistics.ts';
import { allNodes, functionName, lower, nodes, type SqlNode } from './sql-tree.ts';

/** Aggregates whose result is the same for every order; for sums over binary floating point see floatSums. */
export const ORDER_FREE = new Set(
  `count count_star count_if countif min max sum sum_no_overflow avg mean bool_and bool_or bit_and bit_or bit_xor bitstring_agg
  median quantile quantile_cont quantile_disc mad histogram histogram_exact approx_count_distinct regr_count`.split(
    /\s+/,
  ),
);
/** They keep the order of the rows, or take the first or last one: an ORDER BY within the call decides. */
const ORDERED = new Set(
  'list array_agg string_agg group_concat listagg first last any_value arbitrary first_value last_value mode'.split(
    ' ',
  ),
);
const ARG_EXTREMES = /^(arg_?(min|max)(_null|_nulls_last)?|(min|max)_by)$/;
const ROW_WINDOWS = new Set(
  'row_number ntile lag lead first_value last_value nth_value first last fill'.split(' '),
);
const PEER_WINDOWS = new Set('rank dense_rank rank_dense percent_rank cume_dist'.split(' '));
const FLOAT_SUMS =
  /^(stddev(_pop|_samp)?|var(iance|_pop|_samp)|sem|skewness|kurtosis(_pop)?|corr|covar_(pop|samp)|regr_(?!count).*|entropy|product|favg|fsum|kahan_sum|sumkahan|geo(metric_)?mean|wavg|weighted_avg)$/;
const JSON_AGGREGATES = /^json_group_(array|object|structure)$/;

/**
 * `free`: the order of the rows does not matter; `ordered`: an ORDER BY within the call decides; `extreme`: its second argument
 * does; `refused`: nothing known does.
 */
export type Sensitivity = 'free' | 'ordered' | 'extreme' | 'refused';

/** `aggregates`: DuckDB's, in lower case. Functions that are not aggregates or macros of these work row by row. */
export function sensitivity(name: string, aggregates: ReadonlySet<string>): Sensitivity {
  if (FLOAT_SUMS.test(name) || JSON_AGGREGATES.test(name)) return 'refused';
  if (!aggregates.has(name) || ORDER_FREE.has(name)) return 'free';
  if (ORDERED.has(name)) return 'ordered';
  return ARG_EXTREMES.test(name) ? 'extreme' : 'refused';
}

/** The argument that an aggregate takes of the row that comes first, whatever its ORDER BY: how many values, or between which bounds. */
export function settingOf(call: SqlNode): SqlNode | undefined {
  const [, second, third] = nodes(call.children);
  const name = functionName(call) ?? '';
  if (/^(min|max|histogram(_exact)?)$/.test(name)) return second;
  return ARG_EXTREMES.test(name) ? third : undefined;
}

/** What is wrong with such an argument that differs within a group, and what to write. */
export function unsettled(call: SqlNode): string {
  const place = nodes(call.children).length;
  return `${functionName(call)}() takes its argument ${place} of whichever row comes first: write a constant there, or what the SELECT groups by`;
}

export type WindowSensitivity = 'free' | 'rows' | 'refused';

/** `rows`: its result may differ between rows that tie in its ORDER BY. `own`: that of the function. */
export function windowSensitivity(call: SqlNode, own: Sensitivity): WindowSensitivity {
  const name = functionName(call) ?? '';
  if (PEER_WINDOWS.has(name)) return nodes(call.arg_orders).length > 0 ? 'rows' : 'free';
  if (ROW_WINDOWS.has(name)) return 'rows';
  // A window counts the values of mode() in an order of its own.
  if (own === 'refused' || name === 'mode') return 'refused';
  const isByRows = [call.start, call.end].some((bound) => String(bound).endsWith('_ROWS'));
  return own !== 'free' || isByRows ? 'rows' : 'free';
}

/**
 * Why a function is refused, and what to write instead, each as SQL over `x` (and `y` if it takes two arguments). `otherwise`: what
 * to say where none of these passes.
 */
export type Remedy = {
  readonly problem: string;
  readonly write: readonly string[];
  readonly otherwise: string;
};

export function remedyOf(name: string): Remedy {
  const takes = `${name}() processes the rows in an arbitrary order`;
  const byGroups =
    'count the rows of each value in a subquery with GROUP BY, and number these by count(*) DESC, x';
  if (isStatistic(name)) return { problem: ADDS(name), write: exactSums(name), otherwise: APART };
  if (isFloatSum(name)) return { problem: ADDS(name), write: exactSums(name), otherwise: EXACT };
  if (JSON_AGGREGATES.test(name) || name === 'list' || name === 'array_agg')
    return {
      problem: takes,
      write: [sortedWhole(name)],
      otherwise: `${ORDERED_BY}; ARRAY(SELECT x …) is (SELECT list(x ORDER BY x) …)`,
    };
  if (name === 'mode')
    return {
      problem: 'mode() takes an arbitrary one of the equally frequent values',
      write: ['mode(x ORDER BY x)'],
      otherwise: byGroups,
    };
  if (ARG_EXTREMES.test(name))
    return {
      problem: `${name}(x, y) takes an arbitrary one of the rows that tie in y`,
      write: [extremeOf(name)],
      otherwise: `${ORDERED_BY}, such as ${name}(x, (y, x))`,
    };
  if (/agg$|concat$/.test(name))
    return { problem: takes, write: [`${name}(x, ',' ORDER BY x)`], otherwise: ORDERED_BY };
  if (ORDERED.has(name))
    return {
      problem: `${name}() takes an arbitrary row`,
      write: [`${name.replace(/^(first|last)_value$/, '$1')}(x ORDER BY x)`, 'min(x)', 'max(x)'],
      otherwise: 'write min(x) or max(x)',
    };
  if (name === 'approx_top_k')
    return {
      problem: `${name}() counts by guesses, which depend on the order of the rows`,
      write: [],
      otherwise: byGroups,
    };
  return {
    problem: `${name}() is not known to give the same result for every order of the rows`,
    write: [],
    otherwise: 'leave it out, or write it with count, sum, min, max or quantile_disc, which are',
  };
}

export function remedy(name: string): string {
  const { problem, write, otherwise } = remedyOf(name);
  return `${problem}: ${write.length === 0 ? otherwise : `write ${alternatives(write)}`}`;
}

/** `a, b or c` */
export function alternatives(texts: readonly string[]): string {
  const [last = '', ...others] = texts.toReversed();
  return others.length === 0 ? last : `${others.toReversed().join(', ')} or ${last}`;
}

const EXACT = 'compute it from count(x) and from sums of decimals, such as sum(CAST(x AS DECIMAL(38, 9)))';
const APART =
  'compute it of plain columns of whole numbers or decimals in a subquery of its own, such as (SELECT g, stddev(x) AS s FROM (SELECT DISTINCT g, x FROM t) GROUP BY g)';
const ORDERED_BY = 'order it by what distinguishes its rows';

const ADDS = (name: string) =>
  `${name}() adds binary floating point numbers, whose sum depends on the order of the rows`;

/** For binary floating point; sums of decimals are exact. */
const EXACT_SUMS = /^(sum|sum_no_overflow|avg|mean)$/;

function isFloatSum(name: string): boolean {
  return FLOAT_SUMS.test(name) || EXACT_SUMS.test(name);
}

/** A statistic is of decimals whose squares have 38 digits at most. */
function exactSums(name: string): readonly string[] {
  const wide = (x: string) => `CAST(${x} AS DECIMAL(38, 9))`;
  const narrow = (x: string) => `CAST(${x} AS DECIMAL(18, 6))`;
  if (isStatistic(name)) {
    const taken = ['x', 'y'].slice(0, argumentsOf(name));
    return [`${name}(${taken.map(narrow).join(', ')})`];
  }
  if (name === 'product')
    return [
      'list_reduce(list(CAST(x AS DOUBLE) ORDER BY x) FILTER (WHERE x IS NOT NULL), lambda a, b: a * b)',
    ];
  if (/^geo/.test(name)) return [`exp(avg(${wide('ln(x)')}))`];
  if (name === 'favg') return [`avg(${wide('x')})`];
  if (/^w(eighted_)?avg$/.test(name))
    return ['x', wide('x')].map((x) => `sum(${x} * y) / sum(y) FILTER (WHERE x IS NOT NULL)`);
  if (EXACT_SUMS.test(name)) return [`${name}(${wide('x')})`];
  return /^(fsum|kahan_sum|sumkahan)$/.test(name) ? [`sum(${wide('x')})`] : [];
}

function sortedWhole(name: string): string {
  if (name === 'json_group_object') return 'to_json(map_from_entries(list((x, y) ORDER BY x, y)))';
  if (name === 'json_group_structure') return 'json_structure(to_json(list(x ORDER BY x)))';
  return name === 'json_group_array' ? 'to_json(list(x ORDER BY x))' : `${name}(x ORDER BY x)`;
}

/** A row without y is passed over, as the function does; in a row of values NULL would be the greatest. */
function extremeOf(name: string): string {
  if (name.endsWith('_nulls_last'))
    return `${name}(x, (y IS ${name.includes('max') ? 'NOT ' : ''}NULL, y, x))`;
  return `${name}(x, (y, x)) FILTER (WHERE y IS NOT NULL)`;
}

/** For something ordered by values that can be equal without being identical. */
export function inexactSentence(what: string): string {
  return `${inexact(what)}: order by exact values, such as CAST(x AS DECIMAL(38, 9)), or add a key of the tables`;
}

/** The same without what to write. */
export function inexact(what: string): string {
  return `${what} takes an arbitrary one of the rows whose order values are equal but not identical, such as 0.0 and -0.0, or 1 month and 30 days`;
}

/** The functions, in lower case, that add DOUBLE or FLOAT in a bound plan (json_serialize_plan): the parse tree has no types. */
export function floatSums(plan: unknown): ReadonlySet<string> {
  return new Set(floatAdditions(plan).map(({ name }) => lower(name)));
}

/** Their calls, as in the plan. */
export function floatAdditions(plan: unknown): SqlNode[] {
  return [...allNodes(plan)].filter(
    (call) => /^BOUND_(AGGREGATE|WINDOW)$/.test(String(call.expression_class)) && addsFloats(call),
  );
}

function addsFloats(call: SqlNode): boolean {
  const types = [...nodes(call.arguments), ...nodes(nodes(call.children).map((child) => child.return_type))];
  return EXACT_SUMS.test(lower(call.name)) && types.some(({ id }) => id === 'DOUBLE' || id === 'FLOAT');
}
