// The cases of a project, schemas/<package>/tests/<case>: plays landing/ into a lake of its own and compares rows with expected/.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { fileError } from '../adapters/file-error.ts';
import { didYouMean } from '../core/did-you-mean.ts';
import { tablePrefix } from '../core/insight.ts';
import { csvRecord } from '../csv-record.ts';
import { CliError } from '../errors.ts';
import { cellText } from '../inspect/cell-text.ts';
import { namedTables } from '../inspect/find-table.ts';
import { withViews } from '../inspect/lake-views.ts';
import { findRejects, readRefusedRows } from '../inspect/rejects.ts';
import type { Effects } from '../lake/effects.ts';
import { identifier } from '../sql/quoting.ts';
import type { TableFailure } from '../table-failures.ts';
import { isFolder } from './folders.ts';
import { openLake } from './open-lake.ts';
import { rememberedDefinitions } from './remembered-definitions.ts';
import { copyInOrder, filesBelow } from './samples.ts';
import { scratchElsewhere } from './scratch.ts';
import { type SyncResult, syncLake } from './sync-lake.ts';

/** `name`: `<package>/<case>`. */
export type GoldenCase = { readonly name: string; readonly folder: string };

/** A cell as text; null for NULL. */
type Cells = readonly (string | null)[];

/** One file of expected/. `missing`: expected, and not there. `surplus`: there, and not expected. Both in order. */
export type Comparison = {
  readonly file: string;
  /** Why the rows cannot be compared. */
  readonly problem?: string;
  readonly columns: readonly string[];
  readonly missing: readonly Cells[];
  readonly surplus: readonly Cells[];
};

export type CaseResult = GoldenCase & {
  readonly passed: boolean;
  /** What went wrong besides rows: a wrong definition, a file that no dataset takes, a table that failed, a stale partition. */
  readonly problems: readonly string[];
  readonly comparisons: readonly Comparison[];
  /** Files of expected/ that were written or changed. */
  readonly updated: readonly string[];
};

/** What was refused, as a table that no definition makes. */
const REFUSED = 'refused';
const REFUSED_COLUMNS = ['source', 'line', 'field', 'rule', 'value'];

/** In the order of their names. */
export async function findCases(schemas: string): Promise<GoldenCase[]> {
  const cases: GoldenCase[] = [];
  for (const name of await foldersIn(schemas))
    for (const one of await foldersIn(join(schemas, name, 'tests')))
      cases.push({ name: `${name}/${one}`, folder: join(schemas, name, 'tests', one) });
  return cases;
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort();
}

/**
 * The files arrive in the order of their keys, a second apart. `update`: writes expected/ as the rows are; without any file there,
 * one for every table and insight with rows. Throws CliError where a file cannot be read or written.
 */
export async function playCase(
  schemas: string,
  { name, folder }: GoldenCase,
  { update = false } = {},
): Promise<CaseResult> {
  const scratch = await scratchElsewhere();
  try {
    if (!(await isFolder(join(folder, 'landing')))) {
      const problem = `${folder} has no folder landing: put the case's source files there, or remove it`;
      return { name, folder, passed: false, problems: [problem], comparisons: [], updated: [] };
    }
    const at = { landing: join(scratch, 'landing'), lake: join(scratch, 'lake'), schemas };
    await mkdir(at.lake, { recursive: true });
    await copyInOrder(await filesBelow(join(folder, 'landing')), at.landing, new Date());
    const bound = await rememberedDefinitions(schemas);
    const local = await openLake(at, () => {}, bound === undefined ? {} : { bound });
    try {
      const everything = { selection: {}, prune: false, allowMassWithdrawal: false };
      const problems = problemsOf(await syncLake(local, everything));
      const { effects } = local;
      const updated = update && problems.length === 0 ? await writeExpected(effects, folder) : [];
      const comparisons: Comparison[] = [];
      for (const file of await expectedFiles(folder)) comparisons.push(await compared(effects, folder, file));
      if (comparisons.length === 0)
        problems.push(
          'nothing is expected: "npx sluice test --update" writes expected/*.csv from the rows that are there',
        );
      const passed = problems.length === 0 && comparisons.every(isEqual);
      return { name, folder, passed, problems, comparisons, updated };
    } finally {
      await local.close();
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function isEqual({ problem, missing, surplus }: Comparison): boolean {
  return problem === undefined && missing.length + surplus.length === 0;
}

function problemsOf(result: SyncResult): string[] {
  return [
    ...result.aside.flatMap(({ error }) => error.lines),
    ...result.refused.map(({ message }) => message),
    ...result.failed.map(({ table, message }) => `${table}: ${message}`),
    ...result.unseen.map(({ key, problem }) => `${key}: ${problem}`),
    ...result.outcomes.flatMap((one) =>
      one.result === 'unknown'
        ? [`landing/${one.source} matches no dataset's path: correct its name, or remove it`]
        : [],
    ),
    ...result.deadLetters.map(({ error }) => error),
    ...result.stale.map(({ table, message }) => `${tablePrefix(table)}: ${message}`),
  ];
}

async function expectedFiles(folder: string): Promise<string[]> {
  const files = await readdir(join(folder, 'expected')).catch(() => []);
  return files.filter((file) => file.endsWith('.csv')).sort();
}

async function compared(effects: Effects, folder: string, file: string): Promise<Comparison> {
  const none = { file, columns: [], missing: [], surplus: [] };
  try {
    const [header, ...expected] = await readExpected(join(folder, 'expected', file));
    if (header === undefined)
      return { ...none, problem: 'the file is empty: its first line names the columns to compare' };
    const columns = header.map((name) => name ?? '');
    const rows = await rowsOf(effects, basename(file, '.csv'), columns);
    return { file, columns, missing: without(expected, rows), surplus: without(rows, expected) };
  } catch (error) {
    if (error instanceof CliError) return { ...none, problem: error.message };
    throw error;
  }
}

/** NULL is empty; an empty text is "": as `sluice query --format csv` writes them. */
async function readExpected(path: string): Promise<(string | null)[][]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw fileError(error, 'read', path);
  });
  try {
    return parse(text, {
      bom: true,
      cast: (value, { quoting }) => (value === '' && !quoting ? null : value),
    }) as unknown as (string | null)[][];
  } catch (error) {
    throw new CliError(`${path} is not CSV: ${(error as Error).message}. Correct it there`, 1, {
      cause: error,
    });
  }
}

/** The rows of `all` that `taken` has not, as often as it lacks them; sorted. */
function without(all: readonly Cells[], taken: readonly Cells[]): Cells[] {
  const left = new Map<string, number>();
  for (const row of taken) left.set(keyOf(row), (left.get(keyOf(row)) ?? 0) + 1);
  const rest = all.filter((row) => {
    const times = left.get(keyOf(row)) ?? 0;
    left.set(keyOf(row), times - 1);
    return times <= 0;
  });
  return rest.sort(byText);
}

const keyOf = (row: Cells) => JSON.stringify(row);
const byText = (a: Cells, b: Cells) => (keyOf(a) < keyOf(b) ? -1 : 1);

/** Throws CliError, with what there is, on an unknown table or column. */
async function rowsOf(effects: Effects, name: string, columns: readonly string[]): Promise<Cells[]> {
  const table = namedTables(effects).find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (table === undefined && name === REFUSED)
    return chosen(await refusedRows(effects), REFUSED_COLUMNS, columns);
  if (table === undefined) {
    const names = [...namedTables(effects).map((one) => one.name), REFUSED];
    throw new CliError(
      `there is no table or insight ${JSON.stringify(name)}.${didYouMean(name, names)} There are: ${names.join(', ')}`,
    );
  }
  return withViews(effects, [table], async (session, missing) => {
    if (missing.length > 0) return [];
    const sql = `SELECT * FROM ${identifier(table.name)}`;
    const described = await session.describe(sql);
    const names = described.map((column) => column.name);
    const rows = await session.rows(sql);
    return chosen(
      rows.map((row) => described.map(({ name, type }) => cellText(row[name] ?? null, type))),
      names,
      columns,
    );
  });
}

function chosen(rows: readonly Cells[], names: readonly string[], columns: readonly string[]): Cells[] {
  const places = columns.map((column) => {
    const place = names.indexOf(column);
    if (place >= 0) return place;
    throw new CliError(
      `there is no column ${JSON.stringify(column)}.${didYouMean(column, names)} There are: ${names.join(', ')}`,
    );
  });
  return rows.map((row) => places.map((place) => row[place] ?? null));
}

/** Of each violation source, line (for a JSON document the path, in an archive `member:line`), field, rule and value; and of each file that is rejected. */
async function refusedRows(effects: Effects): Promise<Cells[]> {
  const rows: Cells[] = [];
  const failures: TableFailure[] = [];
  for await (const found of findRejects(effects, undefined, failures)) {
    const { source, reason } = found;
    if (reason) rows.push([source, null, reason.field, reason.rule, reason.value]);
    await readRefusedRows(effects, found, async (refused) => {
      for await (const { line, path, violations } of refused)
        for (const { field, rule, value } of violations)
          rows.push([source, placeOf(line, path ?? null), field, rule, value]);
    });
  }
  return rows;
}

function placeOf(line: number | null, path: string | null): string | null {
  if (line === null) return path;
  return path === null ? String(line) : `${path}:${line}`;
}

/** Returns the names of the files that are new or different. */
async function writeExpected(effects: Effects, folder: string): Promise<string[]> {
  const present = await expectedFiles(folder);
  const names =
    present.length > 0 ? present.map((file) => basename(file, '.csv')) : await namesWithRows(effects);
  await mkdir(join(folder, 'expected'), { recursive: true });
  const updated: string[] = [];
  for (const name of names) {
    const path = join(folder, 'expected', `${name}.csv`);
    const before = await readFile(path, 'utf8').catch(() => undefined);
    const columns = await columnsFor(
      effects,
      name,
      before === undefined ? undefined : await readExpected(path),
    );
    const rows = [...(await rowsOf(effects, name, columns))].sort(byText);
    // With the repository's own line ends, so that differences are readable.
    const text = [columns, ...rows].map((row) => csvRecord(row).replace(/\r\n$/, '\n')).join('');
    if (text === before) continue;
    await writeFile(path, text);
    updated.push(`${name}.csv`);
  }
  return updated;
}

async function columnsFor(
  effects: Effects,
  name: string,
  before: readonly Cells[] | undefined,
): Promise<readonly string[]> {
  const header = before?.[0];
  if (header) return header.map((column) => column ?? '');
  const table = namedTables(effects).find((one) => one.name === name);
  return table ? effects.catalog.columnsOf(table).map((column) => column.name) : REFUSED_COLUMNS;
}

async function namesWithRows(effects: Effects): Promise<string[]> {
  const names: string[] = [];
  for (const { name } of namedTables(effects)) {
    const [column] = await columnsFor(effects, name, undefined);
    if (column !== undefined && (await rowsOf(effects, name, [column])).length > 0) names.push(name);
  }
  return (await refusedRows(effects)).length > 0 ? [...names, REFUSED] : names;
}
