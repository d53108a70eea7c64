// Several row sources as one, in their order: one relation with a column that says which source a row is from. Knows no archives.
import { TextHash } from '../../content-hash.ts';
import type { SkippedCount } from '../../core/skip-rules.ts';
import type { RefusedRow, Violation } from '../../core/violation.ts';
import { shown } from '../../core/violation.ts';
import type { SqlSession } from '../../ports.ts';
import type { ColumnRemarks } from '../odd-columns.ts';
import {
  type FlaggedRow,
  type FlaggedRows,
  fileViolation,
  type RecordCount,
  type RowSource,
  type SourceFile,
} from '../row-source.ts';

export type Part = { readonly name: string; readonly source: RowSource };

/** A violation if the parts differ in whether they or the path give a field. */
export function joinedSource(file: SourceFile, parts: readonly Part[]): RowSource | Violation {
  const { fields } = file.dataset;
  const given = fields.filter(({ name }) => parts.some(({ source }) => source.texts.has(name)));
  for (const { name } of given) {
    const without = parts.find(({ source }) => !source.texts.has(name));
    const having = parts.find(({ source }) => source.texts.has(name));
    if (without && having && file.fromPath.has(name)) return unlike(name, having.name, without.name);
  }
  const sources = parts.map(({ source }) => source);
  const hasRepeated = sources.some(({ repeatedHeader }) => repeatedHeader !== undefined);
  const rules = distinct(
    sources.flatMap(({ skipConditions = [] }) => skipConditions.map(({ rule }) => rule)),
  );
  const selects = sources.map(({ relation, texts, repeatedHeader = 'false', skipConditions = [] }, i) => {
    const columns = given.map(
      ({ name }) =>
        `${texts.get(name) ?? 'CAST(NULL AS VARCHAR)'} AS f${fields.findIndex((f) => f.name === name)}`,
    );
    const skips = rules.map((rule, k) => {
      const own = skipConditions.find((condition) => condition.rule === rule);
      return `${own?.sql ?? 'false'} AS skips${k}`;
    });
    const all = [
      ...[`${i} AS member`, ...columns, ...skips],
      ...(hasRepeated ? [`${repeatedHeader} AS repeats`] : []),
    ];
    return `SELECT ${all.join(', ')} FROM ${relation}`;
  });
  return {
    relation: `(${selects.join(' UNION ALL ')})`,
    texts: new Map(given.map(({ name }) => [name, `f${fields.findIndex((field) => field.name === name)}`])),
    ...(hasRepeated ? { repeatedHeader: 'repeats' } : {}),
    skipConditions: rules.map((rule, k) => ({ rule, sql: `skips${k}` })),
    skipped: skippedOfAll(sources),
    columnRemarks: (session) => remarksOfAll(session, sources),
    members: parts.map(({ name }) => name),
    ignored: distinct(sources.flatMap(({ ignored }) => ignored)),
    missing: distinct(sources.flatMap(({ missing }) => missing)),
    countRecords: () => countAll(sources),
    refusedRows: (flagged) => refusedOfAll(parts, flagged),
    ...commonHeader(sources),
    ...(sources.some(({ rewritten }) => rewritten) ? { rewritten: () => allRewritten(file, parts) } : {}),
  };
}

function skippedOfAll(sources: readonly RowSource[]): SkippedCount[] {
  const all = sources.flatMap(({ skipped = [] }) => skipped);
  return distinct(all.map(({ rule }) => rule)).map((rule) => ({
    rule,
    rows: all.reduce((sum, one) => sum + (one.rule === rule ? one.rows : 0), 0),
  }));
}

/** Columns are told by their number, whichever members they are in. */
async function remarksOfAll(session: SqlSession, sources: readonly RowSource[]): Promise<ColumnRemarks> {
  const all: ColumnRemarks[] = [];
  for (const source of sources) all.push((await source.columnRemarks?.(session)) ?? {});
  const values = new Map<number, number>();
  for (const { unnamedColumns = [] } of all)
    for (const { column, values: own } of unnamedColumns) values.set(column, (values.get(column) ?? 0) + own);
  const unnamed = Array.from(values, ([column, values]) => ({ column, values }));
  const repeated = distinct(all.flatMap(({ repeatedColumns = [] }) => repeatedColumns));
  const trailing = all.find(({ trailingDelimiter }) => trailingDelimiter !== undefined)?.trailingDelimiter;
  return {
    ...(unnamed.length === 0
      ? {}
      : { unnamedColumns: unnamed.sort((a, b) => b.values - a.values || a.column - b.column) }),
    ...(repeated.length === 0 ? {} : { repeatedColumns: repeated }),
    ...(trailing === undefined ? {} : { trailingDelimiter: trailing }),
  };
}

function distinct(labels: readonly string[]): string[] {
  return [...new Set(labels)];
}

function unlike(field: string, having: string, without: string): Violation {
  const message = `the path gives ${field}, ${shown(having)} in the archive has it too, and ${shown(without)} has not: send both alike`;
  return fileViolation('partition-value', message, field);
}

async function countAll(sources: readonly RowSource[]): Promise<RecordCount> {
  const members: RecordCount[] = [];
  for (const source of sources) {
    const counted = await source.countRecords();
    members.push(counted);
    if (!counted.isPlain) break;
  }
  const records = members.reduce((sum, counted) => sum + counted.records, 0);
  const text = textOfAll(members.map((counted) => counted.text));
  return {
    records,
    isPlain: members.every(({ isPlain }) => isPlain),
    members,
    ...(text === undefined ? {} : { text }),
  };
}

/** The same as that of the file, where there is but one. */
function textOfAll(texts: readonly (string | undefined)[]): string | undefined {
  if (texts.length === 1) return texts[0];
  const hash = new TextHash();
  for (const text of texts) {
    if (text === undefined) return undefined;
    hash.push(Buffer.from(text));
  }
  return hash.end();
}

async function allRewritten(file: SourceFile, parts: readonly Part[]): Promise<RowSource | Violation> {
  const others: Part[] = [];
  for (const { name, source } of parts) {
    const other = source.rewritten === undefined ? source : await source.rewritten();
    if ('rule' in other) return { ...other, message: `${shown(name)} in the archive: ${other.message}` };
    others.push({ name, source: other });
  }
  return joinedSource(file, others);
}

/** One text stands before the records of all, where they all begin alike. */
function commonHeader(sources: readonly RowSource[]): Pick<RowSource, 'headerText'> {
  const [first, ...others] = sources;
  if (others.length > 0 || first?.headerText === undefined) return {};
  return { headerText: first.headerText };
}

async function* refusedOfAll(
  parts: readonly Part[],
  { rows, memberRows = [], counted }: FlaggedRows,
): AsyncIterable<RefusedRow> {
  const flags = new FlagsByPart(rows);
  let before = 0;
  for (const [i, { name, source }] of parts.entries()) {
    const relationRows = memberRows[i] ?? 0;
    const own = {
      rows: flags.within(before, before + relationRows),
      relationRows,
      counted: counted.members?.[i] ?? { records: relationRows, isPlain: true },
    };
    for await (const row of source.refusedRows(own))
      yield { ...row, path: row.path === undefined || row.path === null ? name : `${name} ${row.path}` };
    before += relationRows;
  }
}

/** Flags of all rows, given out part by part. */
class FlagsByPart {
  readonly #rows: AsyncIterator<FlaggedRow>;
  #next: FlaggedRow | undefined;

  constructor(rows: AsyncIterable<FlaggedRow>) {
    this.#rows = rows[Symbol.asyncIterator]();
  }

  /** Those of the rows from `start` on, before `end`, numbered from zero. */
  async *within(start: number, end: number): AsyncIterable<FlaggedRow> {
    for (;;) {
      const next = this.#next ?? (await this.#rows.next()).value;
      this.#next = next as FlaggedRow | undefined;
      if (this.#next === undefined || this.#next.row >= end) return;
      const { row, violations } = this.#next;
      this.#next = undefined;
      yield { row: row - start, violations };
    }
  }
}
