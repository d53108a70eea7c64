// Counts over all records of one sample, by the very SQL with which ingest judges a cell: how many texts a column has, and how many
// of them each proposed form refuses. One statement reads the file once for all columns and forms.
import type { Dataset, Field } from '../core/contract.ts';
import { cleanText } from '../core/field-sql.ts';
import { validation } from '../core/validation-sql.ts';
import type { RowSource } from '../ingest/row-source.ts';
import type { SqlSession, Value } from '../ports.ts';
import { list, literal } from '../sql/quoting.ts';
import type { Form } from './form.ts';
import { judge, TOKENS } from './forms.ts';

/** What is asked of one column. */
export type ColumnQuestion = {
  readonly name: string;
  readonly forms: readonly Form[];
  /** Estimate how many different texts it has. */
  readonly isCounted: boolean;
};

export type ColumnAnswer = {
  /** Texts that are there, tokens included. */
  present: number;
  /** With blanks around them; of columns with dressed forms. */
  padded: number;
  /** TOKENS among them; of columns with dressed forms. */
  tokens: string[];
  /** Roughly; 0 where it was not asked for. */
  different: number;
  forms: Map<string, FormAnswer>;
};

export type FormAnswer = {
  /** Texts that a form was asked about: all, but for a dressed form tokens and blank ones. */
  asked: number;
  missed: number;
  /** Of the missed: the longest, the first and the last in order. */
  examples: string[];
  doubted: number;
  doubtExample: string | undefined;
  loose: number;
};

export type Profile = { readonly rows: number; readonly columns: ReadonlyMap<string, ColumnAnswer> };

/** Columns of one statement: the engine's planning grows faster than their number. */
const AT_ONCE = 40;
const MAX_EXAMPLE = 200;

/** `dataset`: all of its fields are texts. Throws SqlError. */
export async function profile(
  session: SqlSession,
  dataset: Dataset,
  source: RowSource,
  questions: readonly ColumnQuestion[],
): Promise<Profile> {
  const columns = new Map<string, ColumnAnswer>();
  let rows = 0;
  for (let start = 0; start < Math.max(1, questions.length); start += AT_ONCE) {
    const some = questions.slice(start, start + AT_ONCE);
    const judged = some.flatMap((question, c) =>
      question.forms.map((form, f) => ({ question, form, field: judge(`f${c}_${f}`, form) })),
    );
    const rules = validation(
      {
        ...dataset,
        fields: judged.map(({ field }) => field),
        partitionBy: [],
        partitionFields: [],
        primaryKey: [],
      },
      new Map(judged.map(({ question, field }) => [field.name, textOf(source, question.name)])),
      new Map(),
    );
    const aggregates = [
      'count(*)',
      ...some.flatMap((question) => columnSql(textOf(source, question.name), question)),
      ...judged.flatMap(({ form, field }, i) =>
        formSql(form, rules.texts[i] ?? '', rules.values.get(field.name) ?? ''),
      ),
    ];
    const select = aggregates.map((sql, i) => `${sql} AS a${i}`).join(', ');
    const [row = {}] = await session.rows(`SELECT ${select} FROM ${rules.relation(columnsOf(source, some))}`);
    const values = aggregates.map((_, i) => row[`a${i}`] ?? null);
    rows = Number(values.shift());
    for (const { name } of some) columns.set(name, columnAnswer(values.splice(0, COLUMN_COUNTS)));
    for (const { question, form } of judged)
      columns.get(question.name)?.forms.set(form.id, formAnswer(values.splice(0, FORM_COUNTS)));
  }
  return { rows, columns };
}

/** Without the records that repeat the header, as ingest leaves them out. */
export function recordsOf({ relation, repeatedHeader }: RowSource): string {
  return repeatedHeader === undefined ? relation : `(SELECT * FROM ${relation} WHERE NOT ${repeatedHeader})`;
}

/** These columns alone: each layer of the judging SQL passes on all that it gets. */
function columnsOf(source: RowSource, questions: readonly ColumnQuestion[]): string {
  const texts = questions.flatMap(({ name }) => source.texts.get(name) ?? []);
  return texts.length === 0 ? recordsOf(source) : `(SELECT ${texts.join(', ')} FROM ${recordsOf(source)})`;
}

/** SQL of a column's text; NULL for the empty one. */
export function textOf({ texts }: RowSource, name: string): string {
  return texts.get(name) ?? 'CAST(NULL AS VARCHAR)';
}

const TRIMMED: Pick<Field, 'trim' | 'missingValues'> = { trim: true, missingValues: [] };
/** With some blanks around it. */
const LONGEST_TOKEN_BYTES = 40;
const COLUMN_COUNTS = 4;

function columnSql(text: string, { forms, isCounted }: ColumnQuestion): string[] {
  const different = isCounted ? `approx_count_distinct(${text})` : '0';
  if (!forms.some(({ isDressed }) => isDressed)) return [`count(${text})`, '0', 'NULL', different];
  const trimmed = cleanText(TRIMMED as Field, text);
  const tokens = `strlen(${text}) <= ${LONGEST_TOKEN_BYTES} AND ${trimmed} IN (${TOKENS.map(literal).join(', ')})`;
  return [
    `count(${text})`,
    `count(*) FILTER (WHERE ${text} <> ${trimmed})`,
    `list(DISTINCT ${trimmed}) FILTER (WHERE ${tokens})`,
    different,
  ];
}

const FORM_COUNTS = 6;

function formSql(form: Form, text: string, value: string): string[] {
  const missed = `${text} IS NOT NULL AND ${value} IS NULL`;
  const filtered = (aggregate: string, condition: string) => `${aggregate} FILTER (WHERE ${condition})`;
  const short = `left(${text}, ${MAX_EXAMPLE})`;
  const examples = list([
    filtered(`arg_max(${text}, strlen(${text}))`, `${missed} AND strlen(${text}) <= ${MAX_EXAMPLE}`),
    filtered(`min(${short})`, missed),
    filtered(`max(${short})`, missed),
  ]);
  const doubt = form.doubt && `${value} IS NOT NULL AND ${form.doubt.sql(text)}`;
  return [
    `count(${text})`,
    filtered('count(*)', missed),
    examples,
    doubt === undefined ? '0' : filtered('count(*)', doubt),
    doubt === undefined ? 'NULL' : filtered(`min(${short})`, doubt),
    form.loose === undefined ? '0' : filtered('count(*)', form.loose(text)),
  ];
}

function columnAnswer([present, padded, tokens, different]: readonly Value[]): ColumnAnswer {
  const counts = { present: Number(present), padded: Number(padded), different: Number(different) };
  return { ...counts, tokens: texts(tokens), forms: new Map() };
}

function formAnswer([asked, missed, examples, doubted, doubtExample, loose]: readonly Value[]): FormAnswer {
  return {
    asked: Number(asked),
    missed: Number(missed),
    examples: texts(examples),
    doubted: Number(doubted),
    doubtExample: typeof doubtExample === 'string' ? doubtExample : undefined,
    loose: Number(loose),
  };
}

function texts(value: Value | undefined): string[] {
  return Array.isArray(value)
    ? [...new Set(value.filter((item): item is string => typeof item === 'string'))]
    : [];
}

/** The same counts over both samples. */
export function added(one: ColumnAnswer, other: ColumnAnswer): ColumnAnswer {
  const forms = new Map(one.forms);
  for (const [id, answer] of other.forms) {
    const before = forms.get(id);
    forms.set(id, before === undefined ? answer : addedForm(before, answer));
  }
  return {
    present: one.present + other.present,
    padded: one.padded + other.padded,
    tokens: [...new Set([...one.tokens, ...other.tokens])],
    different: Math.max(one.different, other.different),
    forms,
  };
}

const MAX_EXAMPLES = 12;

function addedForm(one: FormAnswer, other: FormAnswer): FormAnswer {
  return {
    asked: one.asked + other.asked,
    missed: one.missed + other.missed,
    examples: [...new Set([...one.examples, ...other.examples])].slice(0, MAX_EXAMPLES),
    doubted: one.doubted + other.doubted,
    doubtExample: one.doubtExample ?? other.doubtExample,
    loose: one.loose + other.loose,
  };
}

/**
 * The first distinct texts of each column, in the file's order; of a column that has none in the first records, some later ones.
 */
export async function firstTexts(
  session: SqlSession,
  source: RowSource,
  names: readonly string[],
  records: number,
): Promise<Map<string, string[]>> {
  const found = new Map(names.map((name) => [name, new Set<string>()]));
  let isAll = true;
  const inParts = async (some: readonly string[], columns: (text: string) => string, end: string) => {
    for (let start = 0; start < some.length; start += AT_ONCE) {
      const part = some.slice(start, start + AT_ONCE);
      const select = part.map((name, i) => `${columns(textOf(source, name))} AS a${i}`).join(', ');
      const rows = await session.rows(`SELECT ${select} FROM ${recordsOf(source)} ${end}`);
      isAll &&= rows.length < records;
      for (const row of rows) for (const [i, name] of part.entries()) add(found.get(name), row[`a${i}`]);
    }
  };
  await inParts(names, (text) => text, `LIMIT ${records}`);
  if (isAll) return new Map([...found].map(([name, texts]) => [name, [...texts]]));
  const empty = names.filter((name) => found.get(name)?.size === 0 && source.texts.has(name));
  await inParts(
    empty,
    (text) => list([`min(${text})`, `max(${text})`, `arg_max(${text}, strlen(${text}))`]),
    '',
  );
  return new Map([...found].map(([name, texts]) => [name, [...texts]]));
}

/** Longer texts are none of numbers and dates. */
const MAX_FIRST = 5000;
function add(texts: Set<string> | undefined, value: Value | undefined): void {
  if (Array.isArray(value)) for (const item of value) add(texts, item);
  if (typeof value === 'string' && value.length <= MAX_FIRST) texts?.add(value);
}

/** The different texts of columns that have few, and how many different ones others have, in one reading. */
export async function differentTexts(
  session: SqlSession,
  source: RowSource,
  listed: readonly string[],
  counted: readonly (readonly string[])[],
): Promise<{
  readonly texts: ReadonlyMap<string, readonly string[]>;
  readonly counts: readonly number[];
  readonly rows: number;
}> {
  const lists = listed.map((name, i) => `list(DISTINCT ${textOf(source, name)}) AS l${i}`);
  const counts = counted.map((names, i) => {
    const columns = names.map((name) => textOf(source, name));
    return `count(DISTINCT ${columns.length === 1 ? columns[0] : `row(${columns.join(', ')})`}) AS n${i}`;
  });
  const [row = {}] = await session.rows(
    `SELECT ${['count(*) AS rows', ...lists, ...counts].join(', ')} FROM ${recordsOf(source)}`,
  );
  return {
    texts: new Map(listed.map((name, i) => [name, texts(row[`l${i}`])])),
    counts: counted.map((_, i) => Number(row[`n${i}`])),
    rows: Number(row.rows),
  };
}
