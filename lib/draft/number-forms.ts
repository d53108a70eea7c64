// Numbers as people write them: which notations are proposed for some texts, and with how much room for digits. Pure.
import { plainNumber, withoutExponent } from '../core/number-text.ts';
import { type Form, form, type IsMost } from './form.ts';

const INTEGER = /^[+-]?\d+$/;
/** Within 64 bits; longer ones are identifiers. */
const MAX_INTEGER_DIGITS = 19;

export function numberForms(texts: readonly string[], isMost: IsMost, hasDecimalChar: boolean): Form[] {
  const forms: Form[] = [];
  const isInteger = (text: string) =>
    INTEGER.test(text) && text.replace(/^[+-]/, '').length <= MAX_INTEGER_DIGITS;
  if (isMost(isInteger)) forms.push(form({ type: 'integer' }, 'whole numbers', { doubt: DIGITS_LOST }));
  if (texts.every((text) => INTEGER.test(text))) return forms;
  for (const notation of NOTATIONS) {
    const { decimalChar = '.', groupChar } = notation;
    const marks = [decimalChar, ...(groupChar === undefined ? [] : [groupChar])];
    const isOwn = decimalChar === '.' && groupChar === undefined;
    if (decimalChar !== '.' && !hasDecimalChar) continue;
    if (
      !isOwn &&
      !texts.some((text) => marks.some((mark) => mark !== '.' && text.includes(mark))) &&
      !isGroupedByPoint(notation, texts)
    )
      continue;
    if (groupChar !== undefined && !texts.some((text) => text.includes(groupChar))) continue;
    const written = { ...notation, type: 'number' as const, double: false };
    if (
      !isMost(
        (text) =>
          plainNumber(written, text) !== undefined && /\d/.test(text) && /^[\d+\-.,eE'\s]+$/.test(text),
      )
    )
      continue;
    const own = numberForm(notation, texts);
    if (own !== undefined) forms.push(own);
  }
  return forms;
}

type Notation = { readonly decimalChar?: string; readonly groupChar?: string };
const NOTATIONS: readonly Notation[] = [
  {},
  { groupChar: ',' },
  { decimalChar: ',' },
  { decimalChar: ',', groupChar: '.' },
  ...[' ', '\u00a0', '\u202f', "'", '’'].flatMap((groupChar): Notation[] => [
    { groupChar },
    { decimalChar: ',', groupChar },
  ]),
];

function isGroupedByPoint({ groupChar }: Notation, texts: readonly string[]): boolean {
  return groupChar === '.' && texts.some((text) => text.includes('.'));
}

/** A whole part with room for three more digits, within 18 digits if that is enough: the engine is fast up to there. */
const [FAST_DIGITS, MOST_DIGITS] = [18, 38];
const [ROOM_BEFORE, ROOM_AFTER] = [3, 2];

function numberForm(notation: Notation, texts: readonly string[]): Form | undefined {
  const written = { ...notation, type: 'number' as const, double: false };
  let [before, after] = [1, 0];
  for (const text of texts) {
    const plain = plainNumber(written, text);
    if (plain === undefined || !/^[+-]?[\d.]+([eE][+-]?\d+)?$/.test(plain)) continue;
    const [whole = '', part = ''] = withoutExponent(plain).replace(/^[+-]/, '').split('.');
    before = Math.max(before, whole.replace(/^0+/, '').length);
    after = Math.max(after, part.length);
  }
  const { groupChar } = notation;
  const loose = groupChar === undefined ? {} : { loose: looselyGrouped(groupChar) };
  const how = { family: 'number' as const, ...loose };
  if (after === 0 && groupChar !== undefined)
    return form({ type: 'integer', groupChar }, `whole numbers${withMarks({ groupChar })}`, {
      ...how,
      doubt: DIGITS_LOST,
    });
  if (before + after > MOST_DIGITS) return undefined;
  const scale = Math.min(after + ROOM_AFTER, MOST_DIGITS - before);
  const precision = before + ROOM_BEFORE + scale <= FAST_DIGITS ? FAST_DIGITS : MOST_DIGITS;
  return form({ type: 'number', ...notation, precision, scale }, `decimals${withMarks(notation)}`, {
    ...how,
    doubt: EXPONENT_OR_ZEROS,
  });
}

function withMarks({ decimalChar, groupChar }: Notation): string {
  const marks = [
    ...(decimalChar === undefined ? [] : ['a decimal comma']),
    ...(groupChar === undefined ? [] : [`${JSON.stringify(groupChar)} between groups of digits`]),
  ];
  return marks.length === 0 ? '' : ` with ${marks.join(' and ')}`;
}

/** `007` is not 7 to whoever wrote it, nor is `+49…`. */
const DIGITS_LOST = {
  sql: (text: string) =>
    `(starts_with(${text}, '+') OR starts_with(${text}, '-0') OR (starts_with(${text}, '0') AND strlen(${text}) > 1))`,
  why: 'a leading 0 or + would be lost, so these are probably identifiers',
};
const EXPONENT_OR_ZEROS = {
  sql: (text: string) =>
    `((starts_with(${text}, '0') OR starts_with(${text}, '-0') OR contains(${text}, 'e') OR contains(${text}, 'E')) AND regexp_matches(${text}, '^[+-]?0\\d|^[+-]?\\d+[eE]\\d+$'))`,
  why: 'a leading 0 would be lost, or a text such as 1e5 may be an identifier',
};

/** `0.917`: no group begins with 0, so the mark is a decimal one. */
function looselyGrouped(groupChar: string): (text: string) => string {
  const start = (sign: string) => `starts_with(text, '${sign}0${groupChar === "'" ? "''" : groupChar}')`;
  return (text) => `(${['', '-', '+'].map(start).join(' OR ')})`.replaceAll('text,', `${text},`);
}
