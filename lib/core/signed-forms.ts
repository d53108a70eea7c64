// The words `negative` and `positive` of a number: how its sign may be written beside "-" and "+". A form is an example with
// the number 1: "(1.00)", "1.00-", "1.00 CR"; or a sign alone: "−". Which numbers stand in it is number-text.ts's.

/** What stands before and after the digits. A blank in it stands for any blanks or none. */
export type SignedForm = { readonly prefix: string; readonly suffix: string };

const SIGN = /^[\p{Pd}−+]$/u;
const EXAMPLE = 'write an example with the number 1, such as "(1.00)", "1.00-" or "1.00 CR"';

export type FormChars = { readonly decimalChar?: string; readonly groupChar?: string };

/** The parts of a form that has no problem. */
export function signedForm(text: string, { decimalChar = '.' }: FormChars): SignedForm {
  if (SIGN.test(text)) return { prefix: text, suffix: '' };
  const [, prefix = '', fraction, suffix = ''] = /^(\D*)1([.,]00)?(\D*)$/su.exec(text) ?? [];
  const isFraction = fraction === undefined || fraction === '.00' || fraction.startsWith(decimalChar);
  return isFraction ? { prefix, suffix } : { prefix: '', suffix: '' };
}

/** Why a text cannot be a form; undefined if it can. */
export function formProblem(text: string, chars: FormChars): string | undefined {
  const { prefix, suffix } = signedForm(text, chars);
  const around = `${prefix}${suffix}`;
  if (/[\p{N}\p{Cc}]/u.test(around)) return `it has a further digit or a control character: ${EXAMPLE}`;
  if (around.trim() === '') return `it does not say how the sign is written: ${EXAMPLE}`;
  if (/^[+-]$/.test(prefix.trim()) && suffix.trim() === '')
    return `"${prefix.trim()}" before the digits always has its usual meaning: remove it`;
  const beside = [[...prefix.trimEnd()].at(-1), [...suffix.trimStart()][0]];
  const own = beside.find(
    (one) => one !== undefined && [chars.decimalChar ?? '.', chars.groupChar].includes(one),
  );
  return own === undefined
    ? undefined
    : `${JSON.stringify(own)} beside the digits would be part of the number: ${EXAMPLE}`;
}

/** Beside a sign there is nothing but digits. */
export function endsInSign(prefix: string): boolean {
  return SIGN.test([...prefix.trimEnd()].at(-1) ?? '');
}

export function beginsWithSign(suffix: string): boolean {
  return SIGN.test([...suffix.trimStart()][0] ?? '');
}
