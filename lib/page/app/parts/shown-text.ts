// How a text from strangers is shown: what is hidden in it, or turns the direction of writing, becomes visible. Pure.
import { visible } from '../../../core/visible-text.ts';

/** `isEscape`: it stands for a character that has no shape of its own. */
export type TextRun = { readonly text: string; readonly isEscape: boolean };

/** In order; `'a\u202eb'` → `a`, the escape `\u202e`, `b`. */
export function textRuns(text: string): TextRun[] {
  if (visible(text) === text) return text === '' ? [] : [{ text, isEscape: false }];
  const runs: { text: string; isEscape: boolean }[] = [];
  for (const character of text) {
    const shown = visible(character);
    const isEscape = shown !== character;
    const last = runs.at(-1);
    if (last?.isEscape === isEscape) last.text += shown;
    else runs.push({ text: shown, isEscape });
  }
  return runs;
}

/** At most `max` UTF-16 units, and no half of a character. */
export function cutText(text: string, max: number): string {
  if (text.length <= max) return text;
  const isHalf = /[\ud800-\udbff]/.test(text.charAt(max - 1));
  return text.slice(0, isHalf ? max - 1 : max);
}
