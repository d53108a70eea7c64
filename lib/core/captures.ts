// The captures of a path: `{name}` in a glob takes one or more characters other than "/" out of a key. What they mean is
// decided elsewhere (path-values.ts, deliveries.ts). Pure text.
import { CAPTURE, globPattern } from './glob.ts';

/** What a key says by each capture, as written. */
export type Captured = ReadonlyMap<string, string>;

/** The captures' names, in the order of the glob; a name that it has twice is there twice. */
export function captureNames(glob: string): string[] {
  return Array.from(glob.matchAll(CAPTURE), (found) => found[1] as string);
}

/** `isWhole` is false where there may be more readings. */
export type Readings = { readonly all: readonly Captured[]; readonly isWhole: boolean };

const MAX_READINGS = 20;

/**
 * Reads the captures of keys that match the glob: none for another key, and every reading where the text can be divided in several
 * ways, as `{region}_{day}.csv` can in `north_west_1.csv`.
 */
export function captureReader(glob: string): (key: string) => Readings {
  const names = captureNames(glob);
  if (names.length === 0) return () => ({ all: [], isWhole: true });
  const pattern = nextReading(glob, names);
  const oneAtMost = hasOneReading(glob);
  return (key) => {
    const all: Captured[] = [];
    for (let known = ''; all.length < MAX_READINGS; ) {
      const texts = textsOf(pattern.exec(`${key}${END}${known}`), names);
      if (texts === undefined) return { all, isWhole: true };
      all.push(new Map(names.map((name, i) => [name, texts[i] ?? ''])));
      // Among these characters no two readings can be told apart.
      if (RESERVED.test(key)) break;
      if (oneAtMost) return { all, isWhole: true };
      known += `${FIRST}${texts.join(NEXT)}${FIRST}`;
    }
    return { all, isWhole: false };
  };
}

/** If nothing but a "/" matches one, and each capture has a folder's or file's name in which all else is fixed. */
function hasOneReading(glob: string): boolean {
  if (/\*\*|[[{]/.test(glob.replace(CAPTURE, ''))) return false;
  return glob.split('/').every((segment) => {
    const isRead = captureNames(segment).length > 0;
    return !isRead || segment.replace(CAPTURE, '*').split(/[*?]/).length === 2;
  });
}

const [END, FIRST, NEXT] = ['\u0000', '\u0001', '\u0002'];
const RESERVED = new RegExp(`[${END}${FIRST}${NEXT}]`);

/** Matches a key, END, and the readings that are known, each between FIRSTs: by one that is not among them. */
function nextReading(glob: string, names: readonly string[]): RegExp {
  const marks = freeCharacters(glob, names.length);
  let next = 0;
  const { source, flags } = globPattern(glob.replace(CAPTURE, () => marks[next++] ?? ''));
  // Each name became a character that the glob does not have and its pattern holds unchanged; now it becomes a group.
  const grouped = marks.reduce(
    (text, mark, i) => text.replace(new RegExp(`\\\\?${mark}`), () => `(?<c${i}>[^/]+?)`),
    source.replace(/(?<!\\)\$/g, `(?=${END})`),
  );
  const same = names.map((_, i) => `\\k<c${i}>`).join(NEXT);
  return new RegExp(`${grouped}(?![^]*${FIRST}${same}${FIRST})`, flags);
}

function textsOf(found: RegExpExecArray | null, names: readonly string[]): string[] | undefined {
  return found === null ? undefined : names.map((_, i) => found.groups?.[`c${i}`] ?? '');
}

/** Of the private use area. */
function freeCharacters(glob: string, count: number): string[] {
  const found: string[] = [];
  for (let code = 0xe000; found.length < count; code++) {
    const character = String.fromCharCode(code);
    if (!glob.includes(character)) found.push(character);
  }
  return found;
}
