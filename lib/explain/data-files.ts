// Whether the data files that a table's newest version names are there, with the sizes that the log says.
import { type TableRef, tablePrefix } from '../core/insight.ts';
import { objectKey } from '../delta/partitions.ts';
import type { Effects } from '../effects.ts';
import { inParallel } from '../in-parallel.ts';

/** A sentence for each that is not; [] where the table does not exist. */
export async function damagedFiles(effects: Effects, table: TableRef): Promise<string[]> {
  const prefix = tablePrefix(table);
  const snapshot = await effects.tables.latest(prefix);
  const damaged: string[] = [];
  await inParallel(snapshot?.files.values() ?? [], async ({ path, size }) => {
    const key = objectKey(prefix, path);
    const found = await effects.lake.head(key);
    if (found === undefined) damaged.push(`${key} is gone, although the log names it. ${nextStep(table)}`);
    else if (found.sizeBytes !== size)
      damaged.push(
        `${key} has ${found.sizeBytes} bytes, and the log says ${size}: who wrote it? ${nextStep(table)}`,
      );
  });
  return damaged.sort();
}

function nextStep(table: TableRef): string {
  return table.kind === 'insights'
    ? `Move ${tablePrefix(table)} away and run "npx sluice sync", which computes it anew`
    : `Bring it back from a backup, or run "npx sluice rebuild ${table.name}"`;
}
