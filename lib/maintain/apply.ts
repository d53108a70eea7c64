// Brings the lake's tables under the present contracts and definitions: makes what is missing, changes what may change,
// refuses the rest. The only writer of a table's contract hash and definition hash.

import { landingTable } from '../core/catalog.ts';
import { type Dataset, tableColumns } from '../core/contract.ts';
import { type Derivation, type TableRef, tablePrefix } from '../core/insight.ts';
import type { Column } from '../core/schema.ts';
import { CONTRACT, DEFINITION, PENDING } from '../core/tags.ts';
import type { Action, Metadata } from '../delta/actions.ts';
import { removeAction } from '../delta/partitions.ts';
import { parseSchema, schemaString } from '../delta/schema.ts';
import { configuration, type Snapshot } from '../delta/snapshot.ts';
import type { Effects } from '../effects.ts';
import { CliError } from '../errors.ts';

export type Applied = { readonly table: TableRef; readonly change: 'created' | 'changed' };

/** Repeating it changes nothing. Throws CliError for a change that the table cannot take. */
export async function apply(effects: Effects): Promise<Applied[]> {
  const applied: Applied[] = [];
  for (const dataset of effects.catalog.datasets) {
    const change = await applyTo(effects, landingTable(dataset), (snapshot) =>
      datasetMetadata(effects, dataset, snapshot),
    );
    if (change) applied.push(change);
  }
  for (const derivation of effects.catalog.derivations) {
    const change = await applyTo(effects, derivation.target, (snapshot) =>
      derivedMetadata(effects, derivation, snapshot),
    );
    if (change) applied.push(change);
  }
  return applied;
}

type NextMetadata = (snapshot: Snapshot | undefined) => Metadata | undefined;

async function applyTo(effects: Effects, table: TableRef, next: NextMetadata): Promise<Applied | undefined> {
  let change: Applied['change'] = 'changed';
  const { committed } = await effects.tables.commit(tablePrefix(table), async (snapshot) => {
    const metaData = next(snapshot);
    if (metaData === undefined) return undefined;
    change = snapshot === undefined ? 'created' : 'changed';
    const protocol: Action[] =
      snapshot === undefined ? [{ protocol: { minReaderVersion: 1, minWriterVersion: 2 } }] : [];
    return {
      actions: [...protocol, { metaData }, ...leftBehind(effects, snapshot, metaData)],
      operation: snapshot === undefined ? 'CREATE TABLE' : 'APPLY',
    };
  });
  return committed ? { table, change } : undefined;
}

/** A table that was computed and now takes source files begins anew: nothing would ever withdraw its computed rows. */
function leftBehind(effects: Effects, before: Snapshot | undefined, after: Metadata): Action[] {
  if (before === undefined || !wasComputed(before) || DEFINITION in after.configuration) return [];
  return [...before.files.values()].map((add) => removeAction(add, effects.clock().getTime()));
}

function wasComputed(snapshot: Snapshot): boolean {
  return configuration(snapshot, DEFINITION) !== undefined;
}

function newMetadata(
  effects: Effects,
  table: TableRef,
  columns: readonly Column[],
  partitionColumns: readonly string[],
  settings: Record<string, string>,
): Metadata {
  return {
    id: effects.newId(),
    name: table.name,
    format: { provider: 'parquet', options: {} },
    schemaString: schemaString(columns),
    partitionColumns,
    // The log is the receipt of every number: its entries are kept for ever.
    configuration: { 'delta.enableExpiredLogCleanup': 'false', ...settings },
    createdTime: effects.clock().getTime(),
  };
}

function datasetMetadata(
  effects: Effects,
  dataset: Dataset,
  snapshot: Snapshot | undefined,
): Metadata | undefined {
  const columns = tableColumns(dataset);
  const partitionColumns = dataset.partitionBy.map((p) => p.name);
  if (snapshot === undefined)
    return newMetadata(effects, landingTable(dataset), columns, partitionColumns, {
      [CONTRACT]: dataset.hash,
    });
  if (configuration(snapshot, CONTRACT) === dataset.hash) return undefined;
  if (!wasComputed(snapshot)) refuseBreakingChange(effects, dataset, snapshot, columns, partitionColumns);
  const { [DEFINITION]: _definition, [PENDING]: _pending, ...others } = snapshot.metadata.configuration;
  return {
    ...snapshot.metadata,
    schemaString: schemaString(columns),
    partitionColumns,
    configuration: { ...others, [CONTRACT]: dataset.hash },
  };
}

function refuseBreakingChange(
  effects: Effects,
  dataset: Dataset,
  snapshot: Snapshot,
  columns: readonly Column[],
  partitionColumns: readonly string[],
): void {
  const problems = parseSchema(snapshot.metadata.schemaString).flatMap((before) => {
    const after = columns.find((column) => column.name === before.name);
    if (after === undefined) return [`the column ${before.name} would be dropped`];
    return after.type === before.type
      ? []
      : [`the column ${before.name} would change from ${before.type} to ${after.type}`];
  });
  if (snapshot.metadata.partitionColumns.join() !== partitionColumns.join()) {
    problems.push(
      `the partitioning would change from (${snapshot.metadata.partitionColumns.join(', ')}) to (${partitionColumns.join(', ')})`,
    );
  }
  if (problems.length === 0) return;
  const folder = `${effects.lake.location}/${tablePrefix(landingTable(dataset))}`;
  throw new CliError(
    `${dataset.file}: the table of ${dataset.name} cannot take its new contract: ${problems.join('; ')}. ` +
      `Undo the change, or move ${folder} away and run "sluice sync", which rebuilds the table from the files in landing`,
  );
}

/** A new definition leaves rows and schema alone: the refresh that it asks for changes both in one commit. */
function derivedMetadata(
  effects: Effects,
  derivation: Derivation,
  snapshot: Snapshot | undefined,
): Metadata | undefined {
  if (snapshot === undefined) {
    return newMetadata(effects, derivation.target, derivation.columns, derivation.partitionBy, {
      [DEFINITION]: derivation.hash,
    });
  }
  if (configuration(snapshot, DEFINITION) === derivation.hash) return undefined;
  const pending = JSON.stringify({ all: true, stale: [] });
  const { [CONTRACT]: _contract, ...others } = snapshot.metadata.configuration;
  return {
    ...snapshot.metadata,
    configuration: { ...others, [DEFINITION]: derivation.hash, [PENDING]: pending },
  };
}
