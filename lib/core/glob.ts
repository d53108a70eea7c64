// Which landing keys a dataset's path matches. The dialect is small on purpose: *, **, ?, {a,b}, [...] and captures such as
// {day}, which captures.ts reads; nothing else.
import picomatch from 'picomatch';

/**
 * `*` and `?` stay within a folder; `**` as a whole segment matches any number of folders; `{a,b}` matches either; `[a-z]`,
 * `[!a-z]` one character; `{name}` one or more characters other than "/". Names with a leading dot need a dot in the glob.
 * Case-sensitive.
 */
export function globMatcher(glob: string): (key: string) => boolean {
  const pattern = globPattern(glob.replace(CAPTURE, '?*'));
  const steady = new RegExp(withoutRetries(pattern.source), pattern.flags);
  const prefix = fixedPrefix(glob);
  // Most keys are of another dataset, which costs a tenth this way.
  return (key) => key.startsWith(prefix) && !key.endsWith('/') && steady.test(key);
}

/** Of a glob without captures; it may try many ways: see withoutRetries. */
export function globPattern(glob: string): RegExp {
  const files = plain(glob).replace(/(^|\/)\*\*$/, '$1**/*');
  return picomatch.makeRe(files, { noextglob: true, nonegate: true, literalBrackets: false, flags: 's' });
}

/** A star and the characters up to the next star in the same segment; none of these characters may be missing. */
const STAR_AND_MORE =
  /\[\^\/\]\*\?((?:\\[^/]|\[\^\/\](?!\*)|\[(?!\^\/\])[^\]]*\]|[^\\[\](){}|*+?^$/.])+)(?=\[\^\/\]\*\?)/gsu;

/**
 * The same pattern, in which each star except the last of a segment keeps its first match: the next star matches whatever
 * follows. Without this, matching a key of 60 letters against a glob with eight stars takes minutes.
 */
function withoutRetries(source: string): string {
  let stars = 0;
  return source.replace(STAR_AND_MORE, (found) => `(?=(?<star${++stars}>${found}))\\k<star${stars}>`);
}

/** Up to this many are tried in all combinations. */
const MAX_FREE_STARS = 3;

function starProblem(segments: readonly string[]): string | undefined {
  const joined = segments.find((segment) => /\*\*/.test(segment.replace(CAPTURE, '*')) && segment !== '**');
  if (joined !== undefined && joined.search(CAPTURE) >= 0)
    return `${JSON.stringify(joined)} has a capture beside another one or beside "*", so that nothing says where it ends: put a character between them`;
  if (segments.filter((segment) => segment === '**').length > MAX_FREE_STARS)
    return `it has more than ${MAX_FREE_STARS} "**": replace some by folder names`;
  const captured = segments.find(
    (segment) =>
      segment.search(CAPTURE) >= 0 && segment.replace(CAPTURE, '*').split(/\*+/).length - 1 > MAX_FREE_STARS,
  );
  if (captured !== undefined)
    return `${JSON.stringify(captured)} has more than ${MAX_FREE_STARS} captures and "*", which could be read in many ways: use fewer in a folder's or file's name`;
  const isFree = (segment: string) =>
    (segment.replace(CAPTURE, '').match(/\*+(?=[^*]*\{)/g) ?? []).length > MAX_FREE_STARS;
  return segments.some(isFree)
    ? `"*" and "{…}" alternate more than ${MAX_FREE_STARS} times: use fewer`
    : undefined;
}

const MAX_CHARACTERS = 4096;

/** Why a text is not a glob for landing keys; undefined if it is. */
export function globProblem(glob: string): string | undefined {
  const segments = glob.split('/');
  if (glob === '') return 'it is empty';
  if (glob.length > MAX_CHARACTERS)
    return `it has ${glob.length} characters, but at most ${MAX_CHARACTERS} are allowed (a key has at most 1024)`;
  if (/^[a-z][a-z0-9+.-]*:/i.test(glob)) return 'it is a URL; write it relative to the landing bucket';
  if (glob.startsWith('/')) return 'it starts with "/"; write it relative to the landing bucket';
  if (glob.includes('\\')) return 'it contains "\\"; folders are separated by "/"';
  if (glob.includes('\0')) return 'it contains a NUL character';
  if (segments.includes('')) return 'it has an empty folder name ("//", or "/" at its end)';
  if (segments.includes('..') || segments.includes('.'))
    return 'it has a folder "." or ".."; name the folders themselves';
  return bracketProblem(glob) ?? starProblem(segments);
}

const CLASS = /\[!?[^[\]{}/^!][^[\]{}/^]*\]/g;
const CHOICE = /\{[^{}]*,[^{}]*\}/g;
/** A name between braces, which a choice's comma is not in. */
export const CAPTURE = /\{([^{},/*?[\]]+)\}/g;

/** What all keys that match begin with. */
export function fixedPrefix(glob: string): string {
  return glob.split(/[*?[{]/, 1)[0] ?? '';
}

function bracketProblem(glob: string): string | undefined {
  const rest = glob.replace(CLASS, '').replace(CHOICE, '').replace(CAPTURE, '');
  if (/[[\]]/.test(rest)) return 'its "[" and "]" are not of the form [abc], [a-z] or [!a-z]';
  if (/[{}]/.test(rest))
    return 'its "{" and "}" are neither {a,b} (one level, at least one comma) nor a capture such as {day}';
  return undefined;
}

/** The same glob, with picomatch syntax escaped that is not part of our dialect. */
function plain(glob: string): string {
  return glob.replace(/\[!?[^[\]{}/^!][^[\]{}/^]*\]|[^*?{},/]/gu, (part) => {
    if (part.length > 1 && part.startsWith('[')) return part.replace('[!', '[^');
    return /^[\w\s.=-]$|[^\0-\x7f]/.test(part) ? part : `\\${part}`;
  });
}
