// What other programs see of a lake's tables, held against what Sluice reads of them.
import { join } from 'node:path';
import { expect } from 'vitest';
import { readWithDeltaRs, sortedRows, type TableReading } from './delta-reader.ts';
import type { ExpectedTable } from './interop-lake.ts';

/** Reads the tables below `root` in the other programs, at the versions expected, and returns what they saw by prefix. */
export async function expectReadAlike(
  expected: readonly ExpectedTable[],
  root: string,
): Promise<Map<string, TableReading>> {
  const seen = await readWithDeltaRs(
    expected.map(({ prefix, version }) => ({ path: join(root, prefix), version })),
  );
  const byPrefix = new Map<string, TableReading>();
  for (const [i, { prefix, rows, ...shape }] of expected.entries()) {
    const { rows: otherRows, problems, swept: _, ...otherShape } = seen[i] as TableReading;
    const wrong = [...problems, ...difference(rows, sortedRows(otherRows))].slice(0, 10);
    expect.soft(wrong, prefix).toEqual([]);
    expect.soft(otherShape, prefix).toEqual(shape);
    byPrefix.set(prefix, seen[i] as TableReading);
  }
  return byPrefix;
}

/** The first rows that one side alone has. */
export function difference(sluice: readonly string[], others: readonly string[]): string[] {
  const lines: string[] = [];
  for (let i = 0, k = 0; lines.length < 10 && (i < sluice.length || k < others.length); ) {
    const [ours, theirs] = [sluice[i], others[k]];
    if (ours === theirs) [i, k] = [i + 1, k + 1];
    else if (theirs === undefined || (ours !== undefined && ours < theirs))
      [lines[lines.length], i] = [`Sluice alone: ${ours}`, i + 1];
    else [lines[lines.length], k] = [`others alone: ${theirs}`, k + 1];
  }
  return lines;
}

export function rowCounts(tables: ReadonlyMap<string, TableReading>): Record<string, number> {
  return Object.fromEntries([...tables].map(([prefix, { rows }]) => [prefix, rows.length]));
}

export function cellsOf(table: TableReading | undefined, ...names: string[]): (string | null)[][] {
  const places = names.map((name) => table?.columns.findIndex((column) => column.name === name) ?? -1);
  return (table?.rows ?? []).map((row) => places.map((place) => row[place] ?? null));
}
