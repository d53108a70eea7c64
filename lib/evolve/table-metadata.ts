// The metaData of a dataset's table under a contract: new, or with a changed schema. Pure, except for the new table's id.
import { landingTable } from '../core/catalog.ts';
import { type Dataset, tableColumns } from '../core/contract.ts';
import type { TableRef } from '../core/insight.ts';
import type { Column } from '../core/schema.ts';
import type { Action, Metadata } from '../delta/actions.ts';
import { schemaString } from '../delta/schema.ts';
import { configuration, type Snapshot } from '../delta/snapshot.ts';
import type { Effects } from '../lake/effects.ts';
import { CONTRACT, DEFINITION, DROPPED, PENDING } from '../lake/tags.ts';
import { wasDropped } from './drop-table.ts';

export function partitionNames({ partitionBy }: Dataset): string[] {
  return partitionBy.map(({ name }) => name);
}

export function landingMetadata(
  effects: Effects,
  dataset: Dataset,
  snapshot: Snapshot | undefined,
): Metadata {
  const columns = tableColumns(dataset);
  const partitionColumns = partitionNames(dataset);
  if (snapshot === undefined)
    return newMetadata(effects, landingTable(dataset), columns, partitionColumns, {
      [CONTRACT]: dataset.hash,
    });
  const {
    [DEFINITION]: _definition,
    [PENDING]: _pending,
    [DROPPED]: _dropped,
    ...others
  } = snapshot.metadata.configuration;
  return {
    ...snapshot.metadata,
    schemaString: schemaString(columns),
    partitionColumns,
    configuration: { ...others, [CONTRACT]: dataset.hash },
  };
}

export function newMetadata(
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
    // The log proves where every number comes from: its entries are kept forever.
    configuration: { 'delta.enableExpiredLogCleanup': 'false', ...settings },
    createdTime: effects.clock().getTime(),
  };
}

/** The first actions of a log. */
export function protocolActions(snapshot: Snapshot | undefined): Action[] {
  return snapshot === undefined ? [{ protocol: { minReaderVersion: 1, minWriterVersion: 2 } }] : [];
}

export function wasComputed(snapshot: Snapshot): boolean {
  return configuration(snapshot, DEFINITION) !== undefined;
}

/** The table was computed, or dropped, or another program created it. */
export function isNotOfSources(snapshot: Snapshot): boolean {
  return wasComputed(snapshot) || wasDropped(snapshot) || configuration(snapshot, CONTRACT) === undefined;
}
