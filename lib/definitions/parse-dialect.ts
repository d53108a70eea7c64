// How a CSV file is written: checks the properties of a dialect, and fills in every default.
// https://specs.frictionlessdata.io/csv-dialect/ and, for headerRows and headerJoin, https://datapackage.org/standard/table-dialect/
import type { Dialect } from '../core/contract.ts';
import type { DialectWords } from './contract-schema.ts';
import type { Place } from './place.ts';

const CHARACTERS = ['delimiter', 'quoteChar', 'escapeChar', 'commentChar'] as const;

export function parseDialect(words: DialectWords, place: Place): Dialect {
  const { delimiter = ',', quoteChar = '"', escapeChar, commentChar } = words;
  const used = new Map<string, string>();
  for (const [word, value] of Object.entries({ delimiter, quoteChar, escapeChar, commentChar })) {
    if (value === undefined) continue;
    const at = place.at(word);
    if (!/^[\t\x20-\x7e]$/.test(value))
      at.refuse(`${JSON.stringify(value)} is not one printable ASCII character (or a tab): write one`);
    const other = used.get(value);
    // A quote that escapes itself has the same meaning as doubleQuote.
    if (other !== undefined && !(word === 'escapeChar' && other === 'quoteChar'))
      at.refuse(`${JSON.stringify(value)} is also the ${other}: change one`);
    used.set(value, word);
  }
  if (words.skipInitialSpace === true && CHARACTERS.some((word) => words[word] === ' '))
    place
      .at('skipInitialSpace')
      .refuse('skipped spaces cannot also be the delimiter, quote, escape or comment character: change one');
  const escapesItself = escapeChar === quoteChar;
  return {
    delimiter,
    quoteChar,
    doubleQuote: escapesItself || (words.doubleQuote ?? true),
    skipInitialSpace: words.skipInitialSpace ?? false,
    caseSensitiveHeader: words.caseSensitiveHeader ?? false,
    ...header(words, place),
    ...(escapeChar === undefined || escapesItself ? {} : { escapeChar }),
    ...(commentChar === undefined ? {} : { commentChar }),
    ...nullSequence(words, place.at('nullSequence')),
  };
}

type HeaderWords = Pick<Dialect, 'skipLines' | 'headerRecords' | 'headerJoin'>;

function header(words: DialectWords, place: Place): HeaderWords {
  const headerJoin = words.headerJoin ?? ' ';
  const rows = words.headerRows;
  if (words.header === false) {
    if (rows !== undefined) place.at('headerRows').refuse('the file has no header: remove it');
    return { skipLines: 0, headerRecords: 0, headerJoin };
  }
  const first = rows?.[0] ?? 1;
  if (rows?.some((row, i) => row !== first + i))
    place.at('headerRows').refuse(`${JSON.stringify(rows)}: only consecutive rows are supported`);
  return { skipLines: first - 1, headerRecords: rows?.length ?? 1, headerJoin };
}

function nullSequence(words: DialectWords, place: Place): Pick<Dialect, 'nullSequence'> {
  const text = words.nullSequence;
  if (text === undefined) return {};
  const special = [words.delimiter ?? ',', words.quoteChar ?? '"', '\r', '\n'].find((c) => text.includes(c));
  if (special !== undefined)
    place.refuse(
      `${JSON.stringify(text)} contains ${JSON.stringify(special)}, which ends or quotes a cell: use another text`,
    );
  return { nullSequence: text };
}
