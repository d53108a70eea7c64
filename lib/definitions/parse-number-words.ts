// The words of a field that say how its numbers are written: decimalChar, groupChar, bareNumber, negative, positive.
import type { Field } from '../core/contract.ts';
import {
  groupChars,
  hasPlainDigits,
  isSigned,
  type NumberWords,
  numberCharProblem,
  plainNumber,
} from '../core/number-text.ts';
import { formProblem } from '../core/signed-forms.ts';
import { quoted } from '../core/violation.ts';
import type { FieldWords } from './contract-schema.ts';
import type { Place } from './place.ts';

const MAX_FORMS = 20;

type Parsed = Pick<Field, 'decimalChar' | 'groupChar' | 'bareNumber' | 'negative' | 'positive'>;

export function parseNumberWords(words: FieldWords, place: Place): Parsed {
  const { decimalChar = '.', groupChar, bareNumber = true } = words;
  for (const [word, value] of Object.entries({ decimalChar, groupChar })) {
    const problem = value === undefined ? undefined : numberCharProblem(value);
    if (problem !== undefined) place.at(word).refuse(`${quoted(value ?? '')}: ${problem}`);
  }
  const isBoth = groupChar !== undefined && groupChars({ groupChar }).includes(decimalChar);
  if (isBoth && words.type === 'number')
    place
      .at('groupChar')
      .refuse(
        groupChar === decimalChar
          ? `${quoted(groupChar)} is also the decimalChar${words.decimalChar === undefined ? ' by default' : ''}: change one`
          : `${quoted(groupChar)} stands for each kind of space, and the decimalChar is one of them: change one`,
      );
  const parsed = {
    ...(decimalChar === '.' ? {} : { decimalChar }),
    ...(groupChar === undefined ? {} : { groupChar }),
    ...(bareNumber ? {} : { bareNumber: false as const }),
  };
  const type = words.type === 'integer' ? 'integer' : 'number';
  checkForms({ ...parsed, type, double: words.double ?? false }, words, place);
  return {
    ...parsed,
    ...(words.negative === undefined ? {} : { negative: words.negative }),
    ...(words.positive === undefined ? {} : { positive: words.positive }),
  };
}

/** Each form reads what neither another form nor the field without forms reads. */
function checkForms(field: NumberWords, words: FieldWords, place: Place): void {
  const earlier: { word: 'negative' | 'positive'; form: string }[] = [];
  for (const word of ['negative', 'positive'] as const) {
    const forms = words[word] ?? [];
    if (forms.length > MAX_FORMS)
      place
        .at(word)
        .refuse(`${forms.length} forms are too many, at most ${MAX_FORMS} are allowed: remove some`);
    forms.forEach((form, i) => {
      const at = place.at(word, i);
      const problem = formProblem(form, field);
      if (problem !== undefined) at.refuse(`${quoted(form)}: ${problem}`);
      if (!hasPlainDigits(field) && plainNumber(field, example(form)) !== undefined)
        at.refuse(`${quoted(form)} is a number without this form, and its sign is known: remove it`);
      const rival = earlier.find((other) => overlap(field, other.form, form));
      if (rival)
        at.refuse(
          rival.word === word
            ? `${quoted(form)} and ${quoted(rival.form)} are the same form: remove one`
            : `${quoted(form)} is also ${rival.word} (${quoted(rival.form)}): a number cannot be both, remove one`,
        );
      earlier.push({ word, form });
    });
  }
}

/** A number in the form; an integer, because not every field has fractions. */
function example(form: string): string {
  return /\d/.test(form) ? form.replace(/1[.,]00/, '1') : `${form}1`;
}

function overlap(field: NumberWords, a: string, b: string): boolean {
  return (
    isSigned({ ...field, negative: [a] }, example(b)) || isSigned({ ...field, negative: [b] }, example(a))
  );
}
