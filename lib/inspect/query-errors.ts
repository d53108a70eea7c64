// What DuckDB refuses of a query, in words that name the lake's tables and the next step.

import type { Catalog } from '../core/catalog.ts';
import { didYouMean } from '../core/did-you-mean.ts';
import type { TableRef } from '../core/insight.ts';
import { quotingHints } from '../definitions/quoting-hint.ts';
import { CliError } from '../errors.ts';
import type { AsOf } from '../lake/as-of.ts';
import type { SqlError, SqlSession } from '../ports.ts';
import { namedTables } from './find-table.ts';
import { type LakeReads, readableTables } from './readable-tables.ts';
import { tableShapes } from './table-shapes.ts';

export type Refused = {
  readonly effects: LakeReads & { readonly catalog: Catalog };
  readonly session: SqlSession;
  readonly sql: string;
  readonly asOf: AsOf | undefined;
  /** Tables of the query that the lake does not hold: then, or, having been dropped, any more. */
  readonly missing: readonly TableRef[];
};

export async function queryError(refused: Refused, error: SqlError): Promise<CliError> {
  const as = (lines: string | readonly string[]) => new CliError(lines, 1, { cause: error });
  const beyond = /^Permission Error: Cannot access \w+ "(.+)" - file system/.exec(error.message)?.[1];
  if (beyond !== undefined)
    return as(
      `A query reads tables, insights and the lake's own files: ${JSON.stringify(beyond)} is not one of them. To query this file, put it into landing, with a contract.`,
    );
  const unknown = /^Catalog Error: Table with name (.+) does not exist!/.exec(error.message)?.[1];
  if (unknown !== undefined) return as(await unknownTable(refused, unknown));
  const hints = [...(await quotingHint(refused, error)), ...comingColumn(refused, error)];
  return as([...engineLines(error), ...hints]);
}

/** A column that a definition has, of a table that does not have it before the next sync. */
function comingColumn({ effects: { catalog }, sql, asOf }: Refused, { message }: SqlError): string[] {
  const unknown =
    /^Binder Error: (?:Referenced column|Table ".*" does not have a column named) "([^"]+)"/.exec(
      message,
    )?.[1];
  if (unknown === undefined || asOf !== undefined) return [];
  const words = sql.toLowerCase();
  return namedTables({ catalog })
    .filter(({ name }) => words.includes(name.toLowerCase()))
    .filter((table) =>
      catalog.columnsOf(table).some(({ name }) => name.toLowerCase() === unknown.toLowerCase()),
    )
    .map(
      ({ name }) =>
        `The definition of ${name} has a column ${unknown}, the lake not yet: run "npx sluice sync".`,
    );
}

async function unknownTable(
  { effects, missing, asOf }: Refused,
  unknown: string,
): Promise<string | readonly string[]> {
  const { catalog } = effects;
  const isIt = ({ name }: TableRef) => name.toLowerCase() === unknown.toLowerCase();
  if (asOf !== undefined && missing.some(isIt))
    return `${unknown} did not exist yet at ${asOf.text}: "npx sluice history ${unknown}" shows when it was created.`;
  const shapes = await tableShapes(effects, await readableTables(effects, catalog));
  const tables = shapes.map(({ table }) => table);
  if (tables.some(isIt))
    return `Tables and insights belong to no schema or database: write just ${unknown}, without a prefix.`;
  if (catalog.resolve(unknown))
    return `${unknown} is defined, but not in the lake yet: run "npx sluice sync".`;
  const by = catalog.asideNamed(unknown);
  if (by)
    return [
      `The lake has no table ${unknown}; a definition that may create it is set aside:`,
      by.error.message,
    ];
  const names = tables.map(({ name }) => name);
  return [
    `There is no table or insight ${JSON.stringify(unknown)} in ${effects.lake.location}.${didYouMean(unknown, names)}`,
    names.length === 0 ? 'There are none.' : `There are: ${names.join(', ')}`,
  ];
}

/** DuckDB shows the position in the SQL on extra lines. They are indented, so they cannot be mistaken for our messages. */
function engineLines({ message }: SqlError): string[] {
  return message.split('\n').map((line, index) => (index === 0 || line === '' ? line : `  ${line}`));
}

/** Names that are reserved SQL keywords, or contain a dot or a space, need quotes. */
async function quotingHint(
  { effects, session, sql, asOf }: Refused,
  { message }: SqlError,
): Promise<readonly string[]> {
  if (!/^(Parser|Binder) Error/.test(message)) return [];
  const tables = await readableTables(effects, effects.catalog);
  const named = tables.filter(({ name }) => sql.toLowerCase().includes(name.toLowerCase()));
  const shapes = await tableShapes(effects, named, asOf);
  const known = {
    tables: named.map(({ name }) => name),
    columns: shapes.flatMap(({ columns }) => columns.map(({ name }) => name)),
  };
  return quotingHints(session, sql, known, message.startsWith('Binder'));
}
