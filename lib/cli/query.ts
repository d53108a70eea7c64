// `sluice query`: SQL over the tables and insights of the lake, as a table, as CSV or as JSON. Reads alone.

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
their names; - reads it from standard input. Nothing can be changed by it, and no file outside of the lake is read.
Times are UTC.

With --as-of the tables and insights are as they were then, in the columns of then. A time is for all of them;
versions are counted by each table for itself, so a version wants a query of one table. What later commits
replaced can be read for as long as "sluice maintain" keeps it.

As CSV (RFC 4180) NULL is empty, and an empty text is "". As JSON decimals are numbers with all their digits.`,
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
    { command: 'npx sluice query "SHOW TABLES"', meaning: 'what there is' },
    {
      command: 'npx sluice query "FROM usage_daily" --format csv > usage.csv',
      meaning: 'all rows into a file',
    },
    {
      command: 'npx sluice query "FROM spend_by_month" --as-of 2024-02-01T09:00:00Z',
      meaning: 'what it said then',
    },
    { command: 'npx sluice query - --format json < question.sql', meaning: 'a longer question' },
  ],
  exitCodes: [
    {
      code: 0,
      meaning:
        'answered; definitions that are set aside are named on standard error, and their tables answer as they are',
    },
    { code: FAULT, meaning: 'the SQL is wrong, or there is no lake' },
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
    // They are looked for where a name is none of those that are defined.
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

/** What the answer may say that landing does not. */
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
        `warning: nothing defines ${prefix} any more: it is as the last sync left it ("npx sluice drop ${prefix}" removes it)`,
      ]);
    const foreign = (await logs.latest(prefix).catch(() => undefined))?.foreign ?? [];
    if (foreign.length > 0)
      terminal.err([
        `warning: ${prefix} was changed by other programs, and the answer may show that: "npx sluice status" says by whom, "npx sluice sync" takes it back`,
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
      `Say a time instead, such as --as-of 2024-01-31T10:00:00Z ("npx sluice history ${tables[0]?.name}" lists versions with their times)`,
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
      `A query reads tables, insights and the lake's own files: ${JSON.stringify(beyond)} is not among them. Put the file into landing, with a contract, to ask about it.`,
      1,
      { cause: error },
    );
  const unknown = /^Catalog Error: Table with name (.+) does not exist!/.exec(error.message)?.[1];
  if (unknown === undefined) return new CliError([...engineLines(error), ...hint], 1, { cause: error });
  if (missing.some((name) => name.toLowerCase() === unknown.toLowerCase())) {
    const problem =
      asOf === undefined
        ? `${unknown} is defined, but the lake does not hold it yet: run "npx sluice sync".`
        : `${unknown} did not exist yet at ${asOf.text}: "npx sluice history ${unknown}" says since when it does.`;
    return new CliError(problem, 1, { cause: error });
  }
  if (names.some((name) => name.toLowerCase() === unknown.toLowerCase()))
    return new CliError(
      `Tables and insights are in no schema and no database: write ${unknown} alone, without a name before it.`,
      1,
      { cause: error },
    );
  const by = catalog.asideNamed(unknown);
  if (by)
    return new CliError([
      `The lake holds no ${unknown}, and what may define it is set aside:`,
      by.error.message,
    ]);
  const there = `There are: ${names.join(', ')}`;
  return new CliError(
    [`There is no table or insight ${JSON.stringify(unknown)}.${didYouMean(unknown, names)}`, there],
    1,
    { cause: error },
  );
}

/** The engine shows the place in the SQL on lines of its own. Indented, none of them can be taken for one of ours. */
function engineLines({ message }: SqlError): string[] {
  return message.split('\n').map((line, index) => (index === 0 || line === '' ? line : `  ${line}`));
}

/** Names that are words of SQL, or hold a dot or a blank, want quotes. */
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
