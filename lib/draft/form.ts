// A form that a column's texts may have: the words of a field, and when one should doubt that they are meant so. Pure.
import type { FieldWords } from '../definitions/contract-schema.ts';

export type FormWords = Omit<FieldWords, 'name' | 'header' | 'description' | 'missingValues' | 'constraints'>;

export type Form = {
  readonly id: string;
  readonly words: FormWords;
  /** Blanks around a text do not count, and TOKENS are missing values: only where such were seen, because it costs time. */
  readonly isDressed: boolean;
  /** Of the values, in words: `whole numbers`. */
  readonly meaning: string;
  /** Of the forms of one family that take every text none is chosen: the texts could mean either. */
  readonly family?: 'number' | 'date';
  /** SQL over a text of this form: true where its value would lose or mistake something, and why, in words. */
  readonly doubt?: { readonly sql: (text: string) => string; readonly why: string };
  /** SQL over a text of this form: it is hardly meant so; another form that fits is the better one. */
  readonly loose?: (text: string) => string;
};

/** Whether most of the texts have it. */
export type IsMost = (has: (text: string) => boolean) => boolean;

export function form(
  words: FormWords,
  meaning: string,
  more: Pick<Form, 'family' | 'doubt' | 'loose'> = {},
): Form {
  return { id: JSON.stringify(words), words, meaning, isDressed: false, ...more };
}
