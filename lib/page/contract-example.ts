// A file that a contract accepts, and texts that its fields accept: made up from the contract, and proven by the product's own
// conversion. What cannot be proven is left out.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Dataset, Dialect, Field } from '../core/contract.ts';
import { csvRecord } from '../csv-record.ts';
import type { Converted, Refused } from '../ingest/convert.ts';
import { convertWithin } from '../ingest/room.ts';
import { sourceLimit } from '../ingest/size-limit.ts';
import type { Effects } from '../lake/effects.ts';
import { exampleKey } from './example-key.ts';
import { type ExampleRow, exampleText } from './example-text.ts';
import { candidates } from './field-candidates.ts';

export type ContractExample = {
  /** In landing; null where none can be made up. */
  readonly key: string | null;
  /** Fields whose values the file's name gives. */
  readonly given: ReadonlySet<string>;
  /** By field: texts that it accepts. */
  readonly texts: ReadonlyMap<string, readonly string[]>;
  readonly text: string | null;
};

const MOST_TEXTS = 3;
/** Texts for people: a longer example explains nothing. */
const LONGEST = 200;

export async function contractExample(effects: Effects, dataset: Dataset): Promise<ContractExample> {
  const scratch = join(effects.scratch, `example-${effects.newId()}`);
  await mkdir(scratch, { recursive: true });
  try {
    const texts = await acceptedTexts(effects, dataset, scratch);
    const named = exampleKey(dataset);
    const given = named?.given ?? new Set<string>();
    const text = named && (await acceptedFile(effects, dataset, named.key, given, texts, scratch));
    return { key: named?.key ?? null, given, texts: shownTexts(texts), text: text ?? null };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function shownTexts(texts: ReadonlyMap<string, readonly string[]>): Map<string, string[]> {
  return new Map(
    Array.from(texts, ([name, all]) => [
      name,
      all.filter(({ length }) => length <= LONGEST).slice(0, MOST_TEXTS),
    ]),
  );
}

const PLAIN: Dialect = {
  delimiter: ',',
  quoteChar: '"',
  doubleQuote: true,
  skipInitialSpace: false,
  skipLines: 0,
  headerRecords: 1,
  headerJoin: ' ',
  caseSensitiveHeader: true,
};

/** A column for each field, and nothing that is about rows, files or names. */
function trial(dataset: Dataset): Dataset {
  const {
    json: _,
    sheet: _sheet,
    skipRows,
    footerRows,
    fieldsMatch,
    maxRejectedRows,
    innerPath,
    ...rest
  } = dataset;
  const fields = dataset.fields.map((field, i): Field => {
    const { otherHeaders, ...own } = field;
    return { ...own, header: `c${i}`, constraints: { ...field.constraints, required: false, unique: false } };
  });
  return {
    ...rest,
    ...{
      fields,
      path: 'trial.csv',
      format: 'csv',
      encoding: 'utf-8',
      levels: [],
      dialect: PLAIN,
      mode: 'append',
    },
    ...{ primaryKey: [], partitionBy: [], partitionFields: [], extraColumns: 'ignore', maxRejectedRatio: 1 },
  };
}

/** All candidates of all fields in one file: each row has one of each field. */
async function acceptedTexts(
  effects: Effects,
  dataset: Dataset,
  scratch: string,
): Promise<Map<string, string[]>> {
  const columns = dataset.fields.map((field) => ({ field, texts: distinctTexts(dataset, field) }));
  const rows = Math.max(0, ...columns.map(({ texts }) => texts.length));
  const records = Array.from({ length: rows }, (_, row) => columns.map(({ texts }) => texts[row] ?? null));
  const text = [columns.map((_, i) => `c${i}`), ...records].map(csvRecord).join('');
  const maxExamples = rows * columns.length + 1;
  const converted = await converts(effects, trial(dataset), 'trial.csv', text, scratch, maxExamples);
  if (converted.outcome === 'rejected') return new Map();
  const refused = new Set(converted.quarantine?.examples.map(({ line, field }) => `${line} ${field}`));
  // The header is the first line.
  return new Map(
    columns.map(({ field: { name }, texts }) => [
      name,
      texts.filter((_, i) => !refused.has(`${i + 2} ${name}`)),
    ]),
  );
}

/** Those that mean something. */
function distinctTexts({ dialect }: Dataset, field: Field): string[] {
  return candidates(field).filter(
    (text) => !field.missingValues.includes(text.trim()) && text !== dialect.nullSequence,
  );
}

/** With two rows, or with one where keys do not let two pass. Undefined where the contract takes neither. */
async function acceptedFile(
  effects: Effects,
  dataset: Dataset,
  key: string,
  given: ReadonlySet<string>,
  texts: ReadonlyMap<string, readonly string[]>,
  scratch: string,
): Promise<string | undefined> {
  const fields = dataset.fields.filter(({ name }) => !given.has(name));
  const rowOf = (i: number): ExampleRow =>
    fields.map(({ name }) => {
      const all = texts.get(name) ?? [];
      return all[i % Math.max(1, all.length)] ?? null;
    });
  for (const count of [2, 1]) {
    const rows = Array.from({ length: count }, (_, i) => rowOf(i));
    const text = exampleText(dataset, fields, rows);
    if (text === undefined) return undefined;
    // The text is what counts: a file of it is written in the contract's encoding.
    const found = await converts(effects, { ...dataset, encoding: 'utf-8' }, key, text, scratch, 1);
    const isTaken =
      found.outcome === 'accepted' && found.acceptedRows === count && found.quarantine === undefined;
    if (isTaken && found.rows - count === skipped(found)) return text;
  }
  return undefined;
}

function skipped({ skipped }: Converted): number {
  return skipped.reduce((sum, { rows }) => sum + rows, 0);
}

async function converts(
  effects: Effects,
  dataset: Dataset,
  key: string,
  text: string,
  scratch: string,
  maxExamples: number,
): Promise<Converted | Refused> {
  const folder = join(scratch, effects.newId());
  await mkdir(folder);
  const path = join(folder, basename(key));
  await writeFile(path, text);
  const space = { room: 'alone' as const, limit: await sourceLimit(effects), bytes: text.length };
  return convertWithin(effects.sql, space, { dataset, key, path, scratch: folder }, { maxExamples });
}
