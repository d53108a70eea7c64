// Other programs at Delta tables: runs a Python script per program, which reads them with it, or writes to them.
import { join } from 'node:path';
import { askPython } from './python.ts';

const SCRIPTS = { 'delta-rs': 'read_tables.py', DuckDB: 'read_duckdb.py', Spark: 'read_spark.py' };

export type Engine = keyof typeof SCRIPTS;

/** `sweep`: also say what the program's own vacuum of seven days would delete. Not asked of old versions. */
export type TableRequest = {
  readonly path: string;
  readonly version: number | null;
  readonly sweep?: boolean;
};

/** What delta-rs tells; the others leave out what they have no word for. */
export type TableReading = {
  readonly version: number;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly partitionColumns: readonly string[];
  readonly fileUris: readonly string[];
  /** Canonical texts: decimals with all digits, timestamps as microseconds since 1970, doubles as their 8 bytes in hex. */
  readonly rows: readonly Cells[];
  /** Statistics that are wrong, or engines that do not agree. */
  readonly problems: readonly string[];
  /** Paths that the program's own vacuum would delete; null where that was not asked. */
  readonly swept: readonly string[] | null;
};

export type Cells = readonly (string | null)[];

export type PartialReading = Partial<TableReading> & Pick<TableReading, 'columns' | 'rows'>;

export async function readWithDeltaRs(requests: readonly TableRequest[]): Promise<TableReading[]> {
  return (await readWith('delta-rs', requests)) as TableReading[];
}

/** Throws with Python's own message where a table cannot be read. */
export async function readWith(engine: Engine, requests: readonly TableRequest[]): Promise<PartialReading[]> {
  return (await runPython(SCRIPTS[engine], requests)) as PartialReading[];
}

/** What delta-rs does to a table: its commits, or none where it finds nothing to do. */
export type TableWrite = {
  readonly path: string;
  readonly operation: string;
  /** Of the rows that are deleted or updated, or written once more. */
  readonly predicate: string;
  readonly set: Readonly<Record<string, string>>;
  /** That Z-ORDER takes. */
  readonly columns: readonly string[];
  /** To restore. */
  readonly version?: number;
};

/** Whether each made a new version. */
export async function writeWithDeltaRs(writes: readonly TableWrite[]): Promise<boolean[]> {
  return (await runPython('write_tables.py', writes)) as boolean[];
}

function runPython(name: string, requests: readonly unknown[]): Promise<unknown> {
  return askPython(join(import.meta.dirname, name), requests);
}

export function sortedRows(rows: readonly Cells[]): string[] {
  return rows.map((row) => JSON.stringify(row)).sort();
}
