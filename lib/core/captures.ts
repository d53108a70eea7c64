// The captures of a path: `{name}` in a glob takes one or more characters other than "/" out of a key. What they mean is
// decided elsewhere (path-values.ts, deliveries.ts). Pure text.
import { CAPTURE, globPattern } from './glob.ts';

/** What a key says by each capture, as written. */
export type Captured = ReadonlyMap<string, string>;

/** The captures' names, in the order of the glob; a name that it has twice is there twice. */
export function captureNames(glob: string): string[] {
  return Array.from(glob.matchAll(CAPTURE), (found) => found[1] as string);
}

/**
 * Reads the captures of keys that match the glob: none for another key, and two where the text can be divided in two ways, as
 * `{region}_{day}.csv` can in `north_west_1.csv`: each capture as short as possible, and as long as possible.
 */
export function captureReader(glob: string): (key: string) => readonly Captured[] {
  const names = captureNames(glob);
  if (names.length === 0) return () => [];
  const patterns = [reader(glob, names, 'short'), reader(glob, names, 'long')] as const;
  return (key) => {
    const [short, long] = patterns.map((pattern) => captured(names, pattern.exec(key)));
    if (short === undefined || long === undefined) return [];
    return names.every((name) => short.get(name) === long.get(name)) ? [short] : [short, long];
  };
}

/** Each name becomes a character that the glob does not have and its pattern holds unchanged, and then a group. */
function reader(glob: string, names: readonly string[], wants: 'short' | 'long'): RegExp {
  const marks = freeCharacters(glob, names.length);
  let next = 0;
  const { source, flags } = globPattern(glob.replace(CAPTURE, () => marks[next++] ?? ''));
  const repeat = wants === 'short' ? '+?' : '+';
  // The stars of a glob are lazy, too.
  const stars = wants === 'short' ? source : source.replace(/(\[\^\/\]|\))\*\?/g, '$1*');
  const grouped = marks.reduce(
    (text, mark, i) => text.replace(new RegExp(`\\\\?${mark}`), () => `(?<c${i}>[^/]${repeat})`),
    stars,
  );
  return new RegExp(grouped, flags);
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

function captured(names: readonly string[], found: RegExpExecArray | null): Captured | undefined {
  if (found === null) return undefined;
  return new Map(names.map((name, i) => [name, found.groups?.[`c${i}`] ?? '']));
}
