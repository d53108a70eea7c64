// The fields that the samples' folders `name=value` give: their types, and how they agree with a column of the same name. Pure.
import { isDay } from '../core/date-format.ts';
import type { FieldWords } from '../definitions/contract-schema.ts';
import { hiveFolders } from '../lake/path-values.ts';
import type { FieldDraft } from './column.ts';

export type FolderValues = { readonly name: string; readonly texts: readonly string[] };

/** Of all keys, folder by folder, outermost first; Hive's own null is no text. */
export function folderValues(keys: readonly string[]): FolderValues[] {
  const found = new Map<string, Set<string>>();
  for (const key of keys)
    for (const { name, text } of hiveFolders(key)) {
      const texts = found.get(name) ?? new Set();
      if (text !== null) texts.add(text);
      found.set(name, texts);
    }
  return [...found].map(([name, texts]) => ({ name, texts: [...texts].sort() }));
}

const CALENDAR = /^(year|quarter|month|week|day|hour|minute)$/;
const TYPES: readonly (readonly [string, (text: string, folder: string) => boolean])[] = [
  ['date', (text) => isDay(text)],
  ['yearmonth', (text) => /^\d{4}-(0[1-9]|1[0-2])$/.test(text)],
  ['integer', (text, folder) => /^-?\d{1,18}$/.test(text) && (CALENDAR.test(folder) || !/^-?0\d/.test(text))],
];

/** A field that only the path gives. */
export function folderField(name: string, folder: FolderValues): FieldDraft {
  const type =
    folder.texts.length === 0
      ? 'string'
      : (TYPES.find(([, is]) => folder.texts.every((text) => is(text, folder.name.toLowerCase())))?.[0] ??
        'string');
  const header = name === folder.name ? {} : { header: folder.name };
  return {
    words: { name, ...header, type },
    seen: `from the folders ${folder.name}=…`,
    remarks: [`such as ${folder.name}=${folder.texts[0] ?? ''}`],
  };
}

/** A column's field that its folders give too: as text where its type cannot be read from a folder. */
export function sharedField(field: FieldDraft, folder: FolderValues): FieldDraft {
  const { type = 'string', format } = field.words;
  const reads: Readonly<Record<string, (text: string) => boolean>> = {
    integer: (text) => /^[+-]?\d{1,18}$/.test(text),
    date: isDay,
    yearmonth: (text) => /^\d{4}-(0[1-9]|1[0-2])$/.test(text),
    string: () => format === undefined,
  };
  const isRead = folder.texts.every((text) => reads[type]?.(text) ?? false);
  const seen = `${field.seen}; also from the folders ${folder.name}=…`;
  return isRead ? { ...field, seen } : asText({ ...field, seen }, 'the folders have another form');
}

/** The same field as a text. */
export function asText({ words, seen, remarks }: FieldDraft, why: string): FieldDraft {
  const { name, header, constraints } = words;
  const kept: FieldWords = {
    name,
    ...(header === undefined ? {} : { header }),
    type: 'string',
    ...(constraints?.required ? { constraints: { required: true } } : {}),
  };
  return { words: kept, seen: `${seen}; left as text: ${why}`, remarks };
}
