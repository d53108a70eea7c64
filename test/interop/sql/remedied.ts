// A refused query with what the refusal says to write: further terms at the end of its last ORDER BY.
import type { Catalog } from '../../../lib/core/catalog.ts';
import { type Generated, insightName } from './generated.ts';

const SAID = / tie in its ORDER BY: also order by (.+?)(?:, or by a key of its tables)?$/;
const ALL = /with ORDER BY ALL$/;

export type Remedied = { readonly number: number; readonly sql: string; readonly terms: readonly string[] };

/** Those whose refusal says nothing but such terms, or ORDER BY ALL. */
export function remedied({ queries }: Generated, { aside }: Catalog): Remedied[] {
  return queries.flatMap(({ number, sql }) => {
    const { lines = [] } = aside.find(({ names }) => names.includes(insightName(number)))?.error ?? {};
    const [said = '', ...others] = lines;
    if (others.length > 0) return [];
    if (ALL.test(said))
      return [
        {
          number,
          sql: sql.replace(/\bORDER BY\b(?![\s\S]*\bORDER BY\b)[\s\S]*?(?=\bLIMIT\b)/i, 'ORDER BY ALL '),
          terms: ['ALL'],
        },
      ];
    const terms = SAID.exec(said)?.[1];
    if (terms === undefined) return [];
    const written = sql.replace(/\s*\bLIMIT\s+\d+\s*;?\s*$/i, (end) => `, ${terms}${end}`);
    return [{ number, sql: written, terms: terms.split(/, (?![^(]*\))/) }];
  });
}
