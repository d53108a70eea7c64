// The two small languages inside a contract: regular expressions and date formats, as far as they can be judged without
// the engine. lib/maintain/check-dataset.ts asks the engine itself.

/** Why RE2 (https://github.com/google/re2/wiki/Syntax) does not take a pattern; undefined where nothing is seen. */
export function patternProblem(pattern: string): string | undefined {
  const bare = pattern.replace(/\\[^1-9k]/gs, '_').replace(/\[\^?\]?[^\]]*\]/g, '_');
  if (/\(\?<?[=!]/.test(bare))
    return 'lookahead and lookbehind ("(?=", "(?!", "(?<=", "(?<!") are not supported';
  if (/\\[1-9k]/.test(bare)) return 'backreferences ("\\1", "\\k<name>") are not supported';
  if (/\(\?>|[*+?]\+/.test(bare)) return 'atomic groups and possessive repetition are not supported';
  if (/\(\?\(|\(\?[R&]/.test(bare)) return 'conditions and recursion are not supported';
  return undefined;
}

const DATE_DIRECTIVES = 'YymdbB';
const TIME_DIRECTIVES = 'HIpMSf';

/**
 * Why a strptime format is not supported; undefined where it is. A day must be named whole (year, month and day of the
 * month), a time at least by its hour: nothing is made up.
 */
export function dateFormatProblem(type: 'date' | 'datetime', format: string): string | undefined {
  if (format === 'default' || format === 'any') return undefined;
  const supported = DATE_DIRECTIVES + (type === 'datetime' ? TIME_DIRECTIVES : '');
  const found = [...format.matchAll(/%(.?)/gs)].map((match) => match[1] ?? '');
  const shown = `"default", "any", or a format of ${[...supported].map((d) => `%${d}`).join(' ')}`;
  if (found.length === 0) return `it is neither of ${shown}`;
  const unknown = found.find((directive) => directive === '' || !`${supported}%`.includes(directive));
  if (unknown !== undefined) return `"%${unknown}" is not supported yet; write ${shown}`;
  const has = (directives: string) => [...directives].some((directive) => found.includes(directive));
  if (!has('Yy')) return 'it names no year (%Y)';
  if (!(has('mbB') && has('d'))) return 'it names no whole day: add %m and %d';
  if (type === 'datetime' && !has('H') && !(has('I') && has('p')))
    return 'it names no hour: add %H, or %I with %p';
  return undefined;
}

const DIRECTIVE_PATTERNS: Readonly<Record<string, string>> = {
  Y: '\\d{4}',
  y: '\\d{2}',
  m: '\\d{1,2}',
  d: '\\d{1,2}',
  b: '[A-Za-z]{3}',
  B: '[A-Za-z]+',
  H: '\\d{1,2}',
  I: '\\d{1,2}',
  p: '[AaPp][Mm]',
  M: '\\d{1,2}',
  S: '\\d{1,2}',
  f: '\\d{1,6}',
  '%': '%',
};

/** What a text of the format looks like, as a pattern for RE2: the engine's strptime also takes `infinity` and blanks around. */
export function formatPattern(format: string): string {
  return format.replace(/%(.)|[^%]/gs, (character, directive: string | undefined) =>
    directive === undefined
      ? character.replace(/[!-/:-@[-`{-~]/, '\\$&')
      : (DIRECTIVE_PATTERNS[directive] ?? ''),
  );
}
