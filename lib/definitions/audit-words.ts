// An audit of an insight's front matter as a SELECT over the computed rows, `this`, that returns the offending ones.
import { z } from 'zod';
import type { Audit } from '../core/insight.ts';
import { identifier, literal, withoutFinalSemicolon } from '../sql/quoting.ts';
import type { Place } from './place.ts';

export const auditWords = z.strictObject({
  name: z.string().min(1).optional(),
  sql: z.string().min(1).optional(),
  column: z.string().min(1).optional(),
  accepted: z.array(z.unknown()).min(1).optional(),
  minimum: z.unknown().optional(),
  maximum: z.unknown().optional(),
  relationships: z.strictObject({ to: z.string().min(1), field: z.string().min(1) }).optional(),
  maxRowChange: z.unknown().optional(),
  severity: z.enum(['error', 'warn']).optional(),
});
export type AuditWords = z.infer<typeof auditWords>;

/** An audit whose related table is a name yet. */
export type AuditSource = Omit<Audit, 'related'> & { readonly related?: string };

/** A scalar as it is written in the file: YAML's numbers would lose digits. Undefined for what is no scalar. */
export type Written = { readonly source: string; readonly quoted: boolean; readonly value: unknown };
export type Scalars = (...path: (string | number)[]) => Written | undefined;

/** The audits that every insight has: lib/refresh/audit.ts. */
export const OWN_AUDITS: readonly string[] = [
  'computed',
  'partition',
  'readable values',
  'key not null',
  'key unique',
];

/** The view that holds all rows of an audit's related table, under a name that no table has; for SQL. */
export function relatedView(name: string): string {
  return identifier(relatedName(name));
}

export function relatedName(name: string): string {
  return `_sluice_related_${name.toLowerCase()}`;
}
/** The view that holds, in `rows_before`, the number of rows that the partition has before this version; no row where it is new. */
export const BEFORE = '_sluice_before';

const KINDS =
  'write {name, sql}, {column, accepted: […]}, {column, minimum and/or maximum}, {column, relationships: {to, field}} or {maxRowChange}';

/** A null breaks neither accepted values, nor a range, nor a relationship: `key` or an audit of one's own says what must be there. */
export function auditSql(words: AuditWords, scalars: Scalars, place: Place): AuditSource {
  const kinds = [
    words.sql,
    words.accepted,
    words.minimum ?? words.maximum,
    words.relationships,
    words.maxRowChange,
  ].filter((kind) => kind !== undefined).length;
  if (kinds > 1) place.refuse(`this audit mixes two kinds: ${KINDS}`);
  const severity = words.severity ?? 'error';
  if (words.maxRowChange !== undefined) return rowChange(words, scalars, place);
  const { name, sql, column } = words;
  if (sql !== undefined) {
    if (column !== undefined) place.refuse(`this audit mixes two kinds: ${KINDS}`);
    if (name === undefined) return place.refuse('the audit has no name, which messages need: add "name"');
    return { name, severity, sql: statement(sql) };
  }
  if (column === undefined || kinds === 0) return place.refuse(`this is no audit: ${KINDS}`);
  return { severity, ...columnAudit(words, column, scalars, place), ...(name === undefined ? {} : { name }) };
}

function columnAudit(
  words: AuditWords,
  column: string,
  scalars: Scalars,
  place: Place,
): Omit<AuditSource, 'severity'> {
  const subject = identifier(column);
  const value = (...path: (string | number)[]) => valueSql(scalars(...path), place);
  const { accepted, relationships } = words;
  if (relationships !== undefined) {
    const field = identifier(relationships.field);
    return {
      name: `${column} references ${relationships.to}.${relationships.field}`,
      sql: `SELECT * FROM this WHERE ${subject} NOT IN (SELECT ${field} FROM ${relatedView(relationships.to)} WHERE ${field} IS NOT NULL)`,
      related: relationships.to,
    };
  }
  if (accepted !== undefined)
    return {
      name: `accepted values of ${column}`,
      sql: `SELECT * FROM this WHERE ${subject} NOT IN (${accepted.map((_, i) => value('accepted', i)).join(', ')})`,
    };
  const bounds = (['minimum', 'maximum'] as const).filter((bound) => words[bound] !== undefined);
  const beyond = bounds.map((bound) => `${subject} ${bound === 'minimum' ? '<' : '>'} ${value(bound)}`);
  return {
    name: `range of ${column} (${bounds.map((bound) => `${bound} ${scalars(bound)?.source}`).join(', ')})`,
    sql: `SELECT * FROM this WHERE ${beyond.join(' OR ')}`,
  };
}

/** By how much of its rows a partition may grow or shrink: 0.5 is by a half. */
function rowChange(words: AuditWords, scalars: Scalars, place: Place): AuditSource {
  if (words.column !== undefined)
    place.refuse('maxRowChange is about the rows, not a column: take "column" out');
  const ratio = scalars('maxRowChange')?.source ?? '';
  if (!/^(\d+(\.\d*)?|\.\d+)$/.test(ratio))
    place.refuse(
      `maxRowChange must be a ratio such as 0.5, which allows half as many rows more or less: correct it`,
    );
  return {
    name: words.name ?? `maxRowChange ${ratio}`,
    severity: words.severity ?? 'warn',
    sql: `SELECT * FROM (SELECT count(*) AS rows FROM this), ${BEFORE} WHERE abs(rows - rows_before) > ${ratio} * rows_before`,
  };
}

/** Whoever embeds it in parentheses need not mind a comment at its end. */
function statement(sql: string): string {
  const one = withoutFinalSemicolon(sql);
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
