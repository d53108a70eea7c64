// Splits an insight's file into front matter and SQL. The SQL itself is checked by lib/definitions/bind-insight.ts.
import { type Document, isScalar } from 'yaml';
import * as z from 'zod';
import type { ChartWords } from '../core/insight.ts';
import { withoutFinalSemicolon } from '../sql/quoting.ts';
import { type AuditSource, auditSql, auditWords, OWN_AUDITS, type Scalars } from './audit-words.ts';
import { checkedYaml } from './checked-yaml.ts';
import { parseChart } from './parse-chart.ts';
import { nameProblem } from './parse-contract.ts';
import { parseWindow, type WindowWords } from './parse-window.ts';
import { Place } from './place.ts';

/** An insight as its author wrote it; not yet checked against the inputs. */
export type InsightSource = {
  readonly file: string;
  readonly name: string;
  readonly description?: string;
  /** Shown first to people: see `sluice start`. */
  readonly headline?: boolean;
  readonly chart?: ChartWords | false;
  readonly over?: string;
  readonly partitionBy: readonly string[];
  readonly window?: WindowWords;
  /** By which columns of `over` a partition is to be divided that is too large for one process: see dividing-columns.ts. */
  readonly shardBy?: readonly string[];
  readonly key: readonly string[];
  readonly audits: readonly AuditSource[];
  /** Column name → description. */
  readonly columns: Readonly<Record<string, string>>;
  /** Presumably one statement, without a final semicolon. */
  readonly sql: string;
  /** The line of the file (from 1) on which `sql` starts. */
  readonly sqlLine: number;
  /** The file's line of each front matter property: `over`, `audits[0]`, … */
  readonly lines: Readonly<Record<string, number>>;
};

const texts = z.array(z.string().min(1));
const frontMatter = z.strictObject({
  description: z.string().optional(),
  headline: z.boolean().optional(),
  /** Its shape is in parse-chart.ts. */
  chart: z.unknown().optional(),
  over: z.string().min(1).optional(),
  partitionBy: texts.optional(),
  /** Its shape is in parse-window.ts. */
  window: z.unknown().optional(),
  shardBy: texts.min(1).optional(),
  key: texts.optional(),
  audits: z.array(auditWords).optional(),
  columns: z.record(z.string(), z.string()).optional(),
});

/** `file` is a path for messages, `name` the insight's. Throws DefinitionError with the line. */
export function parseInsight(file: string, name: string, text: string): InsightSource {
  const problem = nameProblem(name);
  if (problem !== undefined) new Place(file).refuse(problem);
  const plain = text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  if (plain.includes('\0'))
    new Place(file).refuse('the file contains a NUL character: save it as UTF-8 text');
  if (plain.length > MAX_CHARACTERS)
    new Place(file).refuse(
      `the file has ${plain.length} characters, but an insight may have at most ${MAX_CHARACTERS}: put long lists of values into a dataset and join it`,
    );
  const { yaml, yamlStart, sqlStart } = frontMatterOf(plain, file);
  const yamlLine = lineAt(plain, yamlStart);
  if (yaml.length > MAX_YAML_CHARACTERS)
    new Place(file, `line ${yamlLine}`).refuse(
      `the front matter has ${yaml.length} characters, but may have at most ${MAX_YAML_CHARACTERS}: shorten its texts`,
    );
  const rest = plain.slice(sqlStart);
  const sql = withoutFinalSemicolon(rest);
  const sqlLine = lineAt(plain, sqlStart + rest.length - rest.trimStart().length);
  if (sql === '')
    new Place(file, `line ${sqlLine}`).refuse('the SQL is missing: write one SELECT after the front matter');
  return { file, name, ...readFrontMatter(file, yaml, yamlLine), sql, sqlLine };
}

/** Beyond this size, DuckDB and the YAML parser take minutes. */
const MAX_CHARACTERS = 1_000_000;
const MAX_YAML_CHARACTERS = 250_000;

/** The comment at the start of the file, and where the SQL after it starts. */
function frontMatterOf(text: string, file: string): { yaml: string; yamlStart: number; sqlStart: number } {
  const start = text.length - text.trimStart().length;
  const opening = /^\/\*[ \t]*---[ \t]*\n/.exec(text.slice(start, start + 1000));
  const yamlStart = start + (opening?.[0].length ?? 0);
  const closing = opening && /^---[ \t]*\*\//m.exec(text.slice(yamlStart));
  if (!closing)
    return new Place(file, 'line 1').refuse(
      'the front matter is missing: start the file with the lines "/* ---", "description: What the rows mean.", "--- */", followed by the SELECT',
    );
  const yaml = text.slice(yamlStart, yamlStart + closing.index);
  return { yaml, yamlStart, sqlStart: yamlStart + closing.index + closing[0].length };
}

function lineAt(text: string, position: number): number {
  return text.slice(0, position).split('\n').length;
}

function readFrontMatter(file: string, text: string, firstLine: number) {
  const what = 'front matter';
  const record = 'column names with descriptions (column: description)';
  const { data, document, lineOf, place } = checkedYaml(
    { file, text, firstLine, what, record, wordsAt },
    frontMatter,
  );
  const { audits = [], partitionBy = [], key = [], columns = {}, ...words } = data;
  refuseTwice(partitionBy, 'partitionBy', place);
  refuseTwice(key, 'key', place);
  refuseTwice(words.shardBy ?? [], 'shardBy', place);
  const parsed = audits.map((entry, i) =>
    auditSql(entry, scalars(document, ['audits', i]), place('audits', i)),
  );
  refuseSameAudits(parsed, place);
  return {
    ...(words.description === undefined ? {} : { description: words.description }),
    ...(words.headline === undefined ? {} : { headline: words.headline }),
    ...(words.chart === undefined
      ? {}
      : { chart: parseChart(words.chart, (...path) => place('chart', ...path)) }),
    ...(words.over === undefined ? {} : { over: words.over }),
    partitionBy,
    ...(words.window === undefined
      ? {}
      : { window: parseWindow(words.window, (...path) => place('window', ...path)) }),
    ...(words.shardBy === undefined ? {} : { shardBy: words.shardBy }),
    key,
    columns,
    audits: parsed,
    lines: Object.fromEntries(
      [
        ['over'],
        ['partitionBy'],
        ...(words.window === undefined ? [] : [['window']]),
        ...(words.chart === undefined ? [] : [['chart']]),
        ...(words.shardBy === undefined ? [] : [['shardBy']]),
        ['key'],
        ['columns'],
        ...audits.map((_, i) => ['audits', i]),
      ].map((path) => [new Place(file).at(...path).path, lineOf(path)]),
    ),
  };
}

function scalars(document: Document, base: readonly (string | number)[]): Scalars {
  return (...path) => {
    const node = document.getIn([...base, ...path], true);
    if (!isScalar(node)) return undefined;
    return { source: node.source ?? String(node.value), quoted: node.type !== 'PLAIN', value: node.value };
  };
}

function refuseTwice(names: readonly string[], word: string, place: (...path: PropertyKey[]) => Place): void {
  const twice = names.findIndex((name, i) => names.indexOf(name) !== i);
  if (twice >= 0) place(word, twice).refuse(`${JSON.stringify(names[twice])} is listed twice: remove one`);
}

/** Messages and the log identify an audit only by its name. */
function refuseSameAudits(audits: readonly AuditSource[], place: (...path: PropertyKey[]) => Place): void {
  for (const [i, { name }] of audits.entries()) {
    if (OWN_AUDITS.includes(name) || audits.findIndex((other) => other.name === name) !== i)
      place('audits', i).refuse(
        `another audit is also named ${JSON.stringify(name)}: give this one a different "name"`,
      );
  }
}

function wordsAt(path: readonly PropertyKey[]): string[] {
  if (path.length === 0) return Object.keys(frontMatter.shape);
  return path.includes('relationships') ? ['to', 'field'] : Object.keys(auditWords.shape);
}
