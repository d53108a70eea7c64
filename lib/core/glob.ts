// Which landing keys a dataset's path means. The dialect is small on purpose: *, **, ?, {a,b} and [...], nothing else.
import picomatch from 'picomatch';

/**
 * `*` and `?` stay within a folder; `**` as a whole segment stands for any number of folders; `{a,b}` is either; `[a-z]`,
 * `[!a-z]` one character. Names with a leading dot want a dot in the glob. Case counts.
 */
export function globMatcher(glob: string): (key: string) => boolean {
  const files = plain(glob).replace(/(^|\/)\*\*$/, '$1**/*');
  const pattern = picomatch.makeRe(files, {
    noextglob: true,
    nonegate: true,
    literalBrackets: false,
    flags: 's',
  });
  const steady = new RegExp(withoutRetries(pattern.source), pattern.flags);
  return (key) => !key.endsWith('/') && steady.test(key);
}

/** A star, and after it characters up to the next star of the same name: so many that none of them may be left out. */
const STAR_AND_MORE =
  /\[\^\/\]\*\?((?:\\[^/]|\[\^\/\](?!\*)|\[(?!\^\/\])[^\]]*\]|[^\\[\](){}|*+?^$/.])+)(?=\[\^\/\]\*\?)/gsu;

/**
 * The same pattern, where each star but the last of a name keeps its first match: what follows is matched by the next star
 * wherever it begins. Without it a key of 60 letters takes minutes to be told from a glob of eight stars.
 */
function withoutRetries(source: string): string {
  let stars = 0;
  return source.replace(STAR_AND_MORE, (found) => `(?=(?<star${++stars}>${found}))\\k<star${stars}>`);
}

/** As many of them are tried in all combinations. */
const MAX_FREE_STARS = 3;

function starProblem(segments: readonly string[]): string | undefined {
  if (segments.filter((segment) => segment === '**').length > MAX_FREE_STARS)
    return `it has more than ${MAX_FREE_STARS} "**": name some of the folders`;
  const isFree = (segment: string) => (segment.match(/\*+(?=[^*]*\{)/g) ?? []).length > MAX_FREE_STARS;
  return segments.some(isFree)
    ? `"*" and "{…}" take turns more than ${MAX_FREE_STARS} times: write fewer`
    : undefined;
}

const MAX_CHARACTERS = 4096;

/** Why a text is no glob for landing keys; undefined where it is one. */
export function globProblem(glob: string): string | undefined {
  const segments = glob.split('/');
  if (glob === '') return 'it is empty';
  if (glob.length > MAX_CHARACTERS)
    return `it has ${glob.length} characters, and may have ${MAX_CHARACTERS}: a key has 1024 at most`;
  if (/^[a-z][a-z0-9+.-]*:/i.test(glob)) return 'it is a URL; write it relative to the landing bucket';
  if (glob.startsWith('/')) return 'it begins with "/"; write it relative to the landing bucket';
  if (glob.includes('\\')) return 'it holds "\\"; folders are separated by "/"';
  if (glob.includes('\0')) return 'it holds a NUL character';
  if (segments.includes('')) return 'it has an empty folder name ("//", or "/" at its end)';
  if (segments.includes('..') || segments.includes('.'))
    return 'it has a folder "." or ".."; name the folders themselves';
  return bracketProblem(glob) ?? starProblem(segments);
}

const CLASS = /\[!?[^[\]{}/^!][^[\]{}/^]*\]/g;
const CHOICE = /\{[^{}]*,[^{}]*\}/g;

function bracketProblem(glob: string): string | undefined {
  const rest = glob.replace(CLASS, '').replace(CHOICE, '');
  if (/[[\]]/.test(rest)) return 'its "[" and "]" are not of the form [abc], [a-z] or [!a-z]';
  if (/[{}]/.test(rest)) return 'its "{" and "}" are not of the form {a,b} (one level, at least one comma)';
  return undefined;
}

/** The same glob with everything plain that is magic to picomatch but not to us. */
function plain(glob: string): string {
  return glob.replace(/\[!?[^[\]{}/^!][^[\]{}/^]*\]|[^*?{},/]/gu, (part) => {
    if (part.length > 1 && part.startsWith('[')) return part.replace('[!', '[^');
    return /^[\w\s.=-]$|[^\0-\x7f]/.test(part) ? part : `\\${part}`;
  });
}
