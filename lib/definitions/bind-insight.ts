// Turns an insight and its inputs' columns into a Derivation. DuckDB reports what the SQL returns; this file decides
// whether the rows are deterministic, whether a Delta table can hold them, and whether they fit the partitioning.
import { definitionHash } from '../core/definition-hash.ts';
import { didYouMean } from '../core/did-you-mean.ts';
import { type Derivation, THIS_PARTITION } from '../core/insight.ts';
import { sqlTree } from '../core/nested-type.ts';
import { columnType } from '../core/schema.ts';
import type { ResultColumn, SqlSession } from '../ports.ts';
import type { SqlNode } from '../sql/sql-tree.ts';
import { type Forms, varies } from '../sql/value-forms.ts';
import { bindAudits } from './bind-audits.ts';
import {
  asDefinition,
  createEmptyView,
  type NamedRelation,
  proveDetermined,
  relationOfTable,
} from './bind-sql.ts';
import { dividingColumns, undividedReason } from './dividing-columns.ts';
import { joinedInputs } from './joined-inputs.ts';
import { type BoundInput, outputColumns } from './output-columns.ts';
import { bindChart } from './parse-chart.ts';
import type { InsightSource } from './parse-insight.ts';
import { type EngineFunctions, lineOf, type ParsedSelect, placeAt, type SqlPlace } from './parse-select.ts';
import { bindWindow } from './parse-window.ts';
import type { Place } from './place.ts';
import { Problems } from './problems.ts';
import { type KnownNames, quotingHints } from './quoting-hint.ts';
import { storedType } from './stored-type.ts';

export type InsightTables = {
  readonly inputs: readonly BoundInput[];
  /** The tables that its audits look up, by the name as written. */
  readonly related: ReadonlyMap<string, BoundInput>;
};

/** Needs its own session: it creates temporary tables with the inputs' names. Throws DefinitionError. */
export async function bindInsight(
  session: SqlSession,
  source: InsightSource,
  select: Pick<ParsedSelect, 'statement' | 'offsets'>,
  { inputs, related }: InsightTables,
  functions: EngineFunctions,
): Promise<Derivation> {
  const ofInputs = new Map<string, ReadonlySet<string>>();
  for (const input of inputs) ofInputs.set(...(await createEmptyView(session, input.table.name, input)));
  const at = { file: source.file, line: source.sqlLine };
  const names = {
    tables: inputs.map(({ table }) => table.name),
    columns: inputs.flatMap(({ columns }) => columns.map(({ name }) => name)),
  };
  const problems = new Problems();
  const driving = problems.now(() => ({ over: prefixedInput(source, inputs) }));
  const over = driving?.over;
  const window = driving && problems.now(() => boundWindow(source, over, select.offsets));
  const own = driving && (await problems.of(() => ownPartition(session, source, select, over, at)));
  // Without the partition's values it would not be bound for another reason than its own.
  const isWhole = own !== undefined || ![...select.offsets.keys()].some(isThisPartition);
  const results = isWhole ? await problems.of(() => describeSql(session, source.sql, at, names)) : undefined;
  if (own === undefined || results === undefined) return problems.refuseSurely();
  const constants = window?.equal ?? source.partitionBy;
  const relations = inputs.map((input) => relationOf(input, input === over ? constants : []));
  const bound = { sql: source.sql, statement: select.statement, at };
  const proved = await problems.of(() =>
    proveDetermined(session, bound, [...relations, ...own], functions, ofInputs),
  );
  const { columns: forms, exactSql, plan } = proved ?? {};
  if (exactSql !== undefined) await problems.of(() => checkSameColumns(session, exactSql, results, at));
  const stored = results.map((result, i) => storedType(result.type, forms?.[i]));
  const { statement } = select;
  const columns = problems.now(() =>
    outputColumns(source, results, { stored, forms, statement }, inputs, over),
  );
  const cast = results.flatMap(({ name, type }, i) => {
    const to = stored[i];
    return to === undefined || to === columnType(type) ? [] : [{ name, type: to }];
  });
  const { chart } = source;
  if (chart !== undefined && columns)
    problems.now(() => bindChart(chart, columns, wordPlace(source, 'chart')));
  const { canonical, varied } = doubleColumns(results, forms ?? []);
  const audits =
    columns &&
    (await problems.of(() => bindAudits(session, { source, columns, varied }, related, functions)));
  problems.refuse();
  if (columns === undefined || audits === undefined || plan === undefined) return problems.refuseSurely();
  const joined = joinedInputs(plan, inputs, over, source.partitionBy);
  const dividedBy = division(source, plan, over, constants);
  const meaning = {
    sql: source.sql,
    partitionBy: source.partitionBy,
    key: source.key,
    audits,
    inputs: inputs.map((input) => input.table),
    ...(window === undefined ? {} : { window }),
  };
  return {
    target: { kind: 'insights', name: source.name },
    file: source.file,
    ...(source.headline === undefined ? {} : { headline: source.headline }),
    ...(source.chart === undefined ? {} : { chart: source.chart }),
    ...(source.description === undefined ? {} : { description: source.description }),
    ...meaning,
    ...(exactSql === undefined ? {} : { exactSql }),
    ...(joined.length === 0 ? {} : { joined }),
    ...(dividedBy.length === 0 ? {} : { dividedBy }),
    ...(own.length === 0 ? {} : { readsPartition: true }),
    ...(over === undefined ? {} : { over: over.table }),
    columns,
    ...(canonical.length === 0 ? {} : { canonical }),
    ...(varied.length === 0 ? {} : { varied }),
    ...(cast.length === 0 ? {} : { cast }),
    hash: definitionHash({
      ...meaning,
      over: over?.table,
      columns: columns.map(({ name, type }) => ({ name, type })),
      ...(canonical.length === 0 ? {} : { canonical }),
      ...(exactSql === undefined ? {} : { exactSql }),
    }),
  };
}

/** The relation of the partition that is computed, where the SQL reads it: one row, which the session then has as a view. */
async function ownPartition(
  session: SqlSession,
  source: InsightSource,
  { offsets }: Pick<ParsedSelect, 'offsets'>,
  over: BoundInput | undefined,
  at: SqlPlace,
): Promise<NamedRelation[]> {
  const [read] = [...offsets].filter(([name]) => isThisPartition(name));
  if (read === undefined) return [];
  const columns = source.partitionBy.flatMap((name) => over?.columns.find((one) => one.name === name) ?? []);
  if (columns.length === 0)
    placeAt(at, source.sql, read[1] ?? 0).refuse(
      `${THIS_PARTITION} has the values of the partition columns, and this insight has none: add partitionBy`,
    );
  await createEmptyView(session, THIS_PARTITION, { columns, varied: [] });
  const names = columns.map(({ name }) => name);
  return [relationOfTable(THIS_PARTITION, columns, { key: [], constants: names, required: [] })];
}

/** Undefined where the SQL sees the partition's own rows alone. `reads`: the names of the tables that it reads. */
function boundWindow(
  source: InsightSource,
  over: BoundInput | undefined,
  reads: ReadonlyMap<string, unknown>,
) {
  if (source.window === undefined) return undefined;
  const place = wordPlace(source, 'window');
  const window = bindWindow(source.window, source.partitionBy, over?.dateParts ?? new Map(), place);
  if (![...reads.keys()].some(isThisPartition))
    place.refuse(
      `the SQL sees the rows of several partitions, and must return those of one: read its values from ${THIS_PARTITION}, a table of one row, such as SELECT ${THIS_PARTITION}.${source.window.column} … FROM ${THIS_PARTITION}, ${over?.table.name ?? 'it'}`,
    );
  return window;
}

/** `constants`: columns of `over` with one value in all rows that are seen. Throws DefinitionError for a wish that is not proved. */
function division(
  source: InsightSource,
  plan: SqlNode,
  over: BoundInput | undefined,
  constants: readonly string[],
): readonly string[] {
  const { shardBy } = source;
  if (shardBy === undefined) return over === undefined ? [] : dividingColumns(plan, over, constants);
  const reason = undividedReason(plan, over, shardBy);
  if (reason !== undefined) wordPlace(source, 'shardBy').refuse(reason);
  return shardBy;
}

/** Of a property of the front matter. */
function wordPlace({ file, lines }: InsightSource, word: string): Place {
  return lineOf({ file, line: lines[word] ?? 1, words: word }, 1);
}

function isThisPartition(name: string): boolean {
  return name.toLowerCase() === THIS_PARTITION;
}

/** What is taken of several equal values in a list or a struct was refused: no result has one. */
function doubleColumns(results: readonly ResultColumn[], forms: readonly Forms[]) {
  const where = (holds: (value: Forms, type: string) => boolean) =>
    results.flatMap(({ name, type }, i) => {
      const value = forms[i];
      return value !== undefined && holds(value, type) ? [name] : [];
    });
  const isNested = (type: string) => !('leaf' in sqlTree(type));
  return {
    canonical: where(({ chosenBy }, type) => type === 'DOUBLE' && chosenBy !== undefined),
    varied: where(
      (value, type) => (type === 'DOUBLE' || isNested(type)) && value.chosenBy === undefined && varies(value),
    ),
  };
}

function relationOf(input: BoundInput, constants: readonly string[]): NamedRelation {
  const { key, required, fileKey } = input;
  return relationOfTable(input.table.name, input.columns, {
    key,
    constants,
    required,
    ...(fileKey === undefined ? {} : { fileKey }),
  });
}

/** The columns, of the plain text and also in parentheses, because other code embeds it that way. */
function describeSql(
  session: SqlSession,
  sql: string,
  at: SqlPlace,
  names: KnownNames,
): Promise<ResultColumn[]> {
  const described = async () => {
    const columns = await session.describe(sql);
    await session.describe(`SELECT 1 FROM (${sql}\n)`);
    return columns;
  };
  return asDefinition(at, described, () => quotingHints(session, sql, names, true));
}

/** Of what is run in the place of the SQL. */
async function checkSameColumns(
  session: SqlSession,
  exactSql: string,
  results: readonly ResultColumn[],
  at: SqlPlace,
): Promise<void> {
  const columns = await session.describe(exactSql);
  const other = results.find(({ name, type }, i) => name !== columns[i]?.name || type !== columns[i]?.type);
  if (other !== undefined)
    lineOf(at, 1).refuse(
      `the column ${other.name} has a statistic within it, and no name of its own: give each expression a name with AS`,
    );
}

/** The input that drives the insight, whose partition columns are as it says. */
function prefixedInput(source: InsightSource, inputs: readonly BoundInput[]): BoundInput | undefined {
  const over = drivingInput(source, inputs);
  checkPrefix(source, over);
  return over;
}

function drivingInput(source: InsightSource, inputs: readonly BoundInput[]): BoundInput | undefined {
  const place = (word: string) => wordPlace(source, word);
  const names = inputs.map((input) => input.table.name);
  if (source.over !== undefined) {
    const named = inputs.find((input) => input.table.name.toLowerCase() === source.over?.toLowerCase());
    const other = `${JSON.stringify(source.over)} is not a table that the SQL reads (${names.join(', ')})`;
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
  lineOf({ file: source.file, line, words: `partitionBy[${wrong}]` }, 1).refuse(
    available.length === 0
      ? `${over?.table.name} has no partition columns, so this insight cannot have any: remove partitionBy${over?.unpartitioned ?? ''}`
      : `${JSON.stringify(source.partitionBy[wrong])} is not the next partition column of ${over?.table.name} (${available.join(', ')}): list them in that order; you may stop early`,
  );
}
