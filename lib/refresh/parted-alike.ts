// Whether the partition values in the log of a joined input always meant what they mean now.
import { type PartitionJoin, tablePrefix } from '../core/insight.ts';
import type { Metadata } from '../delta/actions.ts';
import { parseSchema } from '../delta/schema.ts';
import type { Entry } from '../delta/snapshot.ts';
import type { DeltaTables } from '../delta/tables.ts';
import { CorruptionError } from '../errors.ts';
import type { Input } from './inputs.ts';

/**
 * False where the joined columns were no partition columns, or of another type, in one of the versions since the one before
 * `entries`: the removes among these have other texts for the same values.
 */
export async function isPartedAlike(
  tables: DeltaTables,
  { table, snapshot }: Input,
  by: readonly PartitionJoin[],
  entries: readonly Entry[],
): Promise<boolean> {
  const changed = entries.flatMap(({ actions }) =>
    actions.flatMap((action) => ('metaData' in action ? [action.metaData] : [])),
  );
  const [first] = entries;
  if (first === undefined || changed.length === 0) return true;
  const before = await tables.at(tablePrefix(table), first.version - 1);
  const now = shapeOf(snapshot.metadata, by);
  return [before.metadata, ...changed].every((metadata) => shapeOf(metadata, by) === now);
}

function shapeOf({ partitionColumns, schemaString }: Metadata, by: readonly PartitionJoin[]): string {
  const types = columnTypes(schemaString);
  return JSON.stringify(
    by.map(({ theirs }) => [partitionColumns.includes(theirs), types.get(theirs) ?? schemaString]),
  );
}

/** None of a schema that another program gave the table, in types that Sluice never writes. */
function columnTypes(schemaString: string): ReadonlyMap<string, string> {
  try {
    return new Map(parseSchema(schemaString).map(({ name, type }) => [name, type]));
  } catch (error) {
    if (error instanceof CorruptionError) return new Map();
    throw error;
  }
}
