// What a contract says of a whole file, and of several rows or files together, in words for whoever delivers them. Pure.
import { type Dataset, fieldHeaders } from '../core/contract.ts';
import type { Expect } from '../core/expect.ts';
import { count } from '../core/plain-text.ts';
import { quoted } from '../core/violation.ts';
import type { ContractText } from './dataset-documents.ts';
import { joined, orList } from './field-words.ts';

type Fact = ContractText['file'][number];

const FORMATS = {
  csv: 'CSV: a text with a record on each line',
  json: 'JSON',
  ndjson: 'JSON, one object on each line',
  xlsx: 'an Excel workbook (.xlsx)',
} as const;

/** `key`: an example of a file's name. */
export function fileFacts(dataset: Dataset, key: string | null): Fact[] {
  const { path, format, encoding, innerPath } = dataset;
  const facts: [string, string | undefined][] = [
    ['Name', key === null ? path : `${path}, such as ${key}`],
    ['Format', FORMATS[format]],
    ['Encoding', format === 'xlsx' ? undefined : encoding],
    [
      'Packed',
      format === 'xlsx'
        ? undefined
        : `may be packed with gzip, zstd, bzip2 or zip${innerPath === undefined ? '' : `; of a zip archive the files ${innerPath} are read`}`,
    ],
    ...(format === 'csv' ? csvFacts(dataset) : format === 'xlsx' ? sheetFacts(dataset) : jsonFacts(dataset)),
    ['Columns', columnWords(dataset)],
    ['Not read', skippedWords(dataset)],
    ['Refused as a whole', refusalWords(dataset)],
    ['Sent again', resentWords(dataset)],
    ['Expected', dataset.expect && expectWords(dataset.expect)],
  ];
  return facts.flatMap(([name, text]) => (text === undefined ? [] : [{ name, text }]));
}

const DELIMITERS: Readonly<Record<string, string>> = {
  ',': 'a comma',
  ';': 'a semicolon',
  '\t': 'a tab',
  '|': 'a bar |',
};

function csvFacts({ dialect }: Dataset): [string, string | undefined][] {
  const { delimiter, quoteChar, doubleQuote, escapeChar, commentChar, nullSequence } = dialect;
  const within = doubleQuote && quoteChar !== '' ? `, ${quoteChar.repeat(2)} within them stands for one` : '';
  return [
    ['Between cells', DELIMITERS[delimiter] ?? quoted(delimiter)],
    [
      'Quotes',
      quoteChar === ''
        ? undefined
        : `${quoteChar} around a cell that has a delimiter, quote or line end in it${within}`,
    ],
    ['Escapes', escapeChar === undefined ? undefined : `the character after ${escapeChar} stands for itself`],
    ['Comments', commentChar === undefined ? undefined : `lines that begin with ${commentChar} are not read`],
    [
      'No value',
      nullSequence === undefined ? undefined : `${quoted(nullSequence)} in a cell, in every column`,
    ],
    ['Header', headerWords(dialect)],
  ];
}

function headerWords({
  headerRecords,
  skipLines,
  headerJoin,
  caseSensitiveHeader,
}: Dataset['dialect']): string {
  if (headerRecords === 0) return 'none: the columns stand in the order below';
  const above =
    skipLines === 0
      ? ''
      : `${count(skipLines, 'line')} above it ${skipLines === 1 ? 'is' : 'are'} not read; `;
  const which =
    headerRecords === 1
      ? `line ${skipLines + 1} has the names of the columns`
      : `lines ${skipLines + 1} to ${skipLines + headerRecords} have the names of the columns, joined by ${quoted(headerJoin)}`;
  return `${above}${which}${caseSensitiveHeader ? ', in upper and lower case as below' : ''}`;
}

function sheetFacts({ sheet, dialect }: Dataset): [string, string | undefined][] {
  const which =
    sheet === undefined
      ? 'the first'
      : 'name' in sheet
        ? `the sheet ${quoted(sheet.name)}`
        : `sheet ${sheet.number}, counted from 1`;
  return [
    ['Sheet', which],
    ['Header', headerWords(dialect)],
  ];
}

function jsonFacts({ json, levels, format }: Dataset): [string, string | undefined][] {
  const place =
    json && json.property.length > 0 ? `the member ${json.property.join('.')} of the document` : undefined;
  const cells =
    json?.columns === undefined
      ? undefined
      : json.columns === 'header'
        ? 'arrays of cells; the first one names the columns'
        : `arrays of cells, in the order ${json.columns.join(', ')}`;
  const nested = levels.length === 0 ? undefined : `objects nested by the keys ${levels.join(', ')}`;
  return [
    ['Records in', place],
    ['Records', cells ?? nested ?? (format === 'json' ? 'an array of objects' : undefined)],
  ];
}

const MATCHES = {
  exact: 'exactly those below, in this order',
  equal: 'exactly those below, in any order',
  subset: 'all of those below; others are left out',
  superset: 'those below and no others; optional ones may be missing',
  partial: 'some of those below; others are left out',
} as const;

function columnWords({ fieldsMatch, extraColumns, dialect, format }: Dataset): string | undefined {
  if (format === 'csv' && dialect.headerRecords === 0) return undefined;
  if (fieldsMatch) return MATCHES[fieldsMatch];
  const others = extraColumns === 'reject' ? 'a file with others is refused' : 'others are left out';
  return `in any order; optional ones may be missing; ${others}`;
}

function skippedWords({ skipRows = [], footerRows = 0 }: Dataset): string | undefined {
  const rules = skipRows.map((rule) => {
    if ('startsWith' in rule) return `rows that begin with ${quoted(rule.startsWith)}`;
    return 'field' in rule ? `rows whose ${rule.field} matches ${rule.pattern}` : 'rows without any value';
  });
  const footer = footerRows === 0 ? [] : [`the last ${footerRows === 1 ? 'row' : `${footerRows} rows`}`];
  const all = [...rules, ...footer];
  return all.length === 0 ? undefined : joined(all, 'and');
}

function refusalWords({ maxRejectedRatio, maxRejectedRows, duplicates }: Dataset): string {
  const limits = [
    'it cannot be read, lacks a required column',
    maxRejectedRatio === 1 ? undefined : 'has no row that is accepted',
    maxRejectedRows === undefined ? undefined : `has more than ${count(maxRejectedRows, 'refused row')}`,
    maxRejectedRatio === undefined || maxRejectedRatio === 1
      ? undefined
      : `has more than ${percent(maxRejectedRatio)} of its rows refused`,
    duplicates === 'reject' ? 'has the same rows as another file' : undefined,
  ].filter((limit) => limit !== undefined);
  return `where ${joined(limits, 'or')}. Otherwise only the rows that break a rule are refused`;
}

/** With enough digits to differ from 0 % and 100 %. */
function percent(ratio: number): string {
  return `${Number((ratio * 100).toPrecision(4))} %`;
}

function resentWords({ onDelete }: Dataset): string {
  const gone =
    onDelete === 'keep' ? 'the rows of a deleted file are kept' : 'a deleted file takes its rows with it';
  return `under the same name a file replaces its older version; ${gone}`;
}

function expectWords({ every, byMinutes, daysAfter, timezone, per }: Expect): string {
  const each = per.length === 0 ? 'a file' : `a file for each ${per.join(', ')}`;
  const clock = `${String(Math.floor(byMinutes / 60)).padStart(2, '0')}:${String(byMinutes % 60).padStart(2, '0')}`;
  const due =
    every === 'hour'
      ? `${count(byMinutes, 'minute')} after its end`
      : `${clock} ${timezone}, ${count(daysAfter, 'day')} after its last day`;
  return `${each} of every ${every}, by ${due}`;
}

/** Rules over several fields, rows or files. */
export function ruleSentences(dataset: Dataset): string[] {
  const { mode, primaryKey, foreignKeys, duplicates, orderBy, deleteWhen = [] } = dataset;
  const key = joined(labels(dataset, primaryKey), 'and');
  const newest = orderBy
    ? `the one with the highest ${joined(labels(dataset, orderBy), 'and')}`
    : 'the one that came last';
  return [
    ...(primaryKey.length === 0
      ? []
      : mode === 'upsert'
        ? [`Rows with the same ${key} are versions of one row, of which ${newest} counts.`]
        : [`No two rows of a file have the same ${key}: the second one is refused.`]),
    ...deleteWhen.map(
      ({ field, values }) =>
        `A row whose ${joined(labels(dataset, [field]), 'and')} is ${orList(values)} says that its row is gone.`,
    ),
    ...(mode === 'replace' ? [replaceSentence(dataset)] : []),
    ...foreignKeys.map(
      ({ fields, reference }) =>
        `Each ${joined(labels(dataset, fields), 'and')} should be found in ${reference.resource}; this is checked, and no row is refused for it.`,
    ),
    ...(duplicates === 'reject'
      ? ['A file with the same rows as another one is refused, so that nothing is counted twice.']
      : []),
    ...(duplicates === 'warn' && mode === 'append'
      ? ['Every file counts: the same rows must not be sent under two names.']
      : []),
  ];
}

function labels({ fields }: Dataset, names: readonly string[]): string[] {
  return names.map((name) => {
    const field = fields.find((candidate) => candidate.name === name);
    return (field && fieldHeaders(field)[0]) ?? name;
  });
}

function replaceSentence({ scope, delivery }: Dataset): string {
  const what = delivery
    ? `files with the same ${joined(delivery.by, 'and')} are one delivery; the newest delivery`
    : 'the newest file';
  const whole =
    scope === undefined
      ? 'all that came before'
      : `what came before of the same ${joined(scope.names, 'and')}`;
  const complete =
    delivery?.complete === undefined ? '' : ` It counts once ${quoted(delivery.complete)} is there.`;
  const sentence = `${what} replaces ${whole}.${complete}`;
  return sentence[0]?.toUpperCase() + sentence.slice(1);
}
