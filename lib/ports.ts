// The whole outside world on one page: objects, SQL, queues, time, chance and the log.
// Use cases see only these types; only lib/adapters knows what is behind them.

/** One present version of an object. `etag` changes whenever the bytes may have changed; it is safe in a file name. */
export type ObjectVersion = {
  readonly key: string;
  readonly etag: string;
  readonly sizeBytes: number;
  readonly lastModifiedMs: number;
};

/** A file on the local disk with an object's bytes. Call `release` when done: it may be a temporary copy. */
export type LocalFile = { readonly path: string; release(): Promise<void> };

/** Bytes from `from` to before `to`, which may be beyond the end. */
export type ByteRange = { readonly from: number; readonly to: number };

/** Something in a store that is not a readable object. */
export type Unseen = {
  /** The object's key; ending in `/`, a prefix of all objects below it; for a name that is not text, a printable form. */
  readonly key: string;
  /** The reason, and the next step. */
  readonly problem: string;
};

/**
 * A flat key space with conditional creation. Keys are `/`-separated, never start with `/`.
 * Every write is all or nothing: no reader ever sees a part of it.
 */
export interface ObjectStore {
  /** For people: `s3://bucket/prefix` or a folder's absolute path. */
  readonly location: string;
  /** How many keys one request of `list` returns; absent if a listing saves no requests. */
  readonly keysPerRequest?: number;
  head(key: string): Promise<ObjectVersion | undefined>;
  /**
   * Objects whose key starts with `prefix` (a plain string prefix), in ascending order of their keys' UTF-8 bytes. `after`: only
   * keys greater than it. `unseen` is called for parts that cannot be listed, and the rest is listed; without it the first such part throws.
   */
  list(prefix: string, after?: string, unseen?: (unseen: Unseen) => void): AsyncIterable<ObjectVersion>;
  /**
   * The folders of a folder (`prefix` ends in `/`), without slash at their end, in the order of their keys: all that have objects,
   * and perhaps empty ones. Absent if the store knows no folders.
   */
  folders?(prefix: string): Promise<string[]>;
  read(key: string): Promise<Uint8Array | undefined>;
  /** Creates or replaces. */
  write(key: string, bytes: Uint8Array): Promise<void>;
  /** Creates if absent; false, with nothing written, if the key exists. Of many racing callers exactly one gets true. */
  create(key: string, bytes: Uint8Array): Promise<boolean>;
  /**
   * The object as a file on disk, read-only; undefined if the key is absent or has another version than `etag`.
   * The file name keeps the key's extension. A file that is read in place may still change under the reader: compare
   * `head` before and after.
   */
  download(key: string, etag?: string): Promise<LocalFile | undefined>;
  /**
   * Parts of this version, one after the other, as a new file on disk; undefined if the key is absent or has another version, unless
   * all parts are empty. The last part alone may reach beyond the object's end.
   */
  downloadRanges(key: string, etag: string, ranges: readonly ByteRange[]): Promise<LocalFile | undefined>;
  /**
   * The bytes of a part of this version, in chunks as they come. Throws TryAgainError if the key is absent or has another version,
   * perhaps only behind the last chunk, and unless the part is empty.
   */
  readRange(key: string, etag: string, range: ByteRange): AsyncIterable<Uint8Array>;
  /** Moves the local file at `path` into the store, creating or replacing; `path` is gone afterwards. Durable when it returns. */
  upload(path: string, key: string): Promise<{ sizeBytes: number }>;
  /** Absent keys are not an error. */
  remove(keys: readonly string[]): Promise<void>;
}

export type Value = string | number | boolean | null | readonly Value[] | { readonly [name: string]: Value };
/** BIGINT as a number if it is safe, otherwise as text; DECIMAL, DATE and TIMESTAMP as text; DOUBLE as a number; LIST and STRUCT as such. */
export type Row = Readonly<Record<string, Value>>;
export type ResultColumn = { readonly name: string; readonly type: string };

/** One connection to DuckDB. Temporary tables and views live as long as the session. */
export interface SqlSession {
  /** Returns the number of rows written or changed (0 if there are none). `signal` stops the statement, which then fails. */
  run(sql: string, signal?: AbortSignal): Promise<number>;
  /** `signal` as for `run`. */
  rows<T extends Row = Row>(sql: string, signal?: AbortSignal): Promise<T[]>;
  /** Rows in chunks, without holding the whole result. `signal` as for `run`. */
  stream<T extends Row = Row>(sql: string, signal?: AbortSignal): AsyncIterable<readonly T[]>;
  /** The columns that a query returns, without running it. */
  describe(sql: string): Promise<ResultColumn[]>;
}

/** `light`: little work, best done by one thread, while other light sessions run in parallel. */
export type Load = 'light' | 'full';

export interface SqlEngine {
  /** The memory of a full session. */
  readonly memoryMb: number;
  /** `load`: by default `full`. */
  session<T>(work: (session: SqlSession) => Promise<T>, load?: Load): Promise<T>;
}

/** DuckDB refused a statement; `kind` tells whether the data or the statement is the cause. */
export class SqlError extends Error {
  override readonly name = 'SqlError';
  readonly kind: 'data' | 'statement' | 'resource';
  constructor(kind: 'data' | 'statement' | 'resource', message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

/** DuckDB ran out of memory for a statement: it may succeed with more memory or less parallel work. */
export class OutOfMemoryError extends SqlError {
  constructor(message: string, options?: ErrorOptions) {
    super('resource', message, options);
  }
}

/** Runs the tasks of a job somewhere. What they do and whether all are done is in the lake: this only starts them and looks. */
export interface JobRunner {
  /** Starts, and returns what to look for. The same attempt started twice runs once. */
  start(job: { readonly name: string; readonly run: string }, attempt: number): Promise<string>;
  /** `ended`: as if all were done. `unknown`: never heard of, as what another process started and took with it. */
  look(started: string): Promise<'running' | 'ended' | 'unknown' | { readonly failed: string }>;
}

/** At least once, in no order; a lost or repeated message never changes the final state of the lake. */
export interface Queue<Message> {
  send(messages: readonly Message[]): Promise<void>;
}

/** One fact for programs, as plain JSON. `kind`: what happened. */
export type Notice = { readonly kind: string; readonly [property: string]: unknown };

/** `text`: the same for people, in lines; what others wrote is in it between backticks, escaped. */
export type Notification = {
  readonly text: string;
  readonly notices: readonly Notice[];
  /** How many notices are left out. */
  readonly omitted: number;
  readonly [property: string]: unknown;
};

/** Tells somebody outside: a webhook, a command, an event bus. The same notification may come twice. */
export interface Notifier {
  /** Which of the ways of telling it is: `webhook`. Part of a key in the lake. */
  readonly channel: string;
  /** True if every notice is passed on by itself, so that none may be left out of a notification. */
  readonly passesEach?: boolean;
  /**
   * One attempt. Resolves when the receiver has taken it. Throws UndeliveredError, whose message holds no secret; whatever it started has
   * ended then. `signal`: ends the attempt.
   */
  notify(notification: Notification, signal: AbortSignal): Promise<void>;
}

/** `mayRecover`: another attempt may succeed. */
export class UndeliveredError extends Error {
  override readonly name = 'UndeliveredError';
  readonly mayRecover: boolean;
  constructor(message: string, mayRecover: boolean) {
    super(message);
    this.mayRecover = mayRecover;
  }
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
/** `event` is a fixed code, `<noun>.<what happened>`; values belong into the fields. */
export type Log = (level: LogLevel, event: string, fields: LogFields) => void;

/** These keys are a log line's own, and a field of such a name would be dropped from it. */
type ReservedKey = 'level' | 'message' | 'timestamp' | 'service' | 'sampling_rate';
export type LogFields = Readonly<Record<string, unknown>> & { readonly [key in ReservedKey]?: never };

export type Clock = () => Date;

/** A new unique name (a UUID, or a counter in tests). */
export type NewId = () => string;

/** Waits before another attempt, with increasing, partly random delays. `attempt` counts from 1. */
export type Pause = (attempt: number) => Promise<void>;

/** A folder on the local disk for temporary files; its creator empties it. */
export type ScratchFolder = string;
