// Which source files the data files of a table hold rows of, each with what counts of it. What a data file alone says of its source
// is asked for again and again, and never changes.
import { landingTable } from '../core/catalog.ts';
import type { Dataset } from '../core/contract.ts';
import { tablePrefix } from '../core/insight.ts';
import { recordCount } from '../delta/stats.ts';
import { type Standings, standingsOf } from '../lake/deliveries.ts';
import type { Effects } from '../lake/effects.ts';
import { allShares, type Share } from '../lake/shares.ts';
import { readOrigin, roleOf } from '../lake/tags.ts';
import { replacedDataset } from '../refresh/inputs.ts';
import type { UsedTable } from './lineage.ts';
import type { Logs } from './read-table-log.ts';
import type { Arrival } from './share-lives.ts';
import type { TableLog } from './table-log.ts';

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

/** Of a replace dataset: of the files that counted. */
export async function sourceUses(
  { catalog }: Effects,
  logs: Logs,
  { log, files, versions }: UsedTable,
): Promise<SourceUse[]> {
  const name = log.prefix.slice(log.prefix.indexOf('/') + 1);
  const dataset = replacedDataset(catalog, { kind: 'arrivals', name });
  const isReplaced = dataset !== undefined && log.prefix === tablePrefix(landingTable(dataset));
  // Files that did not count decide which ones did.
  for (const version of isReplaced ? versions : []) await logs.tell(log, log.filesAt(version));
  const standings = isReplaced ? [...versions].map((version) => standingsAt(dataset, log, version)) : [];
  const uses = new Map<string, SourceUse>();
  for (const arrival of log.arrivalsIn(files.values())) {
    const own = ownUse(log, name, arrival);
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
const ownUses = new WeakMap<Share, OwnUse>();

/** What the log alone says of it; undefined for what has no rows of a source file. */
function ownUse(log: TableLog, dataset: string, { share, version: from }: Arrival): OwnUse | undefined {
  const known = ownUses.get(share);
  if (known) return known;
  const origin = readOrigin(share);
  if (origin === undefined || roleOf(share) !== undefined) return undefined;
  const { source, etag, contract, acceptedRows, quarantinedRows, skippedRows } = origin;
  const use = {
    dataset,
    source,
    etag,
    lastModified: new Date(origin.lastModifiedMs).toISOString(),
    contract,
    rows: recordCount([share]),
    acceptedRows,
    quarantinedRows,
    ...(skippedRows === 0 ? {} : { skippedRows }),
    version: from,
    committedAt: new Date(log.timeOf(from)).toISOString(),
  };
  const own = { id: JSON.stringify([source, etag, contract, from]), use };
  ownUses.set(share, own);
  return own;
}

// Each partition asks; neither the past of a log nor a dataset ever changes.
const known = new WeakMap<Dataset, WeakMap<TableLog, Map<number, Standings>>>();

function standingsAt(dataset: Dataset, log: TableLog, version: number): Standings {
  const ofDataset = known.get(dataset) ?? new WeakMap<TableLog, Map<number, Standings>>();
  known.set(dataset, ofDataset);
  const ofLog = ofDataset.get(log) ?? new Map<number, Standings>();
  ofDataset.set(log, ofLog);
  const shares = () => allShares(log.filesAt(version).map(({ add }) => add));
  const standings = ofLog.get(version) ?? standingsOf(dataset, shares());
  ofLog.set(version, standings);
  return standings;
}

/** By dataset, name and version. */
export function compareUses(a: SourceUse, b: SourceUse): number {
  if (a.dataset !== b.dataset) return a.dataset < b.dataset ? -1 : 1;
  if (a.source !== b.source) return a.source < b.source ? -1 : 1;
  return a.version - b.version;
}
