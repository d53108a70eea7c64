// What happened to a table, version by version, and why: all from its log. Pure.
import { parseLogJson } from '../core/log-json.ts';
import type { Action, Add, CommitInfo, Metadata, PartitionValues } from '../delta/actions.ts';
import { commitInfoOf } from '../delta/commit-id.ts';
import type { Entry, Snapshot } from '../delta/snapshot.ts';
import { recordCount } from '../delta/stats.ts';
import { partitionId } from '../lake/partition.ts';
import { type Share, type ShareChanges, shareChanges } from '../lake/shares.ts';
import { CONTRACT, DEFINITION, PENDING, readInputAppId, readOrigin } from '../lake/tags.ts';
import { columnsAt } from './table-at.ts';
import type { TableLog } from './table-log.ts';

export type SourceChange = {
  readonly source: string;
  /** `read again`: the same bytes, under another contract. */
  readonly change: 'new' | 'replaced' | 'read again' | 'withdrawn';
};

/** Why a version is there; what does not apply is absent. */
export type Cause = {
  readonly sources?: readonly SourceChange[];
  /** A derived table's inputs that had moved on, with the versions that it is current with before (null: none) and after. */
  readonly inputs?: readonly { readonly table: string; readonly from: number | null; readonly to: number }[];
  readonly contract?: HashChange;
  readonly definition?: HashChange;
  readonly columnsAdded?: readonly string[];
  readonly columnsRemoved?: readonly string[];
  readonly partitionedBy?: readonly string[];
  /** Partitions that kept their old rows because the new ones failed an audit. */
  readonly stale?: readonly { readonly partition: PartitionValues; readonly message: string }[];
};

export type HashChange = { readonly from: string | null; readonly to: string };

export type VersionHistory = {
  readonly version: number;
  readonly committedAt: string;
  readonly operation: string;
  readonly rowsAdded: number;
  readonly rowsRemoved: number;
  /** Of the whole table after it. */
  readonly rows: number;
  readonly filesAdded: number;
  readonly filesRemoved: number;
  readonly partitions: readonly PartitionValues[];
  /** How long it took, where the commit says so. */
  readonly ms: number | null;
  readonly cause: Cause;
};

// Whoever asks again asks for what came since: what was told of the versions before stays true.
const pasts = new WeakMap<TableLog, Past>();

/** Of the log's entries, newest first. */
export function tableHistory(log: TableLog): VersionHistory[] {
  const past = pasts.get(log) ?? new Past(log.part?.base);
  pasts.set(log, past);
  return past.upToNow(log);
}

class Past {
  readonly #versions: VersionHistory[] = [];
  readonly #before: State;
  readonly #rowsBefore: number;

  constructor(before?: Snapshot) {
    this.#before = new State(before);
    this.#rowsBefore = recordCount(before?.files.values() ?? []);
  }

  upToNow(log: TableLog): VersionHistory[] {
    for (const entry of log.entries.slice(this.#versions.length)) this.#versions.push(this.#next(log, entry));
    return this.#versions.toReversed();
  }

  #next(log: TableLog, entry: Entry): VersionHistory {
    const { version, actions } = entry;
    const added = actions.flatMap((action) => ('add' in action ? [action.add] : []));
    const removed = removedFiles(log, entry);
    const shares = shareChanges(removed, added);
    const rowsAdded = recordCount(shares.added);
    const rowsRemoved = recordCount(shares.removed);
    const info = commitInfoOf(actions);
    return {
      version,
      committedAt: new Date(log.timeOf(version)).toISOString(),
      operation: info?.operation ?? 'UNKNOWN',
      rowsAdded,
      rowsRemoved,
      rows: (this.#versions.at(-1)?.rows ?? this.#rowsBefore) + rowsAdded - rowsRemoved,
      filesAdded: added.length,
      filesRemoved: removed.length,
      partitions: partitionsOf([...added, ...removed]),
      ms: durationOf(info),
      cause: {
        ...this.#before.apply(actions),
        ...sourceChanges(shares),
        ...newDefinition(added, removed),
      },
    };
  }
}

/** Delta's own word for it in `operationMetrics`; null where the writer did not say. */
export function durationOf(info: CommitInfo | undefined): number | null {
  const ms = Number(info?.operationMetrics?.executionTimeMs ?? Number.NaN);
  return Number.isFinite(ms) ? ms : null;
}

function removedFiles(log: TableLog, { actions }: Entry): Add[] {
  return actions.flatMap((action) => {
    const file = 'remove' in action ? log.lifespan(action.remove.path) : undefined;
    return file ? [file.add] : [];
  });
}

function partitionsOf(files: readonly Add[]): PartitionValues[] {
  const partitions = new Map(
    files.map(({ partitionValues }) => [partitionId(partitionValues), partitionValues]),
  );
  return [...partitions.values()];
}

/** What a table's settings and transactions were before an entry. */
class State {
  #metadata: Metadata | undefined;
  readonly #inputs: Map<string, number>;

  constructor(before: Snapshot | undefined) {
    this.#metadata = before?.metadata;
    this.#inputs = new Map([...(before?.txns.values() ?? [])].map(({ appId, version }) => [appId, version]));
  }

  /** What of it the entry changes. */
  apply(actions: readonly Action[]): Cause {
    const moved: { table: string; from: number | null; to: number }[] = [];
    let settings: Cause = {};
    for (const action of actions) {
      if ('txn' in action) {
        const { appId, version } = action.txn;
        const input = readInputAppId(appId);
        const from = this.#inputs.get(appId) ?? null;
        this.#inputs.set(appId, version);
        if (input && from !== version) moved.push({ table: input.prefix, from, to: version });
      } else if ('metaData' in action) {
        settings = settingChanges(this.#metadata, action.metaData);
        this.#metadata = action.metaData;
      }
    }
    return { ...settings, ...(moved.length === 0 ? {} : { inputs: moved }) };
  }
}

function settingChanges(before: Metadata | undefined, after: Metadata): Cause {
  const contract = hashChange(before, after, CONTRACT);
  const definition = hashChange(before, after, DEFINITION);
  const stale = staleOf(after);
  const old = before === undefined ? undefined : columnsAt(before).map(({ name }) => name);
  const now = columnsAt(after).map(({ name }) => name);
  const columnsAdded = old === undefined ? [] : now.filter((name) => !old.includes(name));
  const columnsRemoved = (old ?? []).filter((name) => !now.includes(name));
  const isRepartitioned =
    before !== undefined && before.partitionColumns.join() !== after.partitionColumns.join();
  return {
    ...(contract ? { contract } : {}),
    ...(definition ? { definition } : {}),
    ...(columnsAdded.length > 0 ? { columnsAdded } : {}),
    ...(columnsRemoved.length > 0 ? { columnsRemoved } : {}),
    ...(isRepartitioned ? { partitionedBy: after.partitionColumns } : {}),
    ...(stale.length > 0 ? { stale } : {}),
  };
}

function hashChange(before: Metadata | undefined, after: Metadata, name: string): HashChange | undefined {
  const [from, to] = [before?.configuration[name] ?? null, after.configuration[name]];
  return to === undefined || from === to ? undefined : { from, to };
}

/** The partitions that keep their old rows, by a derived table's settings. */
export function staleOf(metadata: Metadata): NonNullable<Cause['stale']> {
  const text = metadata.configuration[PENDING];
  return text === undefined ? [] : (parseLogJson<{ stale?: Cause['stale'] }>(text, PENDING).stale ?? []);
}

function sourceChanges({ added, removed }: ShareChanges): Cause {
  const now = new Map(added.flatMap(originEntry));
  const old = new Map(removed.flatMap(originEntry));
  const sources = [...new Set([...now.keys(), ...old.keys()])].map((source): SourceChange => {
    const [before, after] = [old.get(source), now.get(source)];
    if (after === undefined) return { source, change: 'withdrawn' };
    if (before === undefined) return { source, change: 'new' };
    const isSame = before.etag === after.etag && before.contract !== after.contract;
    return { source, change: isSame ? 'read again' : 'replaced' };
  });
  return sources.length === 0 ? {} : { sources };
}

function originEntry(share: Share) {
  const origin = readOrigin(share);
  return origin === undefined ? [] : [[origin.source, origin] as const];
}

/** A refresh computes under a definition that an earlier commit of `apply` noted. */
function newDefinition(added: readonly Add[], removed: readonly Add[]): Cause {
  const to = added[0]?.tags?.[DEFINITION];
  const from = removed
    .map(({ tags }) => tags?.[DEFINITION])
    .find((hash) => hash !== undefined && hash !== to);
  return to === undefined || from === undefined ? {} : { definition: { from, to } };
}
