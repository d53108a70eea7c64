// What to try in the place of an aggregate, or of its window, whose result depends on the order of the rows. Pure.
import { remedyOf, type Sensitivity } from './order-sensitivity.ts';
import type { Advice } from './remedies.ts';
import { functionName, isNode, nodes, type SqlNode } from './sql-tree.ts';

export function callAdvice(call: SqlNode, kind: Sensitivity): Advice {
  const name = functionName(call) ?? '';
  const { problem, write, otherwise } = remedyOf(name);
  const [first] = nodes(call.children);
  const isOrdered = isNode(call.order_bys) && nodes(call.order_bys.orders).length > 0;
  const isOrderable = call.class !== 'WINDOW' && kind === 'ordered' && first !== undefined;
  const byItself = { kind: 'order' as const, to: [call], by: first ? [first] : [] };
  const isJoined = /agg$|concat$/.test(name) && name !== 'array_agg';
  const calls = write.flatMap((sql) => asCalled(sql, call, name));
  return {
    said: problem,
    remedies:
      isOrderable && (isOrdered || isJoined)
        ? [byItself]
        : calls.map((sql) => ({ kind: 'call' as const, of: call, write: sql })),
    ...(kind === 'ordered' ? { most: 3 } : {}),
    otherwise,
  };
}

/** With the call's third argument and its DISTINCT; [] where that does not fit. */
function asCalled(sql: string, call: SqlNode, name: string): string[] {
  const whole = nodes(call.children).length < 3 ? sql : sql.replace('(y, x))', '(y, x), z)');
  if (call.distinct !== true) return [whole];
  return sql.startsWith(`${name}(`) ? [whole.replace('(', '(DISTINCT ')] : [];
}
