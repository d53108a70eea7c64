// All columns of one kind of sample, asked until no form is left to propose: the first texts propose forms, the engine counts over
// every record which texts a form refuses, and these texts propose the next ones.
import { mkdir } from 'node:fs/promises';
import { formatSource } from '../ingest/format-source.ts';
import type { RowSource, SourceFile } from '../ingest/row-source.ts';
import { OutOfMemoryError, SqlError, type SqlSession } from '../ports.ts';
import { type Column, fitting } from './column.ts';
import type { Form } from './form.ts';
import { proposeForms } from './forms.ts';
import { isKeyName } from './key.ts';
import type { Kind } from './kinds.ts';
import {
  added,
  type ColumnAnswer,
  type ColumnQuestion,
  differentTexts,
  firstTexts,
  profile,
} from './profile.ts';
import {
  columnName,
  isColumn,
  type KnownSample,
  type ReadOptions,
  type RefusedSample,
  sampleScratch,
  textFile,
} from './sample.ts';

/** Of the first records of all samples together. */
const FIRST_RECORDS = 2000;
const LEAST_FIRST_RECORDS = 50;
const MAX_ROUNDS = 8;
/** Columns with so few different texts at first may be enums. */
const MAX_FEW = 20;
/** The estimate's error is some percent. */
const MAX_FEW_ESTIMATED = 40;

export type Columns = {
  readonly rows: number;
  /** In the kind's order; only those with a label. */
  readonly columns: readonly Column[];
  readonly sources: readonly OpenSample[];
  readonly refused: readonly RefusedSample[];
};

/** A sample that can be read; `names`: its column for each of the kind's labels. */
export type OpenSample = {
  readonly sample: KnownSample;
  source: RowSource;
  readonly names: ReadonlyMap<string, string>;
  readonly file: SourceFile;
};

/** `names`: the field of each label. Throws SqlError where the cause is not the data. */
export async function readColumns(
  session: SqlSession,
  kind: Kind,
  names: ReadonlyMap<string, string>,
  options: ReadOptions,
): Promise<Columns> {
  const { sources, refused } = await openSamples(kind, options);
  const labels = [...names.keys()];
  const texts = new Map(labels.map((label) => [label, new Set<string>()]));
  const records = Math.max(LEAST_FIRST_RECORDS, Math.floor(FIRST_RECORDS / Math.max(1, sources.length)));
  for (const open of sources) {
    const first = await soundly(open, () =>
      firstTexts(session, open.source, [...open.names.values()], records),
    );
    for (const [label, name] of open.names)
      for (const text of first.get(name) ?? []) texts.get(label)?.add(text);
  }
  const asked = new Map(
    labels.map((label) => [
      label,
      newColumn(label, names.get(label) ?? label, [...(texts.get(label) ?? [])]),
    ]),
  );
  let rows = 0;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const questions = nextQuestions([...asked.values()], round === 0, kind);
    if (questions.size === 0) break;
    rows = 0;
    for (const open of sources) rows += await askSample(session, open, questions, asked, round === 0);
  }
  await lastLook(session, sources, [...asked.values()], rows);
  return { rows, columns: [...asked.values()], sources, refused };
}

type AskedColumn = { -readonly [name in keyof Column]: Column[name] } & { texts: string[]; forms: Form[] };

function newColumn(label: string, name: string, texts: string[]): AskedColumn {
  const answer = { present: 0, padded: 0, tokens: [], different: 0, forms: new Map() };
  return { name, label, texts, forms: [], answer };
}

async function openSamples(kind: Kind, options: ReadOptions) {
  const sources: OpenSample[] = [];
  const refused: RefusedSample[] = [];
  for (const [i, sample] of kind.samples.entries()) {
    const scratch = sampleScratch(options.scratch, i);
    await mkdir(scratch, { recursive: true });
    const file = textFile({ ...sample, encoding: kind.encoding }, { ...options, scratch });
    const source = await formatSource(file);
    if ('rule' in source) refused.push({ sample, problem: source.message });
    else {
      const names = new Map(
        sample.labels.flatMap((label, c) =>
          isColumn(sample.labels, c) ? [[label, columnName(c)] as const] : [],
        ),
      );
      const open = { sample, source, names, file };
      const problem = await misread(open);
      if (problem === undefined) sources.push(open);
      else refused.push({ sample, problem });
    }
  }
  return { sources, refused };
}

/** DuckDB and our reader agree on plain files only, so that others are read by ours. Returns why a sample cannot be read at all. */
async function misread(open: OpenSample): Promise<string | undefined> {
  const { rewritten, countRecords } = open.source;
  if (rewritten === undefined || (await countRecords()).isPlain) return undefined;
  const other = await rewritten();
  if ('rule' in other) return other.message;
  open.source = other;
  return undefined;
}

/** Once more by our own reader, where the engine cannot read the file. */
async function soundly<T>(open: OpenSample, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { rewritten } = open.source;
    if (!(error instanceof SqlError) || error instanceof OutOfMemoryError || rewritten === undefined)
      throw error;
    const other = await rewritten();
    if ('rule' in other) throw error;
    open.source = other;
    return work();
  }
}

/** Per label, the forms that were not yet asked about; in the first round all columns are counted. */
function nextQuestions(columns: readonly AskedColumn[], isFirst: boolean, kind: Kind): Map<string, Form[]> {
  const questions = new Map<string, Form[]>();
  const hasDecimalChar = kind.samples[0]?.format === 'csv';
  for (const column of columns) {
    if (!isFirst && fitting(column).length > 0) continue;
    const examples = [...column.answer.forms.values()].flatMap((found) => found.examples);
    const texts = [...new Set([...examples, ...column.texts])];
    const known = new Set(column.forms.map(({ id }) => id));
    const forms = proposeForms(texts, column.label, hasDecimalChar).filter(({ id }) => !known.has(id));
    if (!isFirst && forms.length === 0) continue;
    column.forms.push(...forms);
    questions.set(column.label, forms);
  }
  return questions;
}

async function askSample(
  session: SqlSession,
  open: OpenSample,
  questions: ReadonlyMap<string, Form[]>,
  asked: ReadonlyMap<string, AskedColumn>,
  isFirst: boolean,
): Promise<number> {
  const list: ColumnQuestion[] = [];
  for (const [label, forms] of questions) {
    const name = open.names.get(label);
    const isCounted = isFirst && (asked.get(label)?.texts.length ?? 0) <= MAX_FEW;
    if (name !== undefined) list.push({ name, forms, isCounted });
  }
  const found = await soundly(open, () => profile(session, open.file.dataset, open.source, list));
  for (const label of questions.keys()) {
    const column = asked.get(label);
    const answer = found.columns.get(open.names.get(label) ?? '');
    if (column === undefined || answer === undefined) continue;
    column.answer = isFirst ? added(column.answer, answer) : withForms(column.answer, answer);
  }
  return found.rows;
}

/** Of a later round: the texts were counted in the first one, but blanks and tokens only now. */
function withForms(column: ColumnAnswer, { forms, padded, tokens }: ColumnAnswer): ColumnAnswer {
  return added(column, { present: 0, padded, tokens, different: 0, forms });
}

const MAX_KEYS = 3;

/** In one reading: the texts of columns that have few, and whether those that may be keys have one twice in a sample. */
async function lastLook(
  session: SqlSession,
  sources: readonly OpenSample[],
  asked: readonly AskedColumn[],
  rows: number,
): Promise<void> {
  const few = asked.filter(
    (column) =>
      column.answer.different > 0 &&
      column.answer.different <= MAX_FEW_ESTIMATED &&
      fitting(column).length === 0,
  );
  const mayBeKey = ({ name, answer }: AskedColumn, i: number) =>
    answer.present === rows && (i === 0 || isKeyName(name));
  const keys = rows === 0 ? [] : asked.filter(mayBeKey).slice(0, MAX_KEYS);
  for (const column of few) column.few = [];
  for (const column of keys) column.isUnique = true;
  if (few.length + keys.length === 0) return;
  for (const open of sources) {
    const nameOf = ({ label }: AskedColumn) => open.names.get(label) ?? '';
    const found = await differentTexts(
      session,
      open.source,
      few.map(nameOf),
      keys.map((column) => [nameOf(column)]),
    );
    for (const column of few)
      column.few = [...new Set([...(column.few ?? []), ...(found.texts.get(nameOf(column)) ?? [])])];
    for (const [i, column] of keys.entries()) if (found.counts[i] !== found.rows) column.isUnique = false;
  }
}

/** No sample has the same texts in both columns twice. */
export async function isPairUnique(
  session: SqlSession,
  sources: readonly OpenSample[],
  labels: readonly [string, string],
): Promise<boolean> {
  for (const open of sources) {
    const names = labels.map((label) => open.names.get(label) ?? '');
    const { counts, rows } = await differentTexts(session, open.source, [], [names]);
    if (counts[0] !== rows) return false;
  }
  return true;
}
