// Decides one field from what its column holds: the narrowest form that takes every text exactly, what means "no value", whether a
// value is required, and the values where they are few. Says what was seen for each. Pure.
import { shown } from '../core/violation.ts';
import type { FieldWords } from '../definitions/contract-schema.ts';
import type { Form } from './form.ts';
import { TOKENS } from './forms.ts';
import type { ColumnAnswer, FormAnswer } from './profile.ts';

export type Column = {
  readonly name: string;
  readonly label: string;
  /** Some texts of it, as they came, distinct. */
  readonly texts: readonly string[];
  readonly forms: readonly Form[];
  readonly answer: ColumnAnswer;
  /** All different texts, where they are few. */
  readonly few?: readonly string[];
  /** No sample has a text twice; of those that were asked. */
  readonly isUnique?: boolean;
};

export type FieldDraft = {
  readonly words: FieldWords;
  /** What was seen, without any cell's text: it goes into the contract, which others may read. */
  readonly seen: string;
  /** More for the person who drafts, with examples. */
  readonly remarks: readonly string[];
};

type Choice = { readonly form: Form; readonly answer: FormAnswer } | NoForm;

/** `isWord`: nothing but a text, whose values may be a list. */
type NoForm = {
  readonly form?: undefined;
  readonly seen: string;
  readonly remarks: readonly string[];
  readonly isWord?: boolean;
};

export function decideField(column: Column, rows: number): FieldDraft {
  const choice = chooseForm(column);
  return choice.form === undefined ? textField(column, rows, choice) : typedField(column, rows, choice);
}

/** The forms of which one may be the column's; [] while none takes every text. */
export function fitting({ forms, answer }: Column): Form[] {
  return forms.filter((form) => {
    const found = answer.forms.get(form.id);
    const isExact = form.words.type !== 'string' || answer.padded === 0;
    return found !== undefined && found.asked > 0 && found.missed + found.doubted === 0 && isExact;
  });
}

function chooseForm(column: Column): Choice {
  const { answer } = column;
  const fits = fitting(column);
  const [first] = fits;
  if (first === undefined) return noForm(column);
  const chosen = (form: Form): Choice => ({ form, answer: answer.forms.get(form.id) as FormAnswer });
  if (first.family === undefined) return chosen(first);
  const rivals = fits.filter(({ family }) => family === first.family);
  const strict = rivals.filter(({ id }) => answer.forms.get(id)?.loose === 0);
  const left = distinctNotations(strict.length > 0 ? strict : rivals);
  if (left.length === 1 && left[0]) return chosen(left[0]);
  const meanings = left.map(({ meaning }) => meaning);
  const told = first.family === 'date' ? 'no day above 12, or the like, tells which' : 'nothing tells which';
  const fix = left.map(({ words }) => JSON.stringify(words)).join(' or ');
  return {
    seen: `could be ${meanings.join(', or ')}: ${told}, so left as text`,
    remarks: [`${example(column)}; if you know, write ${fix}`],
  };
}

/** One of those that differ in their room for digits alone. */
function distinctNotations(forms: readonly Form[]): Form[] {
  const notation = ({ words: { type, format, decimalChar, groupChar } }: Form) =>
    JSON.stringify([type, format, decimalChar, groupChar]);
  return [...new Map(forms.map((form) => [notation(form), form])).values()];
}

/** Below, the form is no more than a coincidence. */
const NEARLY = 0.9;

function noForm({ forms, answer, texts }: Column): Choice {
  if (answer.present === 0) return { seen: 'no value in any record', remarks: [] };
  const asked = forms.flatMap((form) => {
    const found = answer.forms.get(form.id);
    return found === undefined || found.asked === 0 ? [] : [{ form, found }];
  });
  const doubted = asked.find(({ found }) => found.missed === 0 && found.doubted > 0);
  if (doubted) {
    const { form, found } = doubted;
    const written = shown(found.doubtExample ?? '');
    return {
      seen: `${form.meaning} as digits go, but ${form.doubt?.why ?? ''}`,
      remarks: [`such as ${written}`],
    };
  }
  const [best] = asked.sort((a, b) => a.found.missed - b.found.missed);
  if (best && best.found.missed > 0 && best.found.missed <= (1 - NEARLY) * best.found.asked) {
    const { asked: all, missed, examples } = best.found;
    const taken = (all - missed).toLocaleString('en-US');
    return {
      seen: `${taken} of ${all.toLocaleString('en-US')} are ${best.form.meaning}, the others are not`,
      remarks: [
        `not ${examples.slice(0, 3).map(shown).join(', ')}; if these are mistakes, write ${JSON.stringify(best.form.words)}: their records are quarantined then`,
      ],
    };
  }
  const present = texts.filter((text) => !TOKENS.includes(text.trim()));
  if (present.length > 0 && present.every((text) => /^[+-]?\d+$/.test(text.trim())))
    return { seen: 'digits beyond 64 bits, so identifiers rather than numbers', remarks: [] };
  return { seen: 'texts', remarks: decorated(present), isWord: true };
}

/** Money with its sign, and the like: a contract can read it, but a sign may say something. */
function decorated(texts: readonly string[]): string[] {
  const isMoney = (text: string) =>
    /^(\p{Sc}|[A-Z]{3})\s?-?[\d.,]+$|^-?[\d.,]+\s?(\p{Sc}|%|[A-Z]{3})$/u.test(text.trim());
  const one = texts.find(isMoney);
  return one !== undefined && texts.every(isMoney)
    ? [
        `such as ${shown(one)}: numbers with signs around them; "bareNumber": false reads such, where the sign says nothing`,
      ]
    : [];
}

function typedField(column: Column, rows: number, { form, answer }: Choice & { form: Form }): FieldDraft {
  const { padded, tokens } = column.answer;
  const isRequired = rows > 0 && answer.asked === rows;
  return {
    words: {
      ...named(column),
      ...form.words,
      ...(padded > 0 ? { trim: true } : {}),
      ...(tokens.length > 0 ? { missingValues: ['', ...[...tokens].sort()] } : {}),
      ...(isRequired ? { constraints: { required: true } } : {}),
    },
    seen: sentence([
      form.meaning,
      presence(answer.asked, rows),
      padded > 0 ? 'blanks around them' : '',
      tokens.length > 0
        ? `${tokens
            .sort()
            .map((token) => JSON.stringify(token))
            .join(', ')} for a missing value`
        : '',
    ]),
    remarks: [],
  };
}

const MAX_ENUM = 20;
const MAX_ENUM_CHARACTERS = 60;
/** On average, a value of an enum must have been seen so often. */
const LEAST_PER_VALUE = 10;

function textField(column: Column, rows: number, { seen, remarks, isWord }: NoForm): FieldDraft {
  const { present } = column.answer;
  const tokens = TOKENS.filter((token) => (column.few ?? column.texts).includes(token));
  const few = [...(column.few ?? [])].sort();
  const isEnum =
    isWord === true &&
    few.length >= 2 &&
    few.length <= MAX_ENUM &&
    present >= LEAST_PER_VALUE * few.length &&
    few.every((text) => text.length <= MAX_ENUM_CHARACTERS);
  const isRequired = rows > 0 && present === rows;
  const constraints = { ...(isRequired ? { required: true } : {}), ...(isEnum ? { enum: few } : {}) };
  return {
    words: {
      ...named(column),
      type: 'string',
      ...(Object.keys(constraints).length > 0 ? { constraints } : {}),
    },
    seen: sentence([
      seen,
      present === 0 ? '' : presence(present, rows),
      isEnum ? `${few.length} different ones` : '',
    ]),
    remarks: [
      ...remarks,
      ...(isEnum ? ['another value would be quarantined: remove the enum if more may come'] : []),
      ...(tokens.length > 0
        ? [
            `${tokens
              .sort()
              .map((token) => JSON.stringify(token))
              .join(
                ', ',
              )} ${tokens.length === 1 ? 'is' : 'are'} kept as text: list ${tokens.length === 1 ? 'it' : 'them'} in "missingValues" if no value is meant`,
          ]
        : []),
    ],
  };
}

function named({ name, label }: Column): Pick<FieldWords, 'name' | 'header'> {
  return name === label ? { name } : { name, header: label };
}

function presence(present: number, rows: number): string {
  if (present === rows)
    return `in ${rows === 1 ? 'the one record' : `all ${rows.toLocaleString('en-US')} records`}`;
  return `in ${present.toLocaleString('en-US')} of ${rows.toLocaleString('en-US')} records`;
}

function sentence(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('; ');
}

function example({ texts }: Column): string {
  return `such as ${texts
    .filter((text) => /[,./-]/.test(text))
    .slice(0, 2)
    .map(shown)
    .join(', ')}`;
}
