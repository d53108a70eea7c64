// An audit of an insight's front matter as a SELECT over the computed rows, `this`, that returns the offending ones.
import * as z from 'zod';
import { BEFORE, relatedView } from '../core/audit-views.ts';
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

/** An audit whose related table is not resolved yet: still a name. `compared`: the columns whose values it compares. */
export type AuditSource = Omit<Audit, 'related'> & {
  readonly related?: string;
  readonly compared?: { readonly own: string; readonly theirs?: string };
};

/** A scalar as it is written in the file: YAML's numbers would lose digits. Undefined for anything but a scalar. */
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

const KINDS =
  'write {name, sql}, {column, accepted: […]}, {column, minimum and/or maximum}, {column, relationships: {to, field}} or {maxRowChange}';

/** Nulls pass accepted values, ranges and relationships: `key` or a custom audit requires values. */
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
    if (name === undefined) return place.refuse('the audit has no name, and messages need one: add "name"');
    return { name, severity, sql: statement(sql) };
  }
  if (column === undefined || kinds === 0) return place.refuse(`this is not an audit: ${KINDS}`);
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
      compared: { own: column, theirs: relationships.field },
    };
  }
  if (accepted !== undefined)
    return {
      name: `accepted values of ${column}`,
      sql: `SELECT * FROM this WHERE ${subject} NOT IN (${accepted.map((_, i) => value('accepted', i)).join(', ')})`,
      compared: { own: column },
    };
  const bounds = (['minimum', 'maximum'] as const).filter((bound) => words[bound] !== undefined);
  const beyond = bounds.map((bound) => `${subject} ${bound === 'minimum' ? '<' : '>'} ${value(bound)}`);
  return {
    name: `range of ${column} (${bounds.map((bound) => `${bound} ${scalars(bound)?.source}`).join(', ')})`,
    sql: `SELECT * FROM this WHERE ${beyond.join(' OR ')}`,
    compared: { own: column },
  };
}

/** The fraction of its rows by which a partition may grow or shrink: 0.5 is one half. */
function rowChange(words: AuditWords, scalars: Scalars, place: Place): AuditSource {
  if (words.column !== undefined)
    place.refuse('maxRowChange applies to rows, not to a column: remove "column"');
  const ratio = scalars('maxRowChange')?.source ?? '';
  if (!/^(\d+(\.\d*)?|\.\d+)$/.test(ratio))
    place.refuse(
      `maxRowChange must be a ratio such as 0.5, which allows up to 50 % more or fewer rows: correct it`,
    );
  return {
    name: words.name ?? `maxRowChange ${ratio}`,
    severity: words.severity ?? 'warn',
    sql: `SELECT * FROM (SELECT count(*) AS rows FROM this), ${BEFORE} WHERE abs(rows - rows_before) > ${ratio} * rows_before`,
  };
}

/** Ends with a line break, so that it can be put in parentheses even if it ends in a comment. */
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
