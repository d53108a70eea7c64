// Bound expressions of DuckDB's plan (json_serialize_plan): the possible forms of their values, and which expressions
// distinguish equal values although the row order decides which one they get.
import { constantForms, constantOf, EXACT_CLASSES, isNumber, typeOf } from './plan-constants.ts';
import { isNode, lower, nodes, offsetOf, type SqlNode, type SqlProblem } from './sql-tree.ts';
import {
  anyForm,
  chooser,
  chosen,
  eitherForm,
  type Forms,
  floatForms,
  isExactType,
  isFloat,
  oneForm,
  type PlanType,
  varies,
  wholeDays,
} from './value-forms.ts';

/** The columns that expressions refer to by position. */
export type Row = readonly Forms[];

const EXACT_OPERATORS = new Set(
  'COMPARE_IN COMPARE_NOT_IN OPERATOR_IS_NULL OPERATOR_IS_NOT_NULL OPERATOR_NOT'.split(' '),
);
/** Equal numbers in, equal numbers out; then a result of an exact type is identical. */
const NUMERIC = new Set(
  `+ - * abs @ round floor ceil ceiling trunc greatest least sign isnan isinf isfinite sqrt cbrt exp sin cos tan asin acos atan
  sinh cosh tanh degrees radians even`.split(/\s+/),
);
/** They combine and extract values without inspecting them. */
const STRUCTURAL = new Set(
  `list_value struct_pack row struct_extract struct_extract_at array_extract list_extract list_element array_value unpivot_list
  constant_or_null coalesce`.split(/\s+/),
);
/** Aggregates that return one of their values, or a list of them; see also `floatForms`. */
const CHOOSERS = /^(min|max|median|quantile(_cont|_disc)?|mad|mode|histogram(_exact)?)$/;
/** An order decides which value they return: determinism.ts proves on the parse tree that it does. */
const ORDERED =
  /^(list|array_agg|string_agg|group_concat|listagg|first|last|any_value|arbitrary|(first|last|nth)_value|lag|lead|fill|arg_?(min|max)(_nulls?(_last)?)?|(min|max)_by)$/;
const COUNTS =
  /^(count(_star|_if)?|countif|approx_count_distinct|regr_count|row_number|rank|rank_dense|dense_rank|percent_rank|cume_dist|ntile|bool_(and|or))$/;

/** It keeps its counters sorted, which NaN breaks because it is neither less nor greater than a number. */
const HISTOGRAM =
  'histogram() of binary floating point counts NaN wrongly, depending on the order of the rows: make the values exact first, for example with CAST(x AS DECIMAL(38, 9))';

export class Expressions {
  readonly problems: SqlProblem[] = [];
  /** A value was found in which equal values may differ. */
  mayVary = false;

  of(expression: SqlNode, row: Row): Forms {
    const forms = this.#forms(expression, row);
    this.mayVary ||= varies(forms);
    return forms;
  }

  #forms(expression: SqlNode, row: Row): Forms {
    const type = typeOf(expression);
    switch (expression.expression_class) {
      case 'BOUND_REF':
        return columnAt(row, expression, type);
      case 'BOUND_COLUMN_REF':
        return columnOf(row, type);
      case 'BOUND_CONSTANT':
        return constantForms(expression, type);
      case 'BOUND_CAST':
        return this.#cast(expression, type, row);
      case 'BOUND_CASE':
        return this.#case(expression, type, row);
      case 'BOUND_FUNCTION':
        return this.#function(expression, type, row);
      case 'BOUND_OPERATOR':
        return this.#operator(expression, type, row);
      case 'BOUND_AGGREGATE':
      case 'BOUND_WINDOW':
        return this.#aggregate(expression, type, row);
      case 'BOUND_UNNEST':
        return eitherForm(type, [anyForm(type), ...this.#all([expression.child], row)]);
      default: {
        const parts = this.#all(Object.values(expression), row);
        return EXACT_CLASSES.has(String(expression.expression_class))
          ? oneForm(type)
          : this.apart(expression, type, parts);
      }
    }
  }

  /** For all expressions in the values, at any depth. */
  #all(values: readonly unknown[], row: Row): Forms[] {
    const found: Forms[] = [];
    for (const expression of innerExpressions(values)) found.push(this.of(expression, row));
    return found;
  }

  #cast(cast: SqlNode, type: PlanType, row: Row): Forms {
    const [from = anyForm(type)] = this.#all([cast.child], row);
    const days =
      isIntervalOfDays(cast, type) || from.type.id === 'NULL'
        ? [{ ...from, isWholeDays: true } as const]
        : [];
    if (isFloat(from.type) && isFloat(type)) return narrowed(from, type);
    const kept = chosenOf([from]);
    // These types have no -0, and casting NaN to them fails.
    if (isFloat(from.type) && (isNumber(type) || type.id === 'BOOLEAN')) return oneForm(type);
    if (isFloat(type))
      return isNumber(from.type) || from.type.id === 'NULL'
        ? { ...oneForm(type), mayBeInfinite: from.type.id === 'UHUGEINT' && type.id === 'FLOAT' }
        : { ...anyForm(type), ...kept };
    return { ...this.apart(cast, type, [from]), ...wholeDays(type, days) };
  }

  #case(expression: SqlNode, type: PlanType, row: Row): Forms {
    const checks = nodes(expression.case_checks);
    this.#all(
      checks.map((check) => check.when_expr),
      row,
    );
    return eitherForm(
      type,
      this.#all([...checks.map((check) => check.then_expr), expression.else_expr], row),
    );
  }

  #operator(operator: SqlNode, type: PlanType, row: Row): Forms {
    const parts = this.#all([operator.children], row);
    const name = String(operator.type);
    if (EXACT_OPERATORS.has(name)) return oneForm(type);
    if (name === 'OPERATOR_COALESCE' || name === 'OPERATOR_TRY') return eitherForm(type, parts);
    return this.apart(operator, type, parts);
  }

  #function(call: SqlNode, type: PlanType, row: Row): Forms {
    const args = this.#all([call.children], row);
    return { ...this.#called(call, type, args), ...daysOfCall(lower(call.name), type, args) };
  }

  #called(call: SqlNode, type: PlanType, args: readonly Forms[]): Forms {
    const name = lower(call.name);
    if (isOfOneForm(name, args)) return oneForm(type);
    const isNumeric = NUMERIC.has(name) && args.every((arg) => !varies(arg) || isFloat(arg.type));
    // Only a zero divisor shows its sign.
    const isQuotient = name === '/' && args[1]?.chosenBy === undefined && isFloat(type);
    if (isNumeric || isQuotient || STRUCTURAL.has(name)) {
      const known = floatForms(name, type, args, constantOf(nodes(call.children)[1]));
      const result = known ?? { ...anyForm(type), ...chosenOf(args) };
      return isExactType(type) ? oneForm(type) : result;
    }
    return this.apart(call, type, args);
  }

  #aggregate(call: SqlNode, type: PlanType, row: Row): Forms {
    const { children, default_expr: otherwise, ...others } = call;
    const [first = oneForm(type), ...more] = this.#all([children], row);
    const [other] = this.#all([otherwise], row);
    this.#all(Object.values(others), row);
    const name = lower(call.name ?? String(call.type).replace(/^WINDOW_/, ''));
    if (COUNTS.test(name)) return oneForm(type);
    const isDistinct = call.aggregate_type === 'DISTINCT' || call.distinct === true;
    // DuckDB groups by a normalized interval and returns the first original one.
    const isFirst = /^(first|last|any_value|arbitrary)$/.test(name) && !isNode(call.order_bys);
    if (isFirst && call.expression_class === 'BOUND_AGGREGATE')
      return keptForms(type, chosen(first, 'GROUP BY'), name);
    if (/^histogram/.test(name) && isFloat(first.type) && first.mayBeInfinite)
      this.problems.push({ problem: HISTOGRAM, offset: offsetOf(call) });
    if (CHOOSERS.test(name)) return keptForms(type, interpolated(name, chosen(first, `${name}()`)), name);
    if (ORDERED.test(name)) {
      const kept = keptForms(type, isDistinct ? chosen(first, 'DISTINCT') : first, name);
      return other === undefined ? kept : eitherForm(type, [kept, other]);
    }
    const args = [first, ...more].map((arg) => (isDistinct ? chosen(arg, 'DISTINCT') : arg));
    const forms = this.apart(call, type, args);
    return /^(avg|mean)$/.test(name) && isNumber(first.type) ? oneForm(type) : forms;
  }

  /** The result of an expression that may distinguish equal values. */
  apart(expression: SqlNode, type: PlanType, parts: readonly Forms[]): Forms {
    const by = chooser(parts);
    if (by !== undefined)
      this.problems.push({ problem: apartSentence(expression, by), offset: offsetOf(expression) });
    return isExactType(type) ? oneForm(type) : anyForm(type);
  }
}

/** The outermost expressions, in order. */
function innerExpressions(values: readonly unknown[]): SqlNode[] {
  const found: SqlNode[] = [];
  const waiting = values.toReversed();
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (isNode(value) && typeof value.expression_class === 'string') found.push(value);
    else if (Array.isArray(value) || isNode(value))
      for (const part of Object.values(value).toReversed()) waiting.push(part);
  }
  return found;
}

/** They compute a value between two others. */
const BETWEEN = /^(median|quantile_cont|mad|fill)$/;

/** For min(x) or list(x): a result of the value's own type is such a value; of any other type nothing is known. */
function keptForms(type: PlanType, value: Forms, name: string): Forms {
  const days = type.id === value.type.id && !BETWEEN.test(name) ? wholeDays(type, [value]) : {};
  if (isExactType(type)) return { ...oneForm(type), ...days };
  const known =
    isFloat(type) && (isFloat(value.type) || isNumber(value.type)) ? { ...value, type } : anyForm(type);
  return value.chosenBy === undefined ? known : { ...known, chosenBy: value.chosenBy };
}

/** Interpolating between infinities of opposite signs gives NaN. */
function interpolated(name: string, value: Forms): Forms {
  const isBetween = BETWEEN.test(name) && isFloat(value.type) && value.mayBeInfinite;
  return isBetween ? chosen({ ...value, mayBeOddNaN: true }, `${name}()`) : value;
}

/** Parts of a time, and the difference of two: DuckDB returns the latter in days and less than a day of microseconds. */
function isOfOneForm(name: string, args: readonly Forms[]): boolean {
  const areTimes = args.every(({ type: { id } }) => /^(DATE|TIMESTAMP)/.test(id));
  return areTimes && (name === 'epoch' || name === 'julian' || (name === '-' && args.length === 2));
}

/** Their result has months and days alone. */
const DAY_INTERVALS = /^to_(days|weeks|months|quarters|years|decades|centuries|millennia)$/;

/** Of whole days these make whole days. */
function daysOfCall(name: string, type: PlanType, args: readonly Forms[]): Pick<Forms, 'isWholeDays'> {
  if (DAY_INTERVALS.test(name) && type.id === 'INTERVAL') return { isWholeDays: true };
  if (/^date_?trunc$/.test(name) && type.id === 'TIMESTAMP') return wholeDays(type, args.slice(1));
  return /^([+-]|greatest|least)$/.test(name) ? wholeDays(type, args) : {};
}

/** Such as `INTERVAL '7 days'`, which is the cast of a text. */
function isIntervalOfDays({ child }: SqlNode, type: PlanType): boolean {
  if (type.id !== 'INTERVAL' || !isNode(child) || !isNode(child.value)) return false;
  return /^\s*[+-]?\d+\s*(day|week|month|quarter|year)s?\s*$/i.test(String(child.value.value));
}

function chosenOf(values: readonly Forms[]): Pick<Forms, 'chosenBy'> {
  const chosenBy = chooser(values);
  return chosenBy === undefined ? {} : { chosenBy };
}

/** A position with another type means that the row is not the expected one. */
function columnAt(row: Row, reference: SqlNode, type: PlanType): Forms {
  const column = row[Number(reference.index)];
  if (column !== undefined && column.type.id === type.id) return { ...column, type };
  return { ...(isExactType(type) ? oneForm(type) : anyForm(type)), ...chosenOf(row) };
}

/** Of a reference by name, as a table function's input has it: it may be each column of its type. */
function columnOf(row: Row, type: PlanType): Forms {
  if (isExactType(type)) return oneForm(type);
  const possible = row.filter((column) => column.type.id === type.id);
  return possible.length > 0 ? eitherForm(type, possible) : { ...anyForm(type), ...chosenOf(row) };
}

/** What is too small for a FLOAT is a zero with the sign of the number. */
function narrowed(value: Forms, type: PlanType): Forms {
  const isNarrower = value.type.id === 'DOUBLE' && type.id === 'FLOAT';
  return { ...value, type, mayBeNegativeZero: value.mayBeNegativeZero || isNarrower };
}

function apartSentence(expression: SqlNode, by: string): string {
  const isCast = expression.expression_class === 'BOUND_CAST';
  const what = isCast ? 'a cast' : `${lower(expression.name ?? expression.type)}()`;
  return `${what} distinguishes values that ${by} treats as equal, such as 0.0 and -0.0 or 1 month and 30 days, and the order of the rows decides which one it gets: make the values exact first, for example with CAST(x AS DECIMAL(38, 9)), or epoch_us(x) for an interval`;
}
