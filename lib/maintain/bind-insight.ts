// An insight and its inputs' columns to a Derivation: the engine says what the SQL returns and whether its audits make
// sense; here is decided whether a Delta table can hold it and whether it fits its partitioning.
import { definitionHash } from '../core/definition-hash.ts';
import { didYouMean } from '../core/did-you-mean.ts';
import type { Derivation } from '../core/insight.ts';
import type { InsightSource } from '../core/parse-insight.ts';
import { type Column, sqlType } from '../core/schema.ts';
import { identifier } from '../core/sql-text.ts';
import { type ResultColumn, SqlError, type SqlSession } from '../ports.ts';
import { type BoundInput, outputColumns } from './output-columns.ts';
import { lineOf, parseSelect, type SqlPlace } from './parse-select.ts';

/** Needs a session of its own: it makes temporary tables of the inputs' names. Throws DefinitionError. */
export async function bindInsight(
  session: SqlSession,
  source: InsightSource,
  inputs: readonly BoundInput[],
  unstable: ReadonlySet<string>,
): Promise<Derivation> {
  for (const input of inputs) await createInput(session, input.table.name, input.columns);
  const at = { file: source.file, line: source.sqlLine };
  const results = await describeSql(session, source.sql, at);
  const over = drivingInput(source, inputs);
  checkPrefix(source, over);
  const columns = outputColumns(source, results, inputs, over);
  await checkAudits(session, source, columns, unstable);
  const tables = inputs.map((input) => input.table);
  const meaning = {
    sql: source.sql,
    partitionBy: source.partitionBy,
    key: source.key,
    audits: source.audits,
    inputs: tables,
  };
  return {
    target: { kind: 'insights', name: source.name },
    file: source.file,
    ...(source.headline === undefined ? {} : { headline: source.headline }),
    ...(source.description === undefined ? {} : { description: source.description }),
    ...meaning,
    ...(over === undefined ? {} : { over: over.table }),
    columns,
    hash: definitionHash({
      ...meaning,
      over: over?.table,
      columns: columns.map(({ name, type }) => ({ name, type })),
    }),
  };
}

async function createInput(session: SqlSession, name: string, columns: readonly Column[]): Promise<void> {
  // A view, as when it is computed: a table would have a rowid besides.
  const list = columns.map(({ name, type }) => `CAST(NULL AS ${sqlType(type)}) AS ${identifier(name)}`);
  await session.run(`CREATE TEMP VIEW ${identifier(name)} AS SELECT ${list.join(', ')} WHERE false`);
}

/** The columns, of the text as it is and within parentheses: other code embeds it so. */
function describeSql(session: SqlSession, sql: string, at: SqlPlace): Promise<ResultColumn[]> {
  return asDefinition(at, async () => {
    const columns = await session.describe(sql);
    await session.describe(`SELECT 1 FROM (${sql}\n)`);
    return columns;
  });
}

async function asDefinition<T>(at: SqlPlace, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SqlError) || error.kind === 'resource') throw error;
    const [message = '', line] = error.message.split(/\n+LINE (\d+):/);
    return lineOf(at, Number(line ?? 1)).refuse(
      `${message.trim().replaceAll('\n', ' ')}. Correct the SQL there`,
    );
  }
}

/** Tried on a row of nulls: the engine casts a constant such as 'x' for a number only when a row asks for it. */
async function checkAudits(
  session: SqlSession,
  source: InsightSource,
  columns: readonly Column[],
  unstable: ReadonlySet<string>,
): Promise<void> {
  const list = columns.map(({ name, type }) => `${identifier(name)} ${sqlType(type)}`);
  await session.run(`CREATE TEMP TABLE this (${list.join(', ')})`);
  await session.run('INSERT INTO this DEFAULT VALUES');
  for (const [i, audit] of source.audits.entries()) {
    const words = `audits[${i}]`;
    const at = { file: source.file, line: source.lines[words] ?? 1, words };
    const { tables } = await parseSelect(session, audit.sql, at, unstable);
    const other = tables.find((name) => name.toLowerCase() !== 'this');
    if (other !== undefined)
      lineOf(at, 1).refuse(
        `the audit reads ${JSON.stringify(other)}: it sees the computed rows alone, as "this"`,
      );
    await asDefinition(at, () => session.rows(`SELECT count(*) AS n FROM (${audit.sql}\n)`));
  }
}

function drivingInput(source: InsightSource, inputs: readonly BoundInput[]): BoundInput | undefined {
  const place = (word: string) =>
    lineOf({ file: source.file, line: source.lines[word] ?? 1, words: word }, 1);
  const names = inputs.map((input) => input.table.name);
  if (source.over !== undefined) {
    const named = inputs.find((input) => input.table.name.toLowerCase() === source.over?.toLowerCase());
    const other = `${JSON.stringify(source.over)} is not among the tables that the SQL reads (${names.join(', ')})`;
    return named ?? place('over').refuse(`${other}.${didYouMean(source.over, names)} Name one of them`);
  }
  if (inputs.length === 1) return inputs[0];
  if (source.partitionBy.length === 0) return undefined;
  return place('partitionBy').refuse(
    `which table's partitions drive this insight? Name one of ${names.join(', ')} as "over"`,
  );
}

/** Partition columns are a prefix of the driving input's. */
function checkPrefix(source: InsightSource, over: BoundInput | undefined): void {
  const available = over?.partitionColumns ?? [];
  const wrong = source.partitionBy.findIndex((name, i) => name !== available[i]);
  if (wrong < 0) return;
  const line = source.lines.partitionBy ?? 1;
  const has = available.length === 0 ? 'not partitioned' : `partitioned by ${available.join(', ')}`;
  lineOf({ file: source.file, line, words: `partitionBy[${wrong}]` }, 1).refuse(
    `${JSON.stringify(source.partitionBy[wrong])} cannot stand there: ${over?.table.name} is ${has}. Write these in that order, or the first of them`,
  );
}
