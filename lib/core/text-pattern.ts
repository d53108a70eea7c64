// Regular expressions: the constraint "pattern", as far as it can be checked without DuckDB (lib/definitions/check-dataset.ts
// asks DuckDB), and the patterns of the standard's string formats.

/** Why RE2 (https://github.com/google/re2/wiki/Syntax) refuses a pattern, or would read it differently; undefined if no problem is found. */
export function patternProblem(pattern: string): string | undefined {
  const { bare, hasNamesOfXml, hasSubtraction } = withoutClasses(pattern);
  if (/\(\?<?[=!]/.test(bare))
    return 'lookahead and lookbehind ("(?=", "(?!", "(?<=", "(?<!") are not supported';
  if (/\\[1-9k]/.test(bare)) return 'backreferences ("\\1", "\\k<name>") are not supported';
  if (/\(\?>|[*+?]\+/.test(bare)) return 'atomic groups and possessive repetition are not supported';
  if (/\(\?\(|\(\?[R&]/.test(bare)) return 'conditions and recursion are not supported';
  if (hasNamesOfXml)
    return 'the XML name classes "\\i", "\\c" are not supported: write the characters, such as [A-Za-z_:]';
  if (hasSubtraction)
    return 'the subtraction of classes ("[a-z-[aeiou]]") is not supported: write the remaining characters';
  return undefined;
}

/** One pass over the pattern: replaces escapes and classes by `_`, except those checked here. */
function withoutClasses(pattern: string): { bare: string; hasNamesOfXml: boolean; hasSubtraction: boolean } {
  let [bare, hasNamesOfXml, hasSubtraction] = ['', false, false];
  let classStart: number | undefined;
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at] ?? '';
    if (character === '\\') {
      const escaped = pattern[++at] ?? '';
      if ('iIcC'.includes(escaped)) hasNamesOfXml ||= escaped !== '';
      if (classStart === undefined) bare += /[1-9k]/.test(escaped) ? `\\${escaped}` : '_';
    } else if (classStart === undefined) {
      if (character === '[') {
        classStart = at;
        // A bracket at the start of a class is one of its characters.
        if (pattern[at + 1] === '^') at += 1;
        if (pattern[at + 1] === ']') at += 1;
      } else bare += character;
    } else if (character === ']') {
      bare += '_';
      classStart = undefined;
    } else if (character === '[' && pattern[at - 1] === '-') hasSubtraction = true;
  }
  return {
    bare: classStart === undefined ? bare : bare + pattern.slice(classStart),
    hasNamesOfXml,
    hasSubtraction,
  };
}

const ATOM = "[\\p{L}\\p{M}\\p{N}!#$%&'*+/=?^_`{|}~-]+";
const QUOTED = '"(?:[ !#-\\[\\]-~]|\\\\[ -~])+"';
const LABEL = '[\\p{L}\\p{N}](?:[\\p{L}\\p{M}\\p{N}-]{0,61}[\\p{L}\\p{M}\\p{N}])?';
const PCHAR = "(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})";
const HOST = `(?:\\[[0-9A-Fa-f:.]+\\]|\\[v[0-9A-Fa-f]+\\.[A-Za-z0-9._~!$&'()*+,;=:-]+\\]|(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)`;
const AUTHORITY = `//(?:(?:[A-Za-z0-9._~!$&'()*+,;=:-]|%[0-9A-Fa-f]{2})*@)?${HOST}(?::\\d*)?`;

/**
 * The formats of a string, for RE2: a text must match all of its format's patterns, each as a whole. email: RFC 5321 and
 * 6531 with a domain of two labels or more; uri: RFC 3986 with its scheme; uuid: RFC 9562; binary: RFC 4648, base64.
 */
export const STRING_FORMATS: Readonly<Record<string, readonly string[]>> = {
  default: [],
  email: [
    `(?:${ATOM}(?:\\.${ATOM})*|${QUOTED})@(?:${LABEL}\\.)+${LABEL}`,
    '.{1,64}@[^@]{1,253}',
    '.*[^0-9.][^.]*',
  ],
  uri: [
    `[A-Za-z][A-Za-z0-9+.-]*:(?:${AUTHORITY}(?:/${PCHAR}*)*|/?(?:${PCHAR}+(?:/${PCHAR}*)*)?)(?:\\?(?:${PCHAR}|[/?])*)?(?:#(?:${PCHAR}|[/?])*)?`,
  ],
  uuid: ['[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}'],
  binary: ['(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?'],
};
