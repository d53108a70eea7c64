// Records that the contract says to skip: how a rule is named in reports, and those rules that look at a field's cell, as SQL over
// a source relation. Rules about a whole record are applied to CSV by lib/ingest/csv/skipped-records.ts, before any SQL.
import { literal } from '../sql/quoting.ts';
import type { Dataset, SkipRule } from './contract.ts';
import { trimmedText } from './field-sql.ts';
import type { TextSource } from './validation-sql.ts';

/** How many records a rule left out; `rule` as skipRuleText has it, or FOOTER. */
export type SkippedCount = { readonly rule: string; readonly rows: number };

export const FOOTER = 'footerRows';

/** Such as `startsWith "Total"`. */
export function skipRuleText(rule: SkipRule): string {
  if ('startsWith' in rule) return `startsWith ${JSON.stringify(rule.startsWith)}`;
  return 'field' in rule ? `${rule.field} matches ${JSON.stringify(rule.pattern)}` : 'blank';
}

export type SkipCondition = {
  readonly rule: string;
  /** Never NULL. */
  readonly sql: string;
};

/**
 * The text is that of `constraints.pattern`, before missingValues; an empty cell is the empty text. A field whose column the file
 * lacks has no cell. `missing`: the headers of such fields.
 */
export function skipConditions(
  { skipRows = [], fields }: Dataset,
  texts: TextSource,
  missing: readonly string[],
): SkipCondition[] {
  return skipRows.flatMap((rule) => {
    if (!('field' in rule)) return [];
    const field = fields.find(({ name }) => name === rule.field);
    const text = texts.get(rule.field);
    if (field === undefined || text === undefined || missing.includes(field.header)) return [];
    const written = `coalesce(${trimmedText(field, text)}, '')`;
    return [{ rule: skipRuleText(rule), sql: `regexp_full_match(${written}, ${literal(rule.pattern)})` }];
  });
}

/** True for a row that one of them skips; undefined where there is none. */
export function anySkips(conditions: readonly SkipCondition[]): string | undefined {
  return conditions.length === 0 ? undefined : `(${conditions.map(({ sql }) => sql).join(' OR ')})`;
}

export function skippedTotal(counts: readonly SkippedCount[]): number {
  return counts.reduce((sum, { rows }) => sum + rows, 0);
}
