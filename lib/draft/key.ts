// A likely primary key: a column that is named like an identifier, never missing and never twice in a sample. Pure.
import type { FieldWords } from '../definitions/contract-schema.ts';

const FIT = ['string', 'integer', 'date', 'yearmonth'];
const MAX_ASKED = 4;
/** Fewer records may be different by chance. */
const LEAST_RECORDS = 2;

/** The fields of each possible key, the likeliest first: those named like identifiers, the first column, the first two together. */
export function possibleKeys(fields: readonly FieldWords[], rows: number): string[][] {
  if (rows < LEAST_RECORDS) return [];
  const fit = fields.filter(
    ({ type = 'string', constraints }) => FIT.includes(type) && constraints?.required === true,
  );
  const alone = fit.filter(({ constraints }) => constraints?.enum === undefined);
  const first = fields[0]?.name;
  const named = alone.filter(({ name }) => isKeyName(name));
  const [a, b] = fit
    .filter(({ name }) => [fields[0]?.name, fields[1]?.name].includes(name))
    .map(({ name }) => name);
  const keys = [
    ...named.filter(({ name }) => name === first).map(({ name }) => [name]),
    ...named.filter(({ name }) => name !== first).map(({ name }) => [name]),
    ...alone.filter((field) => field.name === first && !named.includes(field)).map(({ name }) => [name]),
  ].slice(0, MAX_ASKED);
  return a !== undefined && b !== undefined ? [...keys, [a, b]] : keys;
}

export function isKeyName(name: string): boolean {
  return /(^|_)(id|ids|key|uuid|guid|code|sku|ean|isin|iban|number|nr|no|nummer|num)$/.test(name);
}

export type KeyDraft = { readonly primaryKey?: string; readonly seen: string };

/** `unique`: those of the possible keys that are never twice in a sample. */
export function decideKey(unique: readonly (readonly string[])[]): KeyDraft {
  const likely = unique.find((names) => names.length === 1 && isKeyName(names[0] ?? ''));
  if (likely?.[0] !== undefined)
    return {
      primaryKey: likely[0],
      seen: `${likely[0]} is never missing, never twice in a sample, and named like a key`,
    };
  const [other] = unique;
  if (other === undefined) return { seen: 'no column is a key by its values and its name' };
  return {
    seen: `no column is named like a key, but ${other.join(' and ')} ${other.length === 1 ? 'is' : 'together are'} never twice in a sample: "primaryKey": ${JSON.stringify(other.length === 1 ? other[0] : other)}, if that is meant`,
  };
}
