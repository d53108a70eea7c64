// Escapes what a terminal would interpret or hide: control characters, escape sequences, line ends, marks that turn the
// direction of text, invisible characters. File names and cells come from others and may contain any of these. Pure.

/**
 * C0 and C1 controls with ESC and CSI, soft hyphen, marks of direction (Unicode UAX #9), line and paragraph separators,
 * invisible operators, byte order mark, interlinear and tag characters, and halves of surrogate pairs. The joiners U+200C
 * and U+200D are left: some scripts and emoji are written with them.
 */
const HOSTILE =
  /[\p{Cc}\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\p{Cs}\u{e0000}-\u{e007f}]/gu;

/** On one line: `\n`, `\t` and the like as JSON writes them, all others as `\u001b`. What is visible already stays. */
export function visible(text: string): string {
  return text.replace(HOSTILE, (character) => SHORT[character] ?? escaped(character));
}

/** The same for CSV: its line ends stay. */
export function visibleCsv(text: string): string {
  return text.replace(/\r\n|[^\n\r\t]|./gsu, (part) => (part === '\r\n' ? part : kept(part)));
}

function kept(character: string): string {
  return character === '\n' || character === '\t' ? character : visible(character);
}

/** The same JSON value: escapes replace characters that JSON itself allows unescaped. `json` was written by JSON.stringify. */
export function visibleJson(json: string): string {
  return json.replace(HOSTILE, (character) => (character === '\n' ? character : escaped(character)));
}

const SHORT: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
};

/** Beyond U+FFFF as the two halves of its surrogate pair, as in JSON. */
function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, i) => character.charCodeAt(i));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}
