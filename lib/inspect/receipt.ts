// The receipt of a table's partitions: which commits made them, under which definition, and from which source files. Every
// word of it is in the logs; the catalog says which definition is the present one.
import { landingTable } from '../core/catalog.ts';
import { sameTable, type TableRef } from '../core/insight.ts';
import { parseLogJson } from '../core/log-json.ts';
import type { CommitInfo, PartitionValues } from '../delta/actions.ts';
import { recordCount } from '../delta/stats.ts';
import type { Effects } from '../lake/effects.ts';
import { partitionId } from '../lake/partition.ts';
import { comparePartitions, type PartitionFilter } from '../lake/partition-filter.ts';
import { CONTRACT, DEFINITION, readInputs, WARNINGS } from '../lake/tags.ts';
import { durationOf, staleOf } from './history.ts';
import { traceLineage, type UsedTable } from './lineage.ts';
import type { Logs } from './read-table-log.ts';
import type { Lifespan } from './share-lives.ts';
import { compareUses, type SourceUse, sourceUses } from './source-uses.ts';
import type { TableLog } from './table-log.ts';

/** A table on the way. */
export type TableRead = {
  readonly table: string;
  /** At which it was read: the first and the last, and how many. */
  readonly versions: { readonly first: number; readonly last: number; readonly count: number };
  /** Under which its files were made. */
  readonly definitions: readonly string[];
  readonly contracts: readonly string[];
};

/** With how much of it counts. */
export type TableUse = TableRead & {
  readonly partitions: number;
  readonly files: number;
  readonly rows: number;
  readonly bytes: number;
};

/** What data files were made from. `tables`: the files' own first. `sources`: in no order. */
export type Uses = {
  readonly tables: readonly TableRead[];
  readonly sources: readonly SourceUse[];
  readonly lost: readonly string[];
};

export type PartitionReceipt = {
  readonly partition: PartitionValues;
  readonly rows: number;
  readonly bytes: number;
  /** Of its data files, as the log has them. */
  readonly paths: readonly string[];
  /** That last changed it. */
  readonly version: number;
  readonly committedAt: string;
  /** How long that commit's work took, with all its partitions; null where the log does not say. */
  readonly ms: number | null;
  /** The SQL's hash, or the contract's. */
  readonly definition: string | null;
  readonly inputs: Readonly<Record<string, number>>;
  /** That were tried before it was published; null where the log does not say. */
  readonly audits: readonly AuditOutcome[] | null;
  /** What audits of severity `warn` found, in a sentence. */
  readonly warnings: string | null;
};

/** `warned`: it found something, and the partition was published all the same. */
export type AuditOutcome = {
  readonly audit: string;
  readonly severity: string;
  readonly outcome: 'passed' | 'warned';
};

export type Receipt = {
  readonly table: string;
  readonly version: number;
  readonly newest: number;
  readonly committedAt: string;
  /** The SQL file or contract that defines it now, and its hash; null where nothing does. */
  readonly definition: { readonly file: string; readonly hash: string } | null;
  readonly partitions: readonly PartitionReceipt[];
  /** Kept their old rows because newer ones failed an audit. */
  readonly stale: readonly { readonly partition: PartitionValues; readonly message: string }[];
  /** The table itself first. */
  readonly tables: readonly TableUse[];
  readonly sources: readonly SourceUse[];
  readonly lost: readonly string[];
};

export async function tableReceipt(
  effects: Effects,
  logs: Logs,
  table: TableRef,
  log: TableLog,
  version: number,
  filter: PartitionFilter,
): Promise<Receipt> {
  const files = log.filesAt(version).filter(({ add }) => filter.matches(add.partitionValues));
  const { tables, lost } = await traceLineage(effects, logs, log, version, files);
  const used = [...tables.values()];
  return {
    table: log.prefix,
    version,
    newest: log.newest,
    committedAt: iso(log.timeOf(version)),
    definition: presentDefinition(effects, table),
    partitions: partitionReceipts(log, files),
    stale: staleOf(log.metadata(version)).filter(({ partition }) => filter.matches(partition)),
    tables: used.map(tableUse),
    sources: (await usesIn(effects, logs, used)).sort(compareUses),
    lost: [...lost],
  };
}

/** `files`: of `log` at `version`. */
export async function usesOf(
  effects: Effects,
  logs: Logs,
  log: TableLog,
  version: number,
  files: readonly Lifespan[],
): Promise<Uses> {
  const { tables, lost } = await traceLineage(effects, logs, log, version, files);
  const used = [...tables.values()];
  return {
    tables: used.map(tableRead),
    sources: await usesIn(effects, logs, used),
    lost: [...lost],
  };
}

async function usesIn(effects: Effects, logs: Logs, used: readonly UsedTable[]): Promise<SourceUse[]> {
  const uses: SourceUse[] = [];
  for (const one of used) for (const use of await sourceUses(effects, logs, one)) uses.push(use);
  return uses;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function presentDefinition({ catalog }: Effects, table: TableRef): Receipt['definition'] {
  const found =
    catalog.derivations.find(({ target }) => sameTable(target, table)) ??
    catalog.datasets.find((dataset) => sameTable(landingTable(dataset), table));
  return found === undefined ? null : { file: found.file, hash: found.hash };
}

function partitionReceipts(log: TableLog, files: readonly Lifespan[]): PartitionReceipt[] {
  const groups = new Map<string, Lifespan[]>();
  for (const file of files) {
    const id = partitionId(file.add.partitionValues);
    groups.set(id, [...(groups.get(id) ?? []), file]);
  }
  return [...groups.values()]
    .map((group) => partitionReceipt(log, group))
    .sort((a, b) => comparePartitions(a.partition, b.partition));
}

/** `files`: those of one partition, at least one. */
export function partitionReceipt(log: TableLog, files: readonly Lifespan[]): PartitionReceipt {
  const arrivals = log.arrivalsIn(files);
  const { share, version } = arrivals.reduce((a, b) => (b.version > a.version ? b : a));
  return {
    partition: share.partitionValues,
    rows: recordCount(arrivals.map((arrival) => arrival.share)),
    bytes: sum(files, (file) => file.add.size),
    paths: files.map((file) => file.add.path),
    version,
    committedAt: iso(log.timeOf(version)),
    ms: durationOf(log.info(version)),
    definition: share.tags?.[DEFINITION] ?? share.tags?.[CONTRACT] ?? null,
    inputs: readInputs(share) ?? {},
    audits: auditsOf(log.info(version), share.tags?.[WARNINGS]),
    warnings: share.tags?.[WARNINGS] ?? null,
  };
}

/** No partition is published where an audit of severity `error` fails; what one of severity `warn` found is in the file's tags. */
function auditsOf(info: CommitInfo | undefined, warnings: string | undefined): AuditOutcome[] | null {
  const text = info?.operationMetrics?.audits;
  if (text === undefined) return null;
  type Tried = { readonly audit: string; readonly severity: string };
  const audits = parseLogJson<readonly Tried[]>(text, 'operationMetrics.audits');
  return audits.map(({ audit, severity }) => ({
    audit,
    severity,
    outcome: warnings?.includes(`audit ${audit}: `) ? 'warned' : 'passed',
  }));
}

function tableRead({ log, files, versions }: UsedTable): TableRead {
  const definitions = new Set<string>();
  const contracts = new Set<string>();
  for (const { add } of files.values()) {
    const [definition, contract] = [add.tags?.[DEFINITION], add.tags?.[CONTRACT]];
    if (definition !== undefined) definitions.add(definition);
    if (contract !== undefined) contracts.add(contract);
  }
  const read = [...versions].sort((a, b) => a - b);
  return {
    table: log.prefix,
    versions: { first: read[0] ?? 0, last: read.at(-1) ?? 0, count: read.length },
    definitions: [...definitions],
    contracts: [...contracts],
  };
}

function tableUse(table: UsedTable): TableUse {
  const used = [...table.files.values()];
  return {
    ...tableRead(table),
    partitions: new Set(used.map(({ add }) => partitionId(add.partitionValues))).size,
    files: used.length,
    rows: recordCount(table.log.arrivalsIn(used).map(({ share }) => share)),
    bytes: sum(used, ({ add }) => add.size),
  };
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
