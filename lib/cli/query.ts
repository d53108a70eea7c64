// `sluice query`: SQL over the tables and insights of the lake, which needs nothing but the lake: one question, as a table, as
// CSV, JSON or Parquet; or a shell. Read-only.

import { UsageError } from '../errors.ts';
import type { AsOf } from '../lake/as-of.ts';
import { answerQuery, INTERRUPTED } from './answer-query.ts';
import { asOfOption } from './as-of.ts';
import { warnOfAside } from './aside-text.ts';
import { formatOption } from './choices.ts';
import { FAULT } from './exit-codes.ts';
import { foundDefinitions } from './found-definitions.ts';
import { typed } from './locations.ts';
import { OUTPUT, type Output, outputOption, outputTarget } from './output-file.ts';
import { writeRows } from './query-output.ts';
import type { Terminal } from './terminal.ts';
import { count } from './text.ts';
import { type Arguments, AS_OF, LAKE, MEMORY, SCHEMAS, VERBOSE, type Verb } from './verb.ts';
import { type OpenedLake, withLake } from './with-lake.ts';

export const query: Verb = {
  operand: { text: '"SELECT …"', required: false },
  description: `One SELECT (or WITH, FROM, DESCRIBE, SUMMARIZE, SHOW TABLES) in DuckDB's SQL over all tables and insights by
their names; - reads it from standard input. Without SQL, on a terminal: a shell that takes one query after
another, with a history and completion by Tab; .help lists its commands. A query cannot change anything, and reads
no file outside the lake. Times are UTC.

The lake is all that is needed: its logs know the tables and their columns. Definitions only add hints, such as a
table that is defined but not in the lake yet. They are looked for where --schemas says, or, without --lake, in
its default folder.

With --as-of, tables and insights have the rows and columns they had then. A time applies to all tables; each
table counts its own versions, so a version needs a query of one table. Replaced rows can be read for as long as
"sluice maintain" keeps them.

In CSV (RFC 4180), NULL is empty and an empty text is "". In JSON, decimals are numbers with all their digits. In
Parquet, each column has the query's type; integers beyond 64 bits, such as sums of integers, are DECIMAL(38,0).`,
  options: [
    formatOption(
      ['table', 'csv', 'json', 'parquet'],
      'A table for people, or all rows for programs. With --output, its ending says it; parquet is for files.',
    ),
    OUTPUT,
    AS_OF,
    LAKE,
    SCHEMAS,
    MEMORY,
    VERBOSE,
  ],
  examples: [
    { command: 'npx sluice query "SELECT * FROM spend_by_month"', meaning: 'an insight' },
    { command: 'npx sluice query "SHOW TABLES"', meaning: 'list all tables' },
    { command: 'npx sluice query --lake s3://my-lake/lake', meaning: 'a shell, from any folder' },
    {
      command: 'npx sluice query "FROM usage_daily" --output usage.parquet',
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
        'answered, or the shell was left; definitions that are set aside are named on standard error, and their tables are read as they are',
    },
    { code: FAULT, meaning: 'the SQL is wrong, the lake does not exist, or the file cannot be written' },
    { code: 2, meaning: 'wrong usage' },
    { code: INTERRUPTED, meaning: 'Ctrl-C' },
  ],
  run,
};

async function run(args: Arguments, terminal: Terminal): Promise<number> {
  const output = outputOption(args);
  const asOf = asOfOption(args);
  const { screen } = terminal;
  const needs = {
    landing: 'unused',
    lake: 'required',
    writes: false,
    definitions: foundDefinitions(args),
  } as const;
  if (args.operand !== undefined) {
    const sql = args.operand === '-' ? await terminal.input() : args.operand;
    return withLake(args, terminal, needs, (local) =>
      stoppable((signal) => answerOnce(local, { sql, asOf, output, signal }, terminal)),
    );
  }
  if (screen === undefined)
    throw new UsageError([
      'sluice query: "SELECT …" is missing: write the query, or - to read it from standard input; the shell needs a terminal',
      'See: sluice query --help',
    ]);
  if (output.to === 'file') throw new UsageError('--output needs a query: the shell prints its answers');
  const { format } = output;
  const { runShell } = await import('./query-shell.ts');
  return withLake(args, terminal, needs, async (local) => {
    warnOfAside(terminal, local.effects.catalog.aside);
    await runShell({ effects: local.effects, terminal, asOf, format }, screen);
    return 0;
  });
}

type Question = {
  readonly sql: string;
  readonly asOf: AsOf | undefined;
  readonly output: Output;
  readonly signal: AbortSignal;
};

async function answerOnce(
  { effects, locations }: OpenedLake,
  { sql, asOf, output, signal }: Question,
  terminal: Terminal,
): Promise<number> {
  // What is wrong with the file is said before the query runs.
  const target = output.to === 'file' ? await outputTarget(output.file, locations.lake) : '';
  warnOfAside(terminal, effects.catalog.aside);
  const asking = { effects, terminal, asOf, signal };
  if (output.to === 'terminal') {
    await answerQuery(asking, sql, (session) => writeRows(session, sql, output.format, terminal, signal));
    return 0;
  }
  const { writeAnswer } = await import('./write-answer.ts');
  const writing = { scratch: effects.scratch, signal };
  let rows = 0;
  await answerQuery(asking, sql, async (session) => {
    rows = await writeAnswer(session, sql, output.format, target, writing);
  });
  await terminal.out([`${typed(output.file)}: ${count(rows, 'row')}`]);
  return 0;
}

const PATIENCE_MS = 1000;

/** The first signal asks the work to end; the process ends a second later, or at a second signal, whatever it does then. */
async function stoppable(work: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const stop = new AbortController();
  const end = () => process.exit(INTERRUPTED);
  let patience: NodeJS.Timeout | undefined;
  const stopped = () => {
    if (stop.signal.aborted) end();
    patience = setTimeout(end, PATIENCE_MS);
    stop.abort();
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, stopped);
  try {
    return await work(stop.signal);
  } finally {
    clearTimeout(patience);
    for (const signal of signals) process.off(signal, stopped);
  }
}
