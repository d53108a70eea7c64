// Which words of a dialect belong to which format, and where a JSON file holds its records.
// https://datapackage.org/standard/table-dialect/#structured
import type { Dataset, Format } from '../core/contract.ts';
import type { DialectWords } from './contract-schema.ts';
import { isTabular } from './parse-sheet.ts';
import type { Place } from './place.ts';

const JSON_WORDS: ReadonlySet<string> = new Set(['property', 'itemType', 'itemKeys']);
const SHEET_WORDS: ReadonlySet<string> = new Set(['sheetName', 'sheetNumber']);
const HEADER_WORDS: ReadonlySet<string> = new Set(['headerRows', 'headerJoin', 'caseSensitiveHeader']);
const WORDS_OF_ALL: ReadonlySet<string> = new Set(['header', '$schema', 'title', 'description']);

/** Refuses words that would say nothing about files of the format. */
export function checkDialectFormat(words: DialectWords, format: Format, place: Place): void {
  for (const [word, value] of Object.entries(words)) {
    const formats = formatsOf(word);
    if (value === undefined || formats.includes(format)) continue;
    const listed = formats.map((one) => JSON.stringify(one)).join(' or ');
    place
      .at(word)
      .refuse(`this property applies only to the format ${listed}, and this is "${format}": remove it`);
  }
}

function formatsOf(word: string): readonly Format[] {
  if (WORDS_OF_ALL.has(word)) return ['csv', 'json', 'ndjson', 'xlsx'];
  if (JSON_WORDS.has(word)) return ['json', 'ndjson'];
  if (SHEET_WORDS.has(word)) return ['xlsx'];
  return HEADER_WORDS.has(word) ? ['csv', 'xlsx'] : ['csv'];
}

/** Nothing where the records are objects in an array, one a line, or nested by key. */
export function parseJsonDialect(
  words: DialectWords,
  format: Format,
  levels: readonly string[],
  place: Place,
): Pick<Dataset, 'json'> {
  if (isTabular(format)) return {};
  const property = parseProperty(words.property, format, place.at('property'));
  if (words.itemType === 'array') {
    if (levels.length > 0)
      place.at('itemType').refuse('objects nested by key ("levels") are no arrays: remove one of them');
    return { json: { property, columns: parseColumns(words, place) } };
  }
  if (words.itemKeys !== undefined)
    place
      .at('itemKeys')
      .refuse(
        'it names the columns of records that are arrays. Write "itemType": "array"; or, if they are objects, remove it: members that no field takes are left out anyway',
      );
  if (words.header !== undefined)
    place
      .at('header')
      .refuse('in JSON only records that are arrays ("itemType": "array") have a header row: remove it');
  return property.length === 0 ? {} : { json: { property } };
}

function parseProperty(property: string | undefined, format: Format, place: Place): readonly string[] {
  if (property === undefined) return [];
  if (format === 'ndjson')
    place.refuse('in the format "ndjson" each line is a record, and none stands within another: remove it');
  const names = property.split('.');
  if (names.includes(''))
    place.refuse(
      `${JSON.stringify(property)} has an empty name: write the names of members with "." between them`,
    );
  return names;
}

function parseColumns({ itemKeys, header }: DialectWords, place: Place): readonly string[] | 'header' {
  if (itemKeys === undefined) {
    if (header === false)
      place
        .at('header')
        .refuse('then nothing names the columns: add their names in order as "itemKeys": ["…", "…"]');
    return 'header';
  }
  if (header === true)
    place.at('header').refuse('"itemKeys" names the columns already: remove it, or the "itemKeys"');
  const twice = itemKeys.findIndex((key, i) => itemKeys.indexOf(key) !== i);
  if (twice >= 0)
    place.at('itemKeys', twice).refuse(`${JSON.stringify(itemKeys[twice])} is listed twice: rename one`);
  return itemKeys;
}
