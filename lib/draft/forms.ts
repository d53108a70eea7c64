// The forms that a column's texts may have, narrowest first. Here they are only proposed, from some
// texts; whether a form takes every text is judged by ingest's own SQL (profile.ts). Pure.

import type { Field } from '../core/contract.ts';
import { STRING_FORMATS } from '../core/text-pattern.ts';
import { parseField } from '../definitions/parse-field.ts';
import { Place } from '../definitions/place.ts';
import { compactDates, dateForms } from './date-forms.ts';
import { type Form, form, type IsMost } from './form.ts';
import { numberForms } from './number-forms.ts';

/** Texts that mean "no value" where all others of a column are numbers, dates and the like. */
export const TOKENS: readonly string[] =
  'NULL null Null NA N/A n/a #N/A NaN nan None none nil NIL - -- — ? \\N (null) missing'.split(' ');

/** Of the texts, at least so many must have a form for it to be proposed: others are named as exceptions. */
const LEAST_SHARE = 0.6;
/** So many texts tell the form; the engine asks them all. */
const MAX_TEXTS = 150;

/** `texts`: distinct, as they came. `hasDecimalChar`: false for JSON, whose numbers have a point. */
export function proposeForms(texts: readonly string[], label: string, hasDecimalChar: boolean): Form[] {
  const bare = [...new Set(texts.map(trimmed))];
  const isDressed =
    bare.some((text) => TOKENS.includes(text)) || texts.some((text) => text !== trimmed(text));
  const forms = plainForms(bare, label, hasDecimalChar);
  return isDressed ? forms.map((form) => ({ ...form, id: `dressed ${form.id}`, isDressed })) : forms;
}

/** As field-sql.ts trims. */
function trimmed(text: string): string {
  return text.replace(/^[ \t\n\r\u00a0]+|[ \t\n\r\u00a0]+$/g, '');
}

function plainForms(texts: readonly string[], label: string, hasDecimalChar: boolean): Form[] {
  const asked = texts.filter((text) => text !== '' && !TOKENS.includes(text)).slice(0, MAX_TEXTS);
  if (asked.length === 0) return [];
  const isMost = (has: (text: string) => boolean) => asked.filter(has).length >= LEAST_SHARE * asked.length;
  const forms: Form[] = [...booleanForms(asked, isMost)];
  if (
    isMost(
      (text) => STRING_FORMATS.uuid?.every((shape) => new RegExp(`^(?:${shape})$`, 'u').test(text)) ?? false,
    )
  )
    forms.push(form({ type: 'string', format: 'uuid' }, 'UUIDs'));
  forms.push(...compactDates(asked, label), ...numberForms(asked, isMost, hasDecimalChar));
  if (isMost((text) => /\d/.test(text) && text.length >= 6 && text.length <= 40))
    forms.push(...dateForms(asked, isMost));
  if (isMost((text) => /^\d{4}-\d\d$/.test(text)))
    forms.push(form({ type: 'yearmonth' }, 'months as 2024-01'));
  if (isMost((text) => /^\{.*\}$/s.test(text))) forms.push(form({ type: 'object' }, 'JSON objects'));
  if (isMost((text) => /^\[.*\]$/s.test(text))) forms.push(form({ type: 'array' }, 'JSON lists'));
  return forms;
}

/** The field that judges a form's texts, under `name`. */
export function judge(name: string, { words, isDressed }: Form): Field {
  const defaults = { missingValues: [''], timezone: 'UTC' };
  const dress = isDressed ? { trim: true, missingValues: ['', ...TOKENS] } : {};
  return parseField({ ...words, ...dress, name }, defaults, new Place('draft'));
}

/** Without Spanish ones: SI and NO are countries too. */
const PAIRS: readonly (readonly [string, string])[] = [
  ['yes', 'no'],
  ['y', 'n'],
  ['t', 'f'],
  ['on', 'off'],
  ['ja', 'nein'],
  ['oui', 'non'],
  ['sim', 'não'],
];

/** 1 and 0 are left as numbers, which they may be. */
function booleanForms(texts: readonly string[], isMost: IsMost): Form[] {
  if (isMost((text) => /^(true|True|TRUE|false|False|FALSE)$/.test(text)))
    return [form({ type: 'boolean' }, 'true and false')];
  const folded = new Set(texts.map((text) => text.toLowerCase()));
  const pair = PAIRS.find((both) => folded.size === 2 && both.every((word) => folded.has(word)));
  if (pair === undefined) return [];
  const spelt = (word: string) => texts.filter((text) => text.toLowerCase() === word).sort();
  const words = { type: 'boolean', trueValues: spelt(pair[0]), falseValues: spelt(pair[1]) };
  return [form(words, `${pair[0]} and ${pair[1]}`)];
}
