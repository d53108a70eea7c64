// An audit of an insight's front matter as a SELECT over the computed rows, `this`, that returns the offending ones.
import { z } from 'zod';
import type { Place } from './definition-place.ts';
import type { Audit } from './insight.ts';
import { identifier, literal } from './sql-text.ts';

export const auditWords = z.strictObject({
  name: z.string().min(1).optional(),
  sql: z.string().min(1).optional(),
  column: z.string().min(1).optional(),
  accepted: z.array(z.unknown()).min(1).optional(),
  minimum: z.unknown().optional(),
  maximum: z.unknown().optional(),
});
export type AuditWords = z.infer<typeof auditWords>;

/** A scalar as it is written in the file: YAML's numbers would lose digits. Undefined for what is no scalar. */
export type Written = { readonly source: string; readonly quoted: boolean; readonly value: unknown };
export type Scalars = (...path: (string | number)[]) => Written | undefined;

const KINDS = 'write {name, sql}, {column, accepted: […]}, or {column, minimum and/or maximum}';

/** A null breaks neither accepted values nor a range: `key` or an audit of one's own says what must be there. */
export function auditSql(words: AuditWords, scalars: Scalars, place: Place): Audit {
  const { name, sql, column, accepted } = words;
  const ranged = words.minimum !== undefined || words.maximum !== undefined;
  if (sql !== undefined) {
    if (column !== undefined || accepted !== undefined || ranged)
      place.refuse(`this audit mixes two kinds: ${KINDS}`);
    if (name === undefined) return place.refuse('the audit has no name, which messages need: add "name"');
    return { name, sql: statement(sql) };
  }
  if (column === undefined || (accepted !== undefined) === ranged)
    return place.refuse(`this is no audit: ${KINDS}`);
  const subject = identifier(column);
  const values = (...path: (string | number)[]) => valueSql(scalars(...path), place);
  if (accepted !== undefined) {
    const list = accepted.map((_, i) => values('accepted', i)).join(', ');
    return {
      name: name ?? `accepted values of ${column}`,
      sql: `SELECT * FROM this WHERE ${subject} NOT IN (${list})`,
    };
  }
  const bounds = [
    words.minimum === undefined ? undefined : `${subject} < ${values('minimum')}`,
    words.maximum === undefined ? undefined : `${subject} > ${values('maximum')}`,
  ].filter((bound) => bound !== undefined);
  return { name: name ?? `range of ${column}`, sql: `SELECT * FROM this WHERE ${bounds.join(' OR ')}` };
}

/** Whoever embeds it in parentheses need not mind a comment at its end. */
function statement(sql: string): string {
  const one = sql.trim().replace(/[;\s]+$/, '');
  return one.slice(one.lastIndexOf('\n') + 1).includes('--') ? `${one}\n` : one;
}

function valueSql(scalar: ReturnType<Scalars>, place: Place): string {
  const value = scalar?.value;
  if (scalar === undefined || value === null || value === undefined)
    return place.refuse('a value here must be a text, a number, true or false: correct it');
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return literal(value);
  if (!/^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(scalar.source))
    return place.refuse(`${scalar.source} is not a plain decimal number: write one`);
  return scalar.source;
}
