// The format of a dataset's files, and the levels of a nested one.
import type { Field, Format } from '../core/contract.ts';
import type { ResourceWords } from './contract-schema.ts';
import { unknownField } from './parse-field.ts';
import type { Place } from './place.ts';

const FORMATS: Readonly<Record<string, Format>> = {
  csv: 'csv',
  json: 'json',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  xlsx: 'xlsx',
  xlsm: 'xlsx',
};

/** As written, or by the ending of the path, before that of an archive. */
export function parseFormat({ format, path }: ResourceWords, place: Place): Format {
  if (format) return FORMATS[format] as Format;
  const extension = /\.(\w+)(?:\.(?:gz|zst|bz2|zip))?$/.exec(path)?.[1];
  return (
    FORMATS[extension ?? ''] ??
    place.refuse(
      '"format" is missing and cannot be derived from the path: write "csv", "json", "ndjson" or "xlsx"',
    )
  );
}

/** The fields that the keys of nested JSON objects fill, outermost first. */
export function parseLevels(
  words: ResourceWords,
  format: Format,
  fields: readonly Field[],
  place: Place,
): string[] {
  const levels = words.levels ?? [];
  if (levels.length > 0 && format !== 'json')
    place.refuse('levels apply only to the format "json": remove them');
  for (const [i, name] of levels.entries()) {
    const field = fields.find((candidate) => candidate.name === name);
    if (!field) place.at(i).refuse(unknownField(name, fields));
    if (levels.indexOf(name) !== i) place.at(i).refuse(`${JSON.stringify(name)} is listed twice: remove one`);
    if (field && (field.header !== name || field.otherHeaders))
      place.at(i).refuse(`${name} is filled by the keys of this level: remove its "header"`);
  }
  return levels;
}
