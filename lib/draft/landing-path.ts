// A dataset's `path`: a glob that its samples match and the other samples do not. Pure.
import { globMatcher, globProblem } from '../core/glob.ts';

const MAX_LISTED_NAMES = 20;

/**
 * The glob for keys of one kind. `others`: keys that it must not match. Undefined if no simple glob tells them apart.
 * Folders `name=value` become `name=*`; folders that differ become `*`, or `**` where the depth differs.
 */
export function landingGlob(keys: readonly string[], others: readonly string[]): string | undefined {
  const split = keys.map((key) => key.split('/'));
  const folder = folderGlob(split.map((segments) => segments.slice(0, -1)));
  const names = [...new Set(split.map((segments) => segments.at(-1) ?? ''))];
  return nameGlobs(names)
    .map((name) => (folder === '' ? name : `${folder}/${name}`))
    .find((glob) => globProblem(glob) === undefined && isRight(glob, keys, others));
}

function isRight(glob: string, keys: readonly string[], others: readonly string[]): boolean {
  const matches = globMatcher(glob);
  return keys.every(matches) && !others.some(matches);
}

function folderGlob(folders: readonly (readonly string[])[]): string {
  const depth = Math.min(...folders.map((segments) => segments.length));
  const isEven = folders.every((segments) => segments.length === depth);
  const [first = []] = folders;
  const glob: string[] = [];
  for (let i = 0; i < depth; i++) {
    const segment = first[i] ?? '';
    const name = hiveName(segment);
    if (name !== undefined && folders.every((other) => hiveName(other[i] ?? '') === name))
      glob.push(`${plain(name)}=*`);
    else if (folders.every((other) => other[i] === segment)) glob.push(plain(segment));
    else if (isEven) glob.push('*');
    else break;
  }
  return [...glob, ...(isEven ? [] : ['**'])].join('/');
}

function hiveName(segment: string): string | undefined {
  return /^([^=]+)=/.exec(segment)?.[1];
}

/** The name's characters that a glob would interpret, as `?`. */
function plain(text: string): string {
  return text.replace(/[*?{}[\]\\,]/g, '?');
}

/** From the widest to the list of the names themselves. */
function nameGlobs(names: readonly string[]): string[] {
  const extensions = [...new Set(names.map((name) => plain(/(\.[A-Za-z]\w*)+$/.exec(name)?.[0] ?? '')))];
  const ending = extensions.length === 1 ? extensions[0] : `{${extensions.join(',')}}`;
  const start = commonStart(names.map((name) => name.replace(/(\.[A-Za-z]\w*)+$/, '')));
  const undated = start.replace(/[\d\-_.]+$/, '');
  const listed = names.length === 1 ? [plain(names[0] ?? '')] : [`{${names.map(plain).join(',')}}`];
  return [
    `*${ending}`,
    ...(undated === '' ? [] : [`${plain(undated)}*${ending}`]),
    ...(start === '' ? [] : [`${plain(start)}*${ending}`]),
    ...(names.length <= MAX_LISTED_NAMES ? listed : []),
  ];
}

function commonStart(texts: readonly string[]): string {
  const [first = ''] = texts;
  let length = first.length;
  for (const text of texts) while (!text.startsWith(first.slice(0, length))) length -= 1;
  return first.slice(0, length);
}

/** The key that a sample outside of landing would have: below a folder of the dataset's name, with its own `name=value` folders. */
export function keyFor(dataset: string, path: string): string {
  const segments = path.split('/');
  return [
    dataset,
    ...segments.slice(0, -1).filter((segment) => /^[^=]+=/.test(segment)),
    segments.at(-1),
  ].join('/');
}
