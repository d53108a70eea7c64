// What is certain of an expression's values from how it is written: that it is never NULL, and of which exact kind it is.
import type { Kind } from './relation.ts';
import { functionName, isNode, nodes, type SqlNode } from './sql-tree.ts';

/** What is known of the columns that the expression names. */
export type ColumnFacts = {
  readonly isFilled: (column: SqlNode) => boolean;
  readonly kindOf: (column: SqlNode) => Kind | undefined;
};

const COUNTS =
  /^(count|count_star|count_if|countif|approx_count_distinct|row_number|rank|dense_rank|grouping)$/;
const TEXTS =
  /^(concat|upper|lower|ucase|lcase|trim|ltrim|rtrim|replace|substr|substring|left|right|md5|string_agg)$/;
/** They return one of their first argument's values, or NULL. */
const CHOOSERS = /^(min|max|any_value|arbitrary|first|last|first_value|last_value|lag|lead|mode|abs)$/;
/** Of whole numbers they make whole numbers, or fail. */
const SUMS = /^(sum|[+*-])$/;

export function isNeverNull(expression: SqlNode, facts: ColumnFacts): boolean {
  const children = nodes(expression.children);
  switch (expression.class) {
    case 'CONSTANT':
      return isNode(expression.value) && expression.value.is_null !== true;
    case 'COLUMN_REF':
      return facts.isFilled(expression);
    case 'CASE':
      return branches(expression).every((branch) => isNeverNull(branch, facts));
    case 'OPERATOR':
      if (expression.type === 'OPERATOR_COALESCE') return children.some((child) => isNeverNull(child, facts));
      return /^(GROUPING_FUNCTION|OPERATOR_IS_(NOT_)?NULL)$/.test(String(expression.type));
    case 'FUNCTION':
    case 'WINDOW': {
      const name = functionName(expression) ?? '';
      // concat() leaves NULLs out.
      return name === 'concat' || COUNTS.test(name);
    }
    default:
      return false;
  }
}

export function kindOf(expression: SqlNode, facts: ColumnFacts): Kind | undefined {
  const children = nodes(expression.children);
  switch (expression.class) {
    case 'CONSTANT':
      return isNode(expression.value) ? kindOfType(expression.value.type) : undefined;
    case 'CAST':
      return kindOfType(expression.cast_type);
    case 'COLUMN_REF':
      return facts.kindOf(expression);
    case 'CASE':
      return sameKind(branches(expression), facts);
    case 'OPERATOR':
      return expression.type === 'OPERATOR_COALESCE' ? sameKind(children, facts) : undefined;
    case 'FUNCTION':
    case 'WINDOW': {
      const name = functionName(expression) ?? '';
      if (COUNTS.test(name)) return 'integer';
      if (name === 'concat' || TEXTS.test(name))
        return sameKind(children.slice(0, 1), facts) === 'text' ? 'text' : undefined;
      if (CHOOSERS.test(name)) return children.length === 1 ? sameKind(children, facts) : undefined;
      return SUMS.test(name) && sameKind(children, facts) === 'integer' ? 'integer' : undefined;
    }
    default:
      return undefined;
  }
}

/** CASE without ELSE has the literal NULL there. */
function branches(expression: SqlNode): SqlNode[] {
  const taken = nodes(expression.case_checks).map(({ then_expr }) => then_expr);
  return nodes([...taken, expression.else_expr]);
}

/** NULL is of any kind. */
function sameKind(expressions: readonly SqlNode[], facts: ColumnFacts): Kind | undefined {
  const kinds = expressions
    .filter(({ value }) => !(isNode(value) && value.is_null === true))
    .map((expression) => kindOf(expression, facts));
  return new Set(kinds).size === 1 ? kinds[0] : undefined;
}

function kindOfType(type: unknown): Kind | undefined {
  const id = isNode(type) ? String(type.id) : '';
  if (/^(TINY|SMALL|BIG|HUGE)INT$|^INTEGER$/.test(id)) return 'integer';
  const info = isNode(type) && isNode(type.type_info) ? type.type_info : {};
  if (id === 'DECIMAL') return `decimal(${info.width},${info.scale ?? 0})`;
  return { VARCHAR: 'text', DATE: 'date', BOOLEAN: 'boolean' }[id];
}
