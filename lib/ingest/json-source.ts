// A JSON file as a relation of texts: an array of objects, or objects nested by key. Numbers keep their digits.
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isLosslessNumber, parse, stringify } from 'lossless-json';
import type { Dataset } from '../core/contract.ts';
import { fileLiteral, identifier } from '../core/sql-text.ts';
import type { RejectedRow, Violation } from '../core/violation.ts';
import type { SqlSession } from '../ports.ts';
import { type FlaggedRow, fileViolation, type RowSource, type SourceFile } from './row-source.ts';
import { textBytes } from './source-bytes.ts';

type JsonRecord = { readonly levels: readonly string[]; readonly members: Readonly<Record<string, unknown>> };

export async function jsonSource(file: SourceFile): Promise<RowSource | Violation> {
  const { dataset } = file;
  const records = readRecords(dataset, await wholeFile(file));
  if ('rule' in records) return records;
  const path = join(file.scratch, 'records.ndjson');
  await pipeline(Readable.from(lines(dataset, records)), createWriteStream(path));
  const fields = dataset.fields.map((_, i) => `'f${i}': 'VARCHAR'`).join(', ');
  const texts = dataset.fields.map((field, i): [string, string] => [field.name, identifier(`f${i}`)]);
  const known = new Set(dataset.fields.map((field) => field.header));
  return {
    relation: `read_json(${fileLiteral(path)}, format = 'newline_delimited', columns = {${fields}}, maximum_object_size = 268435456, hive_partitioning = false)`,
    texts: new Map(
      texts.filter(
        ([name]) => !file.fromPath.has(name) || records.some((record) => has(dataset, record, name)),
      ),
    ),
    ignored: [...new Set(records.flatMap((record) => Object.keys(record.members)))].filter(
      (name) => !known.has(name),
    ),
    countRecords: async () => ({ records: records.length, isPlain: true }),
    rejectedRows: (_session: SqlSession, flagged) => rejected(dataset, records, flagged.rows),
  };
}

function has(dataset: Dataset, record: JsonRecord, fieldName: string): boolean {
  const field = dataset.fields.find((f) => f.name === fieldName);
  return dataset.levels.includes(fieldName) || (field !== undefined && field.header in record.members);
}

async function wholeFile({ path, dataset }: SourceFile): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of textBytes(path, dataset.encoding)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function readRecords(dataset: Dataset, bytes: Uint8Array): JsonRecord[] | Violation {
  let root: unknown;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    root = parse(text);
  } catch (error) {
    return fileViolation('source-error', `the file is not valid JSON in UTF-8: ${(error as Error).message}`);
  }
  if (dataset.levels.length > 0) return nested(dataset, root, []);
  if (!Array.isArray(root)) return fileViolation('source-error', 'the file is not an array of objects');
  const strange = root.findIndex((item) => !isObject(item));
  if (strange >= 0) return fileViolation('source-error', `$[${strange}] is not an object`);
  return root.map((members) => ({ levels: [], members }));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isLosslessNumber(value);
}

function nested(dataset: Dataset, value: unknown, levels: readonly string[]): JsonRecord[] | Violation {
  if (!isObject(value)) {
    const depth =
      dataset.levels[levels.length] === undefined
        ? 'a record'
        : `an object by ${dataset.levels[levels.length]}`;
    return fileViolation('source-error', `${['$', ...levels].join('.')} is not ${depth}`);
  }
  if (levels.length === dataset.levels.length) return [{ levels, members: value }];
  const records: JsonRecord[] = [];
  for (const [key, member] of Object.entries(value)) {
    const inner = nested(dataset, member, [...levels, key]);
    if ('rule' in inner) return inner;
    records.push(...inner);
  }
  return records;
}

function text(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value;
  return stringify(value) ?? null;
}

function raw(dataset: Dataset, record: JsonRecord): string {
  const levels = Object.fromEntries(record.levels.map((key, i) => [dataset.levels[i] as string, key]));
  return stringify({ ...levels, ...record.members }) ?? '';
}

function* lines(dataset: Dataset, records: readonly JsonRecord[]): Iterable<string> {
  for (const record of records) {
    const cells = dataset.fields.map((field, i) => {
      const level = dataset.levels.indexOf(field.name);
      return [`f${i}`, level >= 0 ? (record.levels[level] ?? null) : text(record.members[field.header])];
    });
    yield `${JSON.stringify(Object.fromEntries(cells))}\n`;
  }
}

async function* rejected(
  dataset: Dataset,
  records: readonly JsonRecord[],
  flagged: AsyncIterable<FlaggedRow>,
): AsyncIterable<RejectedRow> {
  for await (const { row, violations } of flagged) {
    yield { line: null, raw: raw(dataset, records[row] as JsonRecord), violations };
  }
}
