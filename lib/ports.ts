// The whole outside world on one page: objects, SQL, queues, time, chance and the log.
// Use cases see these types alone; lib/adapters holds the only code that knows what stands behind them.

/** One present version of an object. `etag` changes whenever the bytes may have changed; it is safe in a file name. */
export type ObjectVersion = {
  readonly key: string;
  readonly etag: string;
  readonly sizeBytes: number;
  readonly lastModifiedMs: number;
};

/** A file on the local disk that holds an object's bytes. Call `release` when done: it may be a temporary copy. */
export type LocalFile = { readonly path: string; release(): Promise<void> };

/** What is in a store and yet is no object that could be read. */
export type Unseen = {
  /** Of the object; ending in `/`, of all objects whose keys begin so; of a name that is no text, as it can be shown. */
  readonly key: string;
  /** Why, and the next step. */
  readonly problem: string;
};

/**
 * A flat key space with conditional creation. Keys are `/`-separated, never begin with `/`.
 * Every write is all or nothing: no reader ever sees a part of it.
 */
export interface ObjectStore {
  /** For people: `s3://bucket/prefix` or a folder's absolute path. */
  readonly location: string;
  /** How many keys one request of `list` tells; absent where a listing saves no requests. */
  readonly keysPerRequest?: number;
  head(key: string): Promise<ObjectVersion | undefined>;
  /**
   * Objects whose key starts with `prefix` (a plain string prefix), in ascending order of their keys' UTF-8 bytes. `after`: only
   * keys greater than it. `unseen` is told what cannot be listed, and the rest is; without it the first such thing is thrown.
   */
  list(prefix: string, after?: string, unseen?: (unseen: Unseen) => void): AsyncIterable<ObjectVersion>;
  read(key: string): Promise<Uint8Array | undefined>;
  /** Creates or replaces. */
  write(key: string, bytes: Uint8Array): Promise<void>;
  /** Creates if absent; false, and nothing written, where the key exists. Of many racing callers exactly one gets true. */
  create(key: string, bytes: Uint8Array): Promise<boolean>;
  /**
   * The object as a file on disk, read-only; undefined where the key is absent, or holds another version than `etag`.
   * The file name keeps the key's extension. A file that is read in place may still change under the reader: compare
   * `head` before and after.
   */
  download(key: string, etag?: string): Promise<LocalFile | undefined>;
  /** Moves the local file at `path` into the store, creating or replacing; `path` is gone afterwards. Durable when it returns. */
  upload(path: string, key: string): Promise<{ sizeBytes: number }>;
  /** Absent keys are no error. */
  remove(keys: readonly string[]): Promise<void>;
}

export type Value = string | number | boolean | null | readonly Value[] | { readonly [name: string]: Value };
/** BIGINT as a number where it is safe, else as text; DECIMAL, DATE and TIMESTAMP as text; DOUBLE as a number; LIST and STRUCT as such. */
export type Row = Readonly<Record<string, Value>>;
export type ResultColumn = { readonly name: string; readonly type: string };

/** One connection to the engine. Temporary tables and views live as long as the session. */
export interface SqlSession {
  /** Returns the number of rows written or changed (0 where the statement has none). `signal`: stops the statement, which then fails. */
  run(sql: string, signal?: AbortSignal): Promise<number>;
  rows<T extends Row = Row>(sql: string): Promise<T[]>;
  /** Rows in chunks, without holding the whole result. */
  stream<T extends Row = Row>(sql: string): AsyncIterable<readonly T[]>;
  /** The columns that a query returns, without running it. */
  describe(sql: string): Promise<ResultColumn[]>;
}

/** `light`: little work, best done by one thread, while others may do as much beside it. */
export type Load = 'light' | 'full';

export interface SqlEngine {
  /** What a full session may take. */
  readonly memoryMb: number;
  /** `load`: by default `full`. */
  session<T>(work: (session: SqlSession) => Promise<T>, load?: Load): Promise<T>;
}

/** The engine refused a statement; `kind` says whether data or the statement is to blame. */
export class SqlError extends Error {
  override readonly name = 'SqlError';
  readonly kind: 'data' | 'statement' | 'resource';
  constructor(kind: 'data' | 'statement' | 'resource', message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

/** The engine had not enough memory for a statement: with more, or with less beside it, it may do. */
export class OutOfMemoryError extends SqlError {
  constructor(message: string, options?: ErrorOptions) {
    super('resource', message, options);
  }
}

/** At least once, in no order; a lost or repeated message never changes where the lake ends up. */
export interface Queue<Message> {
  send(messages: readonly Message[]): Promise<void>;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
/** `event` is a fixed code, `<noun>.<what happened>`; the values are in the fields. */
export type Log = (level: LogLevel, event: string, fields: LogFields) => void;

/** These keys are a log line's own, and a field of such a name would be dropped from it. */
type ReservedKey = 'level' | 'message' | 'timestamp' | 'service' | 'sampling_rate';
export type LogFields = Readonly<Record<string, unknown>> & { readonly [key in ReservedKey]?: never };

export type Clock = () => Date;

/** A new name that was never given before (a UUID, or a counter in tests). */
export type NewId = () => string;

/** Waits before another attempt, longer and longer, by chance in part. `attempt` counts from 1. */
export type Pause = (attempt: number) => Promise<void>;

/** A folder on the local disk for temporary files; emptied by whoever made it. */
export type ScratchFolder = string;
