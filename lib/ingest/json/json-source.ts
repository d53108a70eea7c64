// A JSON file as rows of texts: an array of objects, objects nested by key, or one object per line. Numbers keep their
// digits. The file is read twice, record by record: once to write the texts for DuckDB, once for the rejected records.
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'lossless-json';
import { TextHash } from '../../content-hash.ts';
import { type Dataset, type Field, fieldHeaders } from '../../core/contract.ts';
import type { RefusedRow, Violation } from '../../core/violation.ts';
import { fileLiteral, identifier } from '../../sql/quoting.ts';
import { FlaggedRowCursor } from '../flagged-row-cursor.ts';
import { type LabelledFile, labelViolation, listed, twoLabels } from '../labels.ts';
import { pour } from '../pour.ts';
import {
  type FlaggedRows,
  fileViolation,
  type RecordCount,
  type RowSource,
  type SeenLabels,
  type SourceFile,
  sourceBytes,
} from '../row-source.ts';
import { type JsonCounter, JsonDocumentCounter, JsonLineCounter, JsonMemberCounter } from './json-count.ts';
import type { Members } from './json-items.ts';
import { readJson, rejectedRecord } from './json-records.ts';

export async function jsonSource(file: SourceFile): Promise<RowSource | Violation> {
  const { dataset } = file;
  const path = join(file.scratch, 'records.ndjson');
  const found = await writeTexts(file, path);
  if ('rule' in found) return found;
  const elsewhere = file.part?.seenElsewhere ?? [];
  const isGiven = (name: string) =>
    found.seen.has(name) || elsewhere.includes(name) || dataset.levels.includes(name);
  const fields = dataset.fields.map((_, i) => `'f${i}': 'VARCHAR'`).join(', ');
  const texts = dataset.fields.map((field, i): [string, string] => [field.name, identifier(`f${i}`)]);
  return {
    relation: `read_json(${fileLiteral(path)}, format = 'newline_delimited', columns = {${fields}}, maximum_object_size = ${found.longest}, hive_partitioning = false)`,
    texts: new Map(texts.filter(([name]) => !file.fromPath.has(name) || isGiven(name))),
    ignored: found.ignored,
    missing: missingFields(file, found).map((field) => field.header),
    countRecords: () => countJsonRecords(file),
    refusedRows: (flagged) => locateRecords(file, flagged),
  };
}

/** The engine sets aside several times what an object may be long. */
const LEAST_OBJECT_BYTES = 1024 * 1024;
/** Keys may be data: then there is no end of labels. */
const MAX_IGNORED = 1000;

type Found = {
  /** Fields that some record has. */
  readonly seen: ReadonlySet<string>;
  readonly ignored: readonly string[];
  readonly longest: number;
  readonly records: number;
};

/** The names of members, by the fields that take them. */
class Labels {
  readonly #fieldOf: ReadonlyMap<string, Field>;
  /** Field name → the label that fills it in this file. */
  readonly #taken = new Map<string, string>();
  readonly ignored = new Set<string>();

  constructor({ fields }: Dataset) {
    this.#fieldOf = new Map(
      fields.flatMap((field) => fieldHeaders(field).map((header) => [header, field] as const)),
    );
  }

  get seen(): ReadonlySet<string> {
    return new Set(this.#taken.keys());
  }

  get taken(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#taken);
  }

  /** A violation if a field has two labels in the file. */
  add(members: Members): Violation | undefined {
    for (const label of Object.keys(members)) {
      const field = this.#fieldOf.get(label);
      if (field === undefined) {
        if (this.ignored.size < MAX_IGNORED) this.ignored.add(label);
        continue;
      }
      const taken = this.#taken.get(field.name);
      if (taken === undefined) this.#taken.set(field.name, label);
      else if (taken !== label) return twoLabels(field, [taken, label]);
    }
    return undefined;
  }
}

/** Writes one line of texts for each record that is an object. */
async function writeTexts(file: SourceFile, path: string): Promise<Found | Violation> {
  const { dataset } = file;
  const labels = new Labels(dataset);
  let longest = LEAST_OBJECT_BYTES;
  let rows = 0;
  let refusal: Violation | undefined;
  async function* lines() {
    for await (const records of readJson(file)) {
      if ('rule' in records) {
        refusal = records;
        return;
      }
      for (const record of records) {
        if (record.problem) continue;
        rows += 1;
        refusal = labels.add(record.members);
        if (refusal) return;
        const line = `${JSON.stringify(texts(dataset, record.cut.keys, record.members))}\n`;
        longest = Math.max(longest, Buffer.byteLength(line) + 1);
        yield line;
      }
    }
  }
  await pour(lines(), createWriteStream(path));
  const found = { seen: labels.seen, ignored: [...labels.ignored], longest, records: rows };
  if (file.part?.labels && refusal === undefined) {
    Object.assign(file.part.labels, { taken: labels.taken, ignored: found.ignored, records: rows });
    return found;
  }
  return refusal ?? wrongLabels(file, found) ?? found;
}

/** The labels of all parts of a file together: why the file is refused for them, and the fields that it lacks. */
export function labelsOfParts(
  file: LabelledFile,
  parts: readonly SeenLabels[],
): {
  readonly violation?: Violation;
  readonly missing: readonly string[];
  readonly ignored: readonly string[];
} {
  const taken = new Map<string, string>();
  for (const [name, label] of parts.flatMap((part) => Object.entries(part.taken))) {
    const other = taken.get(name) ?? label;
    const field = file.dataset.fields.find((one) => one.name === name);
    if (other !== label && field)
      return { violation: twoLabels(field, [other, label]), missing: [], ignored: [] };
    taken.set(name, label);
  }
  const ignored = [...new Set(parts.flatMap((part) => part.ignored))].slice(0, MAX_IGNORED);
  const records = parts.reduce((sum, part) => sum + part.records, 0);
  const found = { seen: new Set(taken.keys()), ignored, records };
  const violation = wrongLabels(file, found);
  const missing = missingFields(file, found).map(({ header }) => header);
  return { ...(violation === undefined ? {} : { violation }), missing, ignored };
}

/** JSON has no order of members, so that "exact" is "equal"; and without a record there is nothing that could lack a field. */
function wrongLabels(file: LabelledFile, found: Omit<Found, 'longest'>): Violation | undefined {
  const { dataset } = file;
  const { seen, ignored, records } = found;
  if (records === 0) return undefined;
  const missing = missingFields(file, found);
  if (seen.size === 0 && ignored.length > 0 && missing.length > 0 && dataset.levels.length === 0) {
    const message = `no member of its records is one of ${dataset.name}'s fields; they have ${listed(ignored)}`;
    return fileViolation('missing-label', message);
  }
  const members = listed([...seen, ...ignored]);
  return labelViolation(
    file,
    { missing, ignored },
    `its records have ${members === '' ? 'no member' : members}`,
  );
}

function missingFields({ dataset, fromPath }: LabelledFile, { seen }: Pick<Found, 'seen'>): Field[] {
  return dataset.fields.filter(
    ({ name }) => !seen.has(name) && !fromPath.has(name) && !dataset.levels.includes(name),
  );
}

/** Those that are there: a record of two bytes must not become one of a thousand because a contract has many fields. */
function texts(dataset: Dataset, keys: readonly string[], members: Members): Record<string, string> {
  const cells = dataset.fields.flatMap((field, i): [string, string][] => {
    const level = dataset.levels.indexOf(field.name);
    const header = fieldHeaders(field).find((one) => Object.hasOwn(members, one));
    const member = header === undefined ? undefined : members[header];
    const found = text(level >= 0 ? keys[level] : member);
    return found === null ? [] : [[`f${i}`, found]];
  });
  return Object.fromEntries(cells);
}

function text(value: unknown): string | null {
  if (value === null || value === undefined || value === '') return null;
  if (typeof value === 'string') return value;
  return stringify(value) ?? null;
}

function counterOf({ format, levels, json }: Dataset): JsonCounter {
  if (format === 'ndjson') return new JsonLineCounter();
  const depth = Math.max(1, levels.length);
  return json === undefined || json.property.length === 0
    ? new JsonDocumentCounter(depth)
    : new JsonMemberCounter(json.property, depth);
}

export async function countJsonRecords(file: SourceFile): Promise<RecordCount> {
  const { dataset } = file;
  const counter = counterOf(dataset);
  const text = new TextHash();
  for await (const chunk of sourceBytes(file)) {
    counter.push(chunk);
    text.push(chunk);
  }
  const headers = dataset.json?.columns === 'header' && counter.records > 0 ? 1 : 0;
  return { records: counter.records - headers, isPlain: true, text: text.end() };
}

async function* locateRecords(file: SourceFile, flagged: FlaggedRows): AsyncIterable<RefusedRow> {
  const flags = await FlaggedRowCursor.over(flagged);
  for await (const records of readJson(file)) {
    if ('rule' in records) break;
    for (const record of records) {
      const violations = flags.against(record.problem);
      if (violations === undefined) continue;
      yield rejectedRecord(record, violations);
      await flags.advance();
    }
  }
  flags.requireAll(file);
}
