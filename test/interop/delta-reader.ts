// Another program's view of Delta tables: runs read_tables.py, which reads them with delta-rs.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

export type TableRequest = { readonly path: string; readonly version: number | null };

export type TableReading = {
  readonly version: number;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly partitionColumns: readonly string[];
  readonly fileUris: readonly string[];
  /** Canonical texts: decimals with all digits, timestamps as microseconds since 1970, doubles as their 8 bytes in hex. */
  readonly rows: readonly Cells[];
  /** Statistics that are wrong, or engines that do not agree. */
  readonly problems: readonly string[];
};

export type Cells = readonly (string | null)[];

/** Throws with Python's own message where a table cannot be read. */
export async function readWithDeltaRs(requests: readonly TableRequest[]): Promise<TableReading[]> {
  const python = process.env.SLUICE_PYTHON;
  if (python === undefined) throw new Error('SLUICE_PYTHON is not set: run "npm run test:interop"');
  const child = spawn(python, [join(import.meta.dirname, 'read_tables.py')], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  );
  child.stdin.end(JSON.stringify(requests));
  const [output, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (code !== 0) throw new Error(`read_tables.py ended with ${code}:\n${errors}`);
  return JSON.parse(output) as TableReading[];
}

export function sortedRows(rows: readonly Cells[]): string[] {
  return rows.map((row) => JSON.stringify(row)).sort();
}
