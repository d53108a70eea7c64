// Names for tables and columns out of file names, folders and labels: plain words that SQL takes without quotes. Pure.

import { ENGINE_COLUMNS } from '../core/schema.ts';
import { isName } from '../definitions/parse-contract.ts';

const LETTERS: Readonly<Record<string, string>> = {
  ...{ ß: 'ss', ø: 'o', æ: 'ae', œ: 'oe', đ: 'd', ð: 'd', þ: 'th', ł: 'l', ı: 'i' },
};

/** `Price (EUR)` → `price_eur`, `customerId` → `customer_id`, `Größe` → `grosse`; '' if nothing is left. */
export function plainName(text: string): string {
  return text
    .replace(/(\p{Ll}|\d)(\p{Lu})/gu, '$1_$2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1_$2')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[ßøæœđðþłı]/g, (letter) => LETTERS[letter] ?? letter)
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_+|_+$/g, '');
}

const MAX_NAME = 100;

/** A field's name for a label. `reserved`: keywords that SQL wants in quotes. `taken`: names in lower case, to which it is added. */
export function fieldName(
  label: string,
  index: number,
  reserved: ReadonlySet<string>,
  taken: Set<string>,
): string {
  const plain = plainName(label).slice(0, MAX_NAME);
  const named = plain === '' ? `column_${index + 1}` : /^\p{N}/u.test(plain) ? `_${plain}` : plain;
  const isUnfit = reserved.has(named) || ENGINE_COLUMNS.includes(named) || named.startsWith('_sluice');
  return unique(isUnfit ? `${named.replace(/^_+/, '')}_field` : named, taken);
}

/** `name`, `name_2`, …: the first that is not taken, in lower case. */
export function unique(name: string, taken: Set<string>): string {
  let free = name;
  for (let n = 2; taken.has(free.toLowerCase()); n++) free = `${name}_${n}`;
  taken.add(free.toLowerCase());
  return free;
}

/** Words of file names that say nothing of what is in them. */
const EMPTY_WORDS = new Set(
  'part data file export exports sample samples copy final new report test input csv json'.split(' '),
);

/**
 * A dataset's name: what the files' names have in common without dates and numbers, else the nearest folder's that is no
 * `name=value`, else `data`. `paths`: as typed, with `/`.
 */
export function datasetName(paths: readonly string[]): string {
  const stems = paths.map((path) => words((path.split('/').at(-1) ?? '').replace(/(\.[a-z]\w*)+$/i, '')));
  const [first = []] = stems;
  const common = first.slice(
    0,
    first.findIndex((word, i) => !stems.every((other) => other[i] === word)) >>> 0,
  );
  const folders = (paths[0] ?? '').split('/').slice(0, -1).reverse();
  const candidates = [common, ...folders.filter((folder) => !folder.includes('=')).map(words)];
  const name = candidates.find((found) => found.length > 0)?.join('_') ?? 'data';
  return isName(name) ? name : isName(`t_${name}`) ? `t_${name}` : 'data';
}

function words(text: string): string[] {
  return plainName(text)
    .split('_')
    .map((word) => word.replace(/[^a-z0-9]/g, '').replace(/\d{4,}$/, ''))
    .filter((word) => word.length > 1 && !/^\d+$|^[0-9a-f]{8,}$/.test(word) && !EMPTY_WORDS.has(word));
}
