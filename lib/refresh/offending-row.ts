// One of the rows that an audit found, as people read it: `day: 2024-01-01, amount: -1`. Values are DuckDB's exact text.

import { identifier } from '../sql/quoting.ts';

/** The rows of a SELECT with every value as a text, under `name`, of which offendingRow is an aggregate. */
export function rowsAsTexts(sql: string, name: string): string {
  return `(SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (${sql}\n)) AS ${identifier(name)}`;
}

/** An aggregate over rowsAsTexts: the same row whatever their order; NULL for none. */
export function offendingRow(name: string): string {
  return `min(CAST(to_json(${identifier(name)}) AS VARCHAR))`;
}

/** `json`: what offendingRow found. */
export function offendingRowText(json: string): string {
  const row = JSON.parse(json) as Readonly<Record<string, string | null>>;
  return Object.entries(row)
    .map(([column, value]) => `${column}: ${valueText(value)}`)
    .join(', ');
}

/** A text in which something could be taken for the next column stands in quotes. */
function valueText(value: string | null): string {
  if (value === null) return 'no value';
  return value === '' || /[,"]/.test(value) ? JSON.stringify(value) : value;
}
