// The types of a bound plan's expressions, and what its constants are. Pure.
import { isNode, type SqlNode } from './sql-tree.ts';
import { anyForm, type Forms, isExactType, isFloat, oneForm, type PlanType } from './value-forms.ts';

/** Whose result is a BOOLEAN that equal values have in common. */
export const EXACT_CLASSES = new Set(['BOUND_COMPARISON', 'BOUND_CONJUNCTION', 'BOUND_BETWEEN']);

export function constantForms({ value }: SqlNode, type: PlanType): Forms {
  if (isNode(value) && value.is_null === true) return { ...oneForm(type), isWholeDays: true };
  if (isExactType(type)) return oneForm(type);
  const number = isNode(value) ? value.value : undefined;
  return isFloat(type) && typeof number === 'number' && !Object.is(number, -0)
    ? oneForm(type)
    : anyForm(type);
}

/** The number of a constant, or of a cast of one that keeps it: others may make a zero of it. */
export function constantOf(expression: SqlNode | undefined): number | undefined {
  if (expression?.expression_class === 'BOUND_CAST' && isNode(expression.child)) {
    const number = constantOf(expression.child);
    const type = typeOf(expression);
    return type.id === 'DOUBLE' || Number.isInteger(number) ? number : undefined;
  }
  if (expression?.expression_class !== 'BOUND_CONSTANT' || !isNode(expression.value)) return undefined;
  const { value } = expression.value;
  const type = typeOf(expression);
  const scale = isNode(type.type_info) ? Number(type.type_info.scale ?? 0) : 0;
  return typeof value === 'number' && (isFloat(type) || isNumber(type)) ? value / 10 ** scale : undefined;
}

export function typeOf(expression: SqlNode): PlanType {
  const type = expression.return_type ?? (isNode(expression.value) ? expression.value.type : undefined);
  if (isNode(type) && typeof type.id === 'string') return { id: type.id, type_info: type.type_info };
  return { id: EXACT_CLASSES.has(String(expression.expression_class)) ? 'BOOLEAN' : 'UNKNOWN' };
}

/** Of a number that is no binary floating point: finite, and with one zero. */
export function isNumber({ id }: PlanType): boolean {
  return /^(U?(TINY|SMALL|BIG|HUGE)?INT|U?INTEGER|INTEGER_LITERAL|DECIMAL|BIGNUM|BOOLEAN)$/.test(id);
}
