// A likely primary key: a column that is named like an identifier, never missing and never twice in a sample. Pure.
import type { FieldWords } from '../definitions/contract-schema.ts';

const FIT = ['string', 'integer', 'date', 'yearmonth'];
/** Fewer records may be different by chance. */
const LEAST_RECORDS = 2;

export function isKeyName(name: string): boolean {
  return /(^|_)(id|ids|key|uuid|guid|code|sku|ean|isin|iban|number|nr|no|nummer|num)$/.test(name);
}

export type KeyDraft = { readonly primaryKey?: string; readonly seen: string };

/** A field and whether no sample has a value of it twice; undefined where that was not asked. */
export type KeyField = { readonly words: FieldWords; readonly isUnique?: boolean };

/** `pair`: asked where no single field is a key: whether the first two that may be of one are never twice together. */
export async function decideKey(
  fields: readonly KeyField[],
  rows: number,
  pair: (names: readonly [string, string]) => Promise<boolean>,
): Promise<KeyDraft> {
  const none = { seen: 'no column is a key by its values and its name' };
  if (rows < LEAST_RECORDS) return { seen: 'too few records to tell' };
  const fit = fields.filter(
    ({ words: { type = 'string', constraints } }) => FIT.includes(type) && constraints?.required,
  );
  const names = fit.filter(({ isUnique }) => isUnique).map(({ words }) => words.name);
  const likely = names.find(isKeyName);
  if (likely !== undefined)
    return {
      primaryKey: likely,
      seen: `${likely} is never missing, never twice in a sample, and named like a key`,
    };
  const [single] = names;
  if (single !== undefined) return suggested(`${single} is`, JSON.stringify(single));
  const [a, b] = fit.filter((field) => fields.indexOf(field) < 2).map(({ words }) => words.name);
  if (a === undefined || b === undefined || !(await pair([a, b]))) return none;
  return suggested(`${a} and ${b} together are`, JSON.stringify([a, b]));
}

/** A key by chance would quarantine good rows: a person decides. */
function suggested(what: string, words: string): KeyDraft {
  return {
    seen: `no column is named like a key, but ${what} never twice in a sample: "primaryKey": ${words}, if that is meant`,
  };
}
