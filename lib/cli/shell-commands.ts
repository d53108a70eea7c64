// What the shell says of the lake: its tables, their columns, and the names that Tab completes.
import { didYouMean } from '../core/did-you-mean.ts';
import { sqlType } from '../core/schema.ts';
import { CliError } from '../errors.ts';
import { readableTables } from '../inspect/readable-tables.ts';
import { type TableShape, tableShapes } from '../inspect/table-shapes.ts';
import type { Asking } from './answer-query.ts';
import type { Names } from './completion.ts';
import { left, renderTable, right } from './table-text.ts';
import { number } from './text.ts';

type Shell = Omit<Asking, 'signal'>;

async function shapesOf({ effects, asOf }: Shell): Promise<TableShape[]> {
  return tableShapes(effects, await readableTables(effects, effects.catalog), asOf);
}

export async function tableLines(shell: Shell): Promise<string[]> {
  const shapes = await shapesOf(shell);
  if (shapes.length === 0) return ['There are no tables.'];
  const cells = shapes.map(({ table, columns, rows, problem }) => [
    table.name,
    table.kind === 'insights' ? 'insight' : 'table',
    problem === undefined ? number(rows) : '?',
    problem ?? columns.map(({ name }) => name).join(', '),
  ]);
  return renderTable(
    [left('name'), left('kind'), right('rows'), left('columns')],
    cells,
    shell.terminal.outColumns,
  );
}

/** Throws CliError. */
export async function columnLines(shell: Shell, name: string): Promise<string[]> {
  const shapes = await shapesOf(shell);
  const names = shapes.map(({ table }) => table.name);
  if (name === '') throw new CliError('.columns wants the name of a table: ".tables" lists them.');
  const bare = name.replace(/^"(.*)"$/, '$1');
  const found = shapes.find(({ table }) => table.name.toLowerCase() === bare.toLowerCase());
  if (found === undefined)
    throw new CliError(`There is no table or insight ${JSON.stringify(bare)}.${didYouMean(bare, names)}`);
  if (found.problem !== undefined) throw new CliError(found.problem);
  const cells = found.columns.map((column) => [
    column.name,
    sqlType(column.type),
    found.partitionColumns.includes(column.name) ? 'partition' : '',
  ]);
  return renderTable([left('column'), left('type'), left('')], cells, shell.terminal.outColumns);
}

export async function loadNames(shell: Shell): Promise<Names> {
  const shapes = await shapesOf(shell);
  const words = await shell.effects.sql.session((session) =>
    session.rows<{ word: string }>(
      `SELECT keyword_name AS word FROM duckdb_keywords() WHERE keyword_category <> 'unreserved'`,
    ),
  );
  return {
    tables: shapes.map(({ table, columns }) => ({
      name: table.name,
      columns: columns.map((column) => column.name),
    })),
    reserved: new Set(words.map(({ word }) => word.toLowerCase())),
  };
}
