// The receipts of some partitions of an insight: which source files made them, and what moved each on from its version before.
import { landingTable } from '../core/built-in.ts';
import type { Catalog } from '../core/catalog.ts';
import { type Derivation, sameTable, type TableRef, tablePrefix } from '../core/insight.ts';
import { partitionReceipt } from '../inspect/receipt.ts';
import type { Lifespan } from '../inspect/share-lives.ts';
import type { SourceUse } from '../inspect/source-uses.ts';
import type { TableLog } from '../inspect/table-log.ts';
import { partitionId } from '../lake/partition.ts';
import { readInputs } from '../lake/tags.ts';
import { changeRef } from './changes.ts';
import type {
  ChangeDocument,
  Moved,
  PagePartitionReceipt,
  ReceiptsDocument,
  SourceRow,
} from './insight-documents.ts';
import type { Ref } from './page-values.ts';
import { isListed, type ShownTable } from './shown-table.ts';
import { compareTexts, MAX_SOURCES, movesBetween, plainName, usesAt } from './source-moves.ts';
import type { Writing } from './writing.ts';

type Receipted = {
  readonly partition: Readonly<Record<string, string | null>>;
  readonly files: readonly Lifespan[];
};

/** A partition with what tells its last change. */
type Dated = Receipted & {
  /** That last changed it. */
  readonly version: number;
  /** Its files before that; [] where it was not there. */
  readonly before: readonly Lifespan[];
  readonly change: Ref<ChangeDocument> | null;
};

/** What the receipts of all partitions depend on besides their data files: the tables behind them, and how they drive each other. */
export type LineageBasis = {
  readonly tables: readonly object[];
  /** The ids of the commits of each direct input, as they are in the lake. */
  readonly commits: ReadonlyMap<string, readonly (string | undefined)[]>;
};

/**
 * An input that was dropped, moved or restored makes receipts say that they cannot be traced. That is seen here of the direct
 * inputs' commits; of those further up of the tables' ids, until the next refresh writes other data files.
 */
export async function lineageBasis(
  { effects, logs }: Writing,
  { derivation }: ShownTable,
): Promise<LineageBasis> {
  const commits = new Map<string, readonly (string | undefined)[]>();
  const tables: object[] = [];
  for (const { table, over, dataset } of upstream(effects.catalog, derivation)) {
    const prefix = tablePrefix(table);
    const log = await logs.find(prefix);
    commits.set(prefix, log?.entries.map(({ id }) => id) ?? []);
    tables.push({ prefix, over, ...dataset, id: log?.metadata(log.newest).id ?? null });
  }
  return { tables, commits };
}

/** All tables that it reads, directly or through others, each once. `dataset`: of a table of files, what says which of them count. */
function upstream({ derivations, datasets }: Catalog, { inputs }: Derivation) {
  const found = new Map<string, { table: TableRef; over: string | null; dataset: object }>();
  const waiting = [...inputs];
  for (let table = waiting.shift(); table !== undefined; table = waiting.shift()) {
    const own = table;
    if (found.has(tablePrefix(own))) continue;
    const derivation = derivations.find(({ target }) => sameTable(target, own));
    const dataset = datasets.find((one) => sameTable(landingTable(one), own));
    const over = derivation?.over === undefined ? null : tablePrefix(derivation.over);
    // The order of deliveries is in no hash of a contract: it changes no row of a file.
    const { hash = null, scope = null, delivery = null } = dataset ?? {};
    found.set(tablePrefix(own), { table: own, over, dataset: { hash, scope, delivery } });
    waiting.push(...(derivation?.inputs ?? []));
  }
  return found.values();
}

export async function receiptsRef(
  writing: Writing,
  shown: ShownTable,
  partitions: readonly Receipted[],
  lineage: LineageBasis,
): Promise<Ref<ReceiptsDocument>> {
  const { log, derivation } = shown;
  const dated: Dated[] = [];
  for (const partition of partitions) dated.push(await datedOf(writing, shown, partition));
  const all = {
    id: log.metadata(log.newest).id,
    over: derivation.over === undefined ? null : tablePrefix(derivation.over),
    tables: lineage.tables,
  };
  const each = dated.map(({ partition, files, version, change }) => [
    partition,
    version,
    log.commitId(version) ?? null,
    change,
    files.map(({ add }) => [add.path, inputCommits(lineage, add)]),
  ]);
  return writing.site.document('receipts', { ...all, partitions: each }, async () => {
    const receipts: PagePartitionReceipt[] = [];
    for (const [i, partition] of dated.entries())
      receipts.push(await rememberedReceipt(writing, log, partition, JSON.stringify([all, each[i]])));
    return { receipts };
  });
}

type Remembered = { readonly basis: string; readonly receipt: PagePartitionReceipt };

// One new file changes one of the partitions in a document, and a receipt may stand on very many files.
const remembered = new WeakMap<TableLog, Map<string, Remembered>>();

/** `basis`: has everything of the lake that can change it. */
async function rememberedReceipt(
  writing: Writing,
  log: TableLog,
  dated: Dated,
  basis: string,
): Promise<PagePartitionReceipt> {
  const ofTable = remembered.get(log) ?? new Map<string, Remembered>();
  remembered.set(log, ofTable);
  const id = partitionId(dated.partition);
  const known = ofTable.get(id);
  if (known?.basis === basis) return known.receipt;
  const receipt = await pageReceipt(writing, log, dated);
  ofTable.set(id, { basis, receipt });
  return receipt;
}

/** The commits that the lake has now under the versions that a data file was made from. */
function inputCommits({ commits }: LineageBasis, add: Lifespan['add']): (string | null)[] {
  return Object.entries(readInputs(add) ?? {}).map(([input, at]) => commits.get(input)?.[at] ?? null);
}

/** Names the document of its change whether or not its own is made, because a document that is kept names it, too. */
async function datedOf(writing: Writing, shown: ShownTable, { partition, files }: Receipted): Promise<Dated> {
  const { log } = shown;
  const version = files.reduce((newest, { from }) => Math.max(newest, from), 0);
  const before = version === 0 ? [] : log.partitionAt(version - 1, partition);
  const isTold = before.length > 0 && isListed(log, version);
  const change = isTold ? await changeRef(writing, shown, version) : null;
  return { partition, files, version, before, change };
}

async function pageReceipt(writing: Writing, log: TableLog, dated: Dated): Promise<PagePartitionReceipt> {
  const uses = await usesAt(writing, log, { version: log.newest, files: dated.files });
  const own = partitionReceipt(log, dated.files);
  const { rows, version, committedAt, definition, warnings } = own;
  return {
    partition: dated.partition,
    rows,
    version,
    committedAt,
    definition,
    contracts: [...new Set(uses.tables.flatMap(({ contracts }) => contracts))],
    inputs: Object.fromEntries(Object.entries(own.inputs).map(([table, at]) => [plainName(table), at])),
    audits: own.audits?.map(({ audit, outcome }) => ({ audit, outcome })) ?? null,
    warnings,
    sources: newestUses(uses.sources, MAX_SOURCES).map(sourceRow),
    moreSources: Math.max(0, uses.sources.length - MAX_SOURCES),
    sourceRows: uses.sources.reduce((sum, source) => sum + source.rows, 0),
    lost: uses.lost,
    moved: dated.before.length === 0 ? null : await movedOf(writing, log, dated),
  };
}

async function movedOf(
  writing: Writing,
  log: TableLog,
  { version, before, files, change }: Dated,
): Promise<Moved> {
  const [old, now] = [
    { version: version - 1, files: before },
    { version: log.newest, files },
  ];
  return {
    before: before.reduce((newest, { from }) => Math.max(newest, from), 0),
    ...(await movesBetween(writing, log, old, now)),
    change,
  };
}

/** The newest first, then by name. Of very many, most are older than the last one that is wanted, and need no order. */
function newestUses(uses: readonly SourceUse[], most: number): SourceUse[] {
  const byCommit = new Map<string, SourceUse[]>();
  for (const use of uses) {
    const own = byCommit.get(use.committedAt);
    if (own) own.push(use);
    else byCommit.set(use.committedAt, [use]);
  }
  const newest: SourceUse[] = [];
  for (const commit of [...byCommit.keys()].sort().reverse()) {
    if (newest.length >= most) break;
    const own = byCommit.get(commit) ?? [];
    for (const use of own.sort(byName)) newest.push(use);
  }
  return newest.slice(0, most);
}

function byName(a: SourceUse, b: SourceUse): number {
  return compareTexts(a.source, b.source) || compareTexts(a.dataset, b.dataset) || a.version - b.version;
}

function sourceRow({ dataset, source, rows, lastModified, version, committedAt }: SourceUse): SourceRow {
  return { dataset, source, rows, lastModified, version, committedAt };
}
