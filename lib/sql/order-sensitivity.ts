// Which of DuckDB's functions depend on the order of the rows, and what to write instead.
import { functionName, isNode, lower, nodes, type SqlNode } from './sql-tree.ts';

/** Aggregates whose result is the same for every order; for sums over binary floating point see floatSums. */
export const ORDER_FREE = new Set(
  `count count_star count_if countif min max sum sum_no_overflow avg mean bool_and bool_or bit_and bit_or bit_xor bitstring_agg
  median quantile quantile_cont quantile_disc mad histogram histogram_exact approx_count_distinct regr_count`.split(
    /\s+/,
  ),
);
/** They keep the order of the rows, or take the first or last one: an ORDER BY within the call decides. */
const ORDERED = new Set(
  'list array_agg string_agg group_concat listagg first last any_value arbitrary first_value last_value'.split(
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

export type WindowSensitivity = 'free' | 'rows' | 'refused';

/** `rows`: its result may differ between rows that tie in its ORDER BY. */
export function windowSensitivity(call: SqlNode, aggregates: ReadonlySet<string>): WindowSensitivity {
  const name = functionName(call) ?? '';
  if (PEER_WINDOWS.has(name)) return nodes(call.arg_orders).length > 0 ? 'rows' : 'free';
  if (ROW_WINDOWS.has(name)) return 'rows';
  const own = sensitivity(name, aggregates);
  if (own === 'refused') return 'refused';
  const isByRows = [call.start, call.end].some((bound) => String(bound).endsWith('_ROWS'));
  return own !== 'free' || isByRows ? 'rows' : 'free';
}

/** Why a function is refused, and what to write instead, each as SQL over `x` (and `y` if it takes two arguments). */
export type Remedy = { readonly problem: string; readonly write: readonly string[] };

export function remedyOf(name: string): Remedy {
  const takes = `${name}() processes the rows in an arbitrary order`;
  if (name === 'product')
    return { problem: ADDS(name), write: ['list_reduce(list(x ORDER BY x), lambda a, b: a * b)'] };
  if (FLOAT_SUMS.test(name) || EXACT_SUMS.test(name)) return { problem: ADDS(name), write: [exactSum(name)] };
  if (name === 'json_group_object')
    return { problem: takes, write: ['to_json(map_from_entries(list((x, y) ORDER BY x, y)))'] };
  if (name === 'json_group_structure')
    return { problem: takes, write: ['json_structure(to_json(list(x ORDER BY x)))'] };
  if (JSON_AGGREGATES.test(name)) return { problem: takes, write: ['to_json(list(x ORDER BY x))'] };
  if (name === 'mode')
    return {
      problem: 'mode() takes an arbitrary one of the equally frequent values',
      write: ['SELECT x FROM t GROUP BY x ORDER BY count(*) DESC, x LIMIT 1'],
    };
  if (ARG_EXTREMES.test(name))
    return {
      problem: `${name}(x, y) takes an arbitrary one of the rows that tie in y`,
      write: [`${name}(x, (y, x))`],
    };
  if (name === 'list' || name === 'array_agg') return { problem: takes, write: [`${name}(x ORDER BY x)`] };
  if (/agg$|concat$/.test(name)) return { problem: takes, write: [`${name}(x, ',' ORDER BY x)`] };
  if (ORDERED.has(name))
    return {
      problem: `${name}() takes an arbitrary row`,
      write: ['min(x)', 'max(x)', `${name.replace(/^(first|last)_value$/, '$1')}(x ORDER BY x)`],
    };
  return {
    problem: `${name}() is not known to give the same result for every order of the rows`,
    write: ['count(x)', 'sum(x)', 'min(x)', 'max(x)', 'quantile_disc(x, 0.5)'],
  };
}

export function remedy(name: string): string {
  const { problem, write } = remedyOf(name);
  const [last = '', ...others] = write.toReversed();
  return `${problem}: write ${others.length === 0 ? last : `${others.toReversed().join(', ')} or ${last}`}`;
}

const ADDS = (name: string) =>
  `${name}() adds binary floating point numbers, whose sum depends on the order of the rows`;

/** For binary floating point; sums of decimals are exact. */
const EXACT_SUMS = /^(sum|sum_no_overflow|avg|mean)$/;

function exactSum(name: string): string {
  return `${EXACT_SUMS.test(name) ? name : 'sum'}(CAST(x AS DECIMAL(38, 9)))`;
}

/** For something ordered by values that can be equal without being identical. */
export function inexactSentence(what: string): string {
  return `${what} takes an arbitrary one of the rows whose order values are equal but not identical, such as 0.0 and -0.0, or 1 month and 30 days: order by exact values, such as CAST(x AS DECIMAL(38, 9)), or add a key of the tables`;
}

/** The functions, in lower case, that add DOUBLE or FLOAT in a bound plan (json_serialize_plan): the parse tree has no types. */
export function floatSums(plan: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) visit(item);
    if (!isNode(value)) return;
    const name = lower(value.name);
    if (/^BOUND_(AGGREGATE|WINDOW)$/.test(String(value.expression_class)) && addsFloats(name, value))
      found.add(name);
    for (const child of Object.values(value)) visit(child);
  };
  visit(plan);
  return found;
}

function addsFloats(name: string, call: SqlNode): boolean {
  const types = [...nodes(call.arguments), ...nodes(nodes(call.children).map((child) => child.return_type))];
  return EXACT_SUMS.test(name) && types.some(({ id }) => id === 'DOUBLE' || id === 'FLOAT');
}
