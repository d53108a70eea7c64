// The receipt of a table's partitions: which commits made them, under which definition, and from which source files. Every
// word of it is in the logs; the catalog says which definition is the present one.
import { landingTable } from '../core/catalog.ts';
import type { Dataset } from '../core/contract.ts';
import { sameTable, type TableRef, tablePrefix } from '../core/insight.ts';
import { parseLogJson } from '../core/log-json.ts';
import type { CommitInfo, PartitionValues } from '../delta/actions.ts';
import { recordCount } from '../delta/stats.ts';
import { type Standings, standingsOf } from '../lake/deliveries.ts';
import type { Effects } from '../lake/effects.ts';
import { partitionId } from '../lake/partition.ts';
import { comparePartitions, type PartitionFilter } from '../lake/partition-filter.ts';
import { CONTRACT, DEFINITION, readInputs, readOrigin, roleOf, WARNINGS } from '../lake/tags.ts';
import { replacedDataset } from '../refresh/inputs.ts';
import { durationOf, staleOf } from './history.ts';
import { traceLineage, type UsedTable } from './lineage.ts';
import type { Lifespan, TableLog, TableLogs } from './table-log.ts';

export type SourceUse = {
  readonly dataset: string;
  readonly source: string;
  readonly etag: string;
  readonly lastModified: string;
  readonly contract: string;
  /** In the data files that count; the next three are of the whole source file. */
  readonly rows: number;
  readonly acceptedRows: number;
  readonly quarantinedRows: number;
  /** What its key says of its delivery, where the contract has deliveries. */
  readonly delivery?: Readonly<Record<string, string>>;
  /** Records that the contract skips; absent where there are none. */
  readonly skippedRows?: number;
  /** In which it came into its table. */
  readonly version: number;
  readonly committedAt: string;
};

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
  logs: TableLogs,
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
    sources: used.flatMap((one) => sourceUses(effects, one)).sort(bySource),
    lost: [...lost],
  };
}

/** `files`: of `log` at `version`. */
export async function usesOf(
  effects: Effects,
  logs: TableLogs,
  log: TableLog,
  version: number,
  files: readonly Lifespan[],
): Promise<Uses> {
  const { tables, lost } = await traceLineage(effects, logs, log, version, files);
  const used = [...tables.values()];
  return {
    tables: used.map(tableRead),
    sources: used.flatMap((one) => sourceUses(effects, one)),
    lost: [...lost],
  };
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
  const newest = files.reduce((a, b) => (b.from > a.from ? b : a));
  const { add, from } = newest;
  return {
    partition: add.partitionValues,
    rows: recordCount(files.map((file) => file.add)),
    bytes: sum(files, (file) => file.add.size),
    paths: files.map((file) => file.add.path),
    version: from,
    committedAt: iso(log.timeOf(from)),
    ms: durationOf(log.info(from)),
    definition: add.tags?.[DEFINITION] ?? add.tags?.[CONTRACT] ?? null,
    inputs: readInputs(add) ?? {},
    audits: auditsOf(log.info(from), add.tags?.[WARNINGS]),
    warnings: add.tags?.[WARNINGS] ?? null,
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
    rows: recordCount(used.map(({ add }) => add)),
    bytes: sum(used, ({ add }) => add.size),
  };
}

/** Of a replace dataset: of the files that counted. */
function sourceUses({ catalog }: Effects, { log, files, versions }: UsedTable): SourceUse[] {
  const name = log.prefix.slice(log.prefix.indexOf('/') + 1);
  const dataset = replacedDataset(catalog, { kind: 'arrivals', name });
  const isReplaced = dataset !== undefined && log.prefix === tablePrefix(landingTable(dataset));
  const standings = isReplaced ? [...versions].map((version) => standingsAt(dataset, log, version)) : [];
  const uses = new Map<string, SourceUse>();
  for (const file of files.values()) {
    const own = ownUse(log, name, file);
    if (own === undefined) continue;
    const standing = standings.map((all) => all.get(own.use.source)).find((one) => one?.counts);
    if (isReplaced && standing === undefined) continue;
    const use = dataset?.delivery && standing ? { ...own.use, delivery: standing.delivery.by } : own.use;
    const other = uses.get(own.id);
    uses.set(own.id, other === undefined ? use : { ...use, rows: other.rows + use.rows });
  }
  return [...uses.values()];
}

/** `id`: equal for the data files that one version of a source file came as. */
type OwnUse = { readonly id: string; readonly use: SourceUse };

// Each partition asks, and what a log says of a file never changes.
const ownUses = new WeakMap<Lifespan, OwnUse>();

/** What the data file alone says; undefined where it has no rows of a source file. */
function ownUse(log: TableLog, dataset: string, file: Lifespan): OwnUse | undefined {
  const known = ownUses.get(file);
  if (known) return known;
  const { add, from } = file;
  const origin = readOrigin(add);
  if (origin === undefined || roleOf(add) !== undefined) return undefined;
  const { source, etag, contract, acceptedRows, quarantinedRows, skippedRows } = origin;
  const use = {
    dataset,
    source,
    etag,
    lastModified: iso(origin.lastModifiedMs),
    contract,
    rows: recordCount([add]),
    acceptedRows,
    quarantinedRows,
    ...(skippedRows === 0 ? {} : { skippedRows }),
    version: from,
    committedAt: iso(log.timeOf(from)),
  };
  const own = { id: JSON.stringify([source, etag, contract, from]), use };
  ownUses.set(file, own);
  return own;
}

// Each partition asks; neither the past of a log nor a dataset ever changes.
const known = new WeakMap<Dataset, WeakMap<TableLog, Map<number, Standings>>>();

function standingsAt(dataset: Dataset, log: TableLog, version: number): Standings {
  const ofDataset = known.get(dataset) ?? new WeakMap<TableLog, Map<number, Standings>>();
  known.set(dataset, ofDataset);
  const ofLog = ofDataset.get(log) ?? new Map<number, Standings>();
  ofDataset.set(log, ofLog);
  const files = () => log.filesAt(version).map(({ add }) => add);
  const standings = ofLog.get(version) ?? standingsOf(dataset, files());
  ofLog.set(version, standings);
  return standings;
}

function bySource(a: SourceUse, b: SourceUse): number {
  if (a.dataset !== b.dataset) return a.dataset < b.dataset ? -1 : 1;
  if (a.source !== b.source) return a.source < b.source ? -1 : 1;
  return a.version - b.version;
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
