// `sluice query`: SQL over the tables and insights of the lake, as a table, as CSV or as JSON. Read-only.

import type { Catalog } from '../core/catalog.ts';
import { didYouMean } from '../core/did-you-mean.ts';
import { type TableRef, tablePrefix } from '../core/insight.ts';
import { quotingHints } from '../definitions/quoting-hint.ts';
import { CliError, UsageError } from '../errors.ts';
import { namedTables } from '../inspect/find-table.ts';
import { readTables, withViews } from '../inspect/lake-views.ts';
import { readQuery } from '../inspect/read-query.ts';
import type { AsOf } from '../lake/as-of.ts';
import type { Effects } from '../lake/effects.ts';
import { ownerlessTables } from '../maintain/lake-tables.ts';
import { SqlError, type SqlSession } from '../ports.ts';
import type { QueryReads } from '../sql/query-reads.ts';
import { asOfOption } from './as-of.ts';
import { warnOfAside } from './aside-text.ts';
import { chosenFormat, formatOption } from './choices.ts';
import { FAULT } from './exit-codes.ts';
import { writeRows } from './query-output.ts';
import type { Terminal } from './terminal.ts';
import { type Arguments, AS_OF, LAKE, MEMORY, SCHEMAS, VERBOSE, type Verb } from './verb.ts';
import { withLake } from './with-lake.ts';

const FORMATS = ['table', 'csv', 'json'] as const;

export const query: Verb = {
  operand: { text: '"SELECT …"', required: true },
  description: `One SELECT (or WITH, FROM, DESCRIBE, SUMMARIZE, SHOW TABLES) in DuckDB's SQL over all tables and insights by
their names; - reads it from standard input. A query cannot change anything, and reads no file outside the lake.
Times are UTC.

With --as-of, tables and insights have the rows and columns they had then. A time applies to all tables; each
table counts its own versions, so a version needs a query of one table. Replaced rows can be read for as long as
"sluice maintain" keeps them.

In CSV (RFC 4180), NULL is empty and an empty text is "". In JSON, decimals are numbers with all their digits.`,
  options: [
    formatOption(FORMATS, 'A table for people, or all rows for programs.'),
    AS_OF,
    LAKE,
    SCHEMAS,
    MEMORY,
    VERBOSE,
  ],
  examples: [
    { command: 'npx sluice query "SELECT * FROM spend_by_month"', meaning: 'an insight' },
    { command: 'npx sluice query "SHOW TABLES"', meaning: 'list all tables' },
    {
      command: 'npx sluice query "FROM usage_daily" --format csv > usage.csv',
      meaning: 'all rows into a file',
    },
    {
      command: 'npx sluice query "FROM spend_by_month" --as-of 2024-02-01T09:00:00Z',
      meaning: 'its rows at that time',
    },
    { command: 'npx sluice query - --format json < question.sql', meaning: 'a longer question' },
  ],
  exitCodes: [
    {
      code: 0,
      meaning:
        'answered; definitions that are set aside are named on standard error, and their tables are read as they are',
    },
    { code: FAULT, meaning: 'the SQL is wrong, or the lake does not exist' },
    { code: 2, meaning: 'wrong usage' },
  ],
  run,
};

async function run(args: Arguments, terminal: Terminal): Promise<number> {
  const format = chosenFormat(args, FORMATS);
  const asOf = asOfOption(args);
  const sql = args.operand === '-' ? await terminal.input() : (args.operand ?? '');
  const needs = { landing: 'unused', lake: 'required', writes: false } as const;
  return withLake(args, terminal, needs, async ({ effects }) => {
    const { catalog } = effects;
    const defined = namedTables(effects);
    const reads = await effects.sql.session((session) => readQuery(session, sql));
    // Only looked for if the query names a table without a definition.
    const ownerless = isWithin(reads, defined)
      ? []
      : await ownerlessTables(effects, asOf === undefined ? 'without' : 'with');
    const all = [...defined, ...ownerless];
    const tables = reads === undefined ? [] : readTables(all, reads);
    warnOfAside(terminal, catalog.aside);
    await warnOfTables(effects, terminal, tables, ownerless);
    requireOneTable(asOf, tables, reads?.isUnderstood ?? true);
    const answer = async (session: SqlSession, missing: readonly TableRef[]) => {
      try {
        await writeRows(session, sql, format, terminal);
        return 0;
      } catch (error) {
        if (!(error instanceof SqlError)) throw error;
        const hint = await quotingHint(session, error, sql, effects, all);
        throw readable(error, catalog, namesOf(all), namesOf(missing), asOf, hint);
      }
    };
    return withViews(effects, tables, answer, { asOf, sql });
  });
}

function isWithin(reads: QueryReads | undefined, tables: readonly TableRef[]): boolean {
  if (reads === undefined) return true;
  const names = new Set(tables.map(({ name }) => name.toLowerCase()));
  return reads.isUnderstood && [...reads.named.keys()].every((name) => names.has(name));
}

/** Warns where the answer may differ from landing. */
async function warnOfTables(
  { catalog, tables: logs }: Effects,
  terminal: Terminal,
  tables: readonly TableRef[],
  ownerless: readonly TableRef[],
): Promise<void> {
  for (const table of tables) {
    const prefix = tablePrefix(table);
    if (ownerless.includes(table) && !catalog.asideNamed(table.name))
      terminal.err([
        `warning: ${prefix} has no definition any more: its rows are those of the last sync ("npx sluice drop ${prefix}" removes it)`,
      ]);
    const foreign = (await logs.latest(prefix).catch(() => undefined))?.foreign ?? [];
    if (foreign.length > 0)
      terminal.err([
        `warning: ${prefix} was changed by other programs, and the answer may include that: "npx sluice status" shows by which, "npx sluice sync" reverts it`,
      ]);
  }
}

function namesOf(tables: readonly TableRef[]): string[] {
  return tables.map(({ name }) => name);
}

function requireOneTable(asOf: AsOf | undefined, tables: readonly TableRef[], isCertain: boolean): void {
  if (asOf === undefined || !('version' in asOf) || tables.length <= 1) return;
  throw new UsageError(
    `--as-of ${asOf.text} is a version, and each table counts its own: the query ${isCertain ? 'names' : 'may read'} ${namesOf(tables).join(', ')}. ` +
      `Use a time instead, such as --as-of 2024-01-31T10:00:00Z ("npx sluice history ${tables[0]?.name}" lists versions with their times)`,
  );
}

function readable(
  error: SqlError,
  catalog: Catalog,
  names: readonly string[],
  missing: readonly string[],
  asOf: AsOf | undefined,
  hint: readonly string[],
): CliError {
  const beyond = /^Permission Error: Cannot access \w+ "(.+)" - file system/.exec(error.message)?.[1];
  if (beyond !== undefined)
    return new CliError(
      `A query reads tables, insights and the lake's own files: ${JSON.stringify(beyond)} is not one of them. To query this file, put it into landing, with a contract.`,
      1,
      { cause: error },
    );
  const unknown = /^Catalog Error: Table with name (.+) does not exist!/.exec(error.message)?.[1];
  if (unknown === undefined) return new CliError([...engineLines(error), ...hint], 1, { cause: error });
  if (missing.some((name) => name.toLowerCase() === unknown.toLowerCase())) {
    const problem =
      asOf === undefined
        ? `${unknown} is defined, but not in the lake yet: run "npx sluice sync".`
        : `${unknown} did not exist yet at ${asOf.text}: "npx sluice history ${unknown}" shows when it was created.`;
    return new CliError(problem, 1, { cause: error });
  }
  if (names.some((name) => name.toLowerCase() === unknown.toLowerCase()))
    return new CliError(
      `Tables and insights belong to no schema or database: write just ${unknown}, without a prefix.`,
      1,
      { cause: error },
    );
  const by = catalog.asideNamed(unknown);
  if (by)
    return new CliError([
      `The lake has no table ${unknown}; a definition that may create it is set aside:`,
      by.error.message,
    ]);
  const there = `There are: ${names.join(', ')}`;
  return new CliError(
    [`There is no table or insight ${JSON.stringify(unknown)}.${didYouMean(unknown, names)}`, there],
    1,
    { cause: error },
  );
}

/** DuckDB shows the position in the SQL on extra lines. They are indented, so they cannot be mistaken for our messages. */
function engineLines({ message }: SqlError): string[] {
  return message.split('\n').map((line, index) => (index === 0 || line === '' ? line : `  ${line}`));
}

/** Names that are reserved SQL keywords, or contain a dot or a space, need quotes. */
async function quotingHint(
  session: SqlSession,
  { message }: SqlError,
  sql: string,
  { catalog }: Effects,
  tables: readonly TableRef[],
): Promise<readonly string[]> {
  if (!/^(Parser|Binder) Error/.test(message)) return [];
  const defined = tables.filter(({ name }) => catalog.resolve(name) !== undefined);
  const columns = defined.flatMap((table) => catalog.columnsOf(table).map(({ name }) => name));
  return quotingHints(session, sql, { tables: namesOf(tables), columns }, message.startsWith('Binder'));
}
