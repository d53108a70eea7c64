// DuckDB behind the SqlEngine port: connections, the conversion of values, the translation of errors.
// Knows nothing of tables or contracts; duckdb-value.ts converts values by the rules of Row in ports.ts.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type DuckDBConnection,
  type DuckDBDataChunk,
  DuckDBInstance,
  type DuckDBPreparedStatement,
} from '@duckdb/node-api';
import {
  type Load,
  type ResultColumn,
  type Row,
  type SqlEngine,
  SqlError,
  type SqlSession,
  type Value,
} from '../ports.ts';
import { exactGlob, list, literal } from '../sql/quoting.ts';
import { sqlError, translated } from './duckdb-error.ts';
import { convertValue } from './duckdb-value.ts';

export type DuckDbOptions = {
  /** With more, DuckDB spills to `tempDirectory`; DuckDB's own default is 80 % of the machine's memory. */
  readonly memoryLimitMb?: number;
  readonly threads?: number;
  /** Where DuckDB spills; created when first needed. */
  readonly tempDirectory?: string;
  /** The only files that SQL may read or write, besides spilled data. Absent: all that the process may. */
  readonly reach?: Reach;
};

/** Folders with their content, and single files; they need not exist yet. Symbolic links are resolved. */
export type Reach = { readonly folders?: readonly string[]; readonly files?: readonly string[] };
/** In addition to the limit for full sessions, which seldom run at the same time. */
const LIGHT_MEMORY_MB = { least: 64, most: 512 };

/**
 * One in-memory database. Each session is a connection with its own temporary tables, in UTC. Light sessions share a
 * second, single-threaded database, opened by the first of them: waking other threads for a small file costs as much as
 * the file itself.
 */
export async function openDuckDb(options: DuckDbOptions = {}): Promise<SqlEngine & { close(): void }> {
  const full = await openInstance(options);
  const memoryMb = options.memoryLimitMb ?? (await memoryLimitMb(full));
  let light: Promise<DuckDBInstance> | undefined;
  let opened = [full];
  const openLight = async () => {
    const instance = await openInstance(lightOptions(options));
    opened = [full, instance];
    return instance;
  };
  const instanceFor = (load: Load) => {
    if (load === 'full' || options.threads === 1) return full;
    light ??= openLight();
    return light;
  };
  return {
    memoryMb,
    async session(work, load = 'full') {
      const connection = await translated((await instanceFor(load)).connect());
      const session = new DuckDbSession(connection);
      try {
        return await work(session);
      } finally {
        await session.leave();
        connection.closeSync();
      }
    },
    close() {
      for (const instance of opened) instance.closeSync();
    },
  };
}

function lightOptions({ memoryLimitMb, tempDirectory, reach }: DuckDbOptions): DuckDbOptions {
  const quarter = Math.floor((memoryLimitMb ?? Infinity) / 4);
  return {
    ...(reach === undefined ? {} : { reach }),
    threads: 1,
    memoryLimitMb: Math.min(LIGHT_MEMORY_MB.most, Math.max(LIGHT_MEMORY_MB.least, quarter)),
    tempDirectory: `${tempDirectory ?? defaultTempDirectory()}-light`,
  };
}

async function openInstance(options: DuckDbOptions): Promise<DuckDBInstance> {
  const settings: Record<string, string> = {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_persistent_secrets: 'false',
    temp_directory: options.tempDirectory ?? defaultTempDirectory(),
  };
  if (options.memoryLimitMb !== undefined) settings.memory_limit = `${options.memoryLimitMb}MiB`;
  if (options.threads !== undefined) settings.threads = String(options.threads);
  const instance = await translated(DuckDBInstance.create(':memory:', settings));
  const connection = await translated(instance.connect());
  try {
    await translated(connection.run("SET GLOBAL TimeZone = 'UTC'"));
    if (options.reach) for (const sql of fence(options.reach)) await translated(connection.run(sql));
  } finally {
    connection.closeSync();
  }
  return instance;
}

/**
 * None of it can be undone while the instance lives: https://duckdb.org/docs/stable/operations_manual/securing_duckdb/overview.
 * The folder for spilling is allowed too, because it was set before.
 */
function fence({ folders = [], files = [] }: Reach): string[] {
  // DuckDB compares read paths as written, as globs.
  const both = (paths: readonly string[]) => paths.flatMap((path) => [path, exactGlob(path)]).map(literal);
  return [
    `SET GLOBAL allowed_directories = ${list(both(folders))}`,
    `SET GLOBAL allowed_paths = ${list(both(files))}`,
    'SET GLOBAL enable_external_access = false',
    'SET GLOBAL lock_configuration = true',
  ];
}

/** DuckDB's own default, printed as `19.2 GiB`. */
async function memoryLimitMb(instance: DuckDBInstance): Promise<number> {
  const connection = await translated(instance.connect());
  try {
    const [row] = await new DuckDbSession(connection).rows<{ limit: string }>(
      `SELECT current_setting('memory_limit') AS "limit"`,
    );
    const [, size = '', unit = ''] = /^([\d.]+) (\w+)$/.exec(row?.limit ?? '') ?? [];
    const power = ['MiB', 'GiB', 'TiB'].indexOf(unit);
    return power < 0 ? 1 : Math.floor(Number(size) * 1024 ** power);
  } finally {
    connection.closeSync();
  }
}

function defaultTempDirectory(): string {
  return join(tmpdir(), `sluice-duckdb-${process.pid}`);
}

const INTERRUPT_MS = 20;

/** A stream must be read to its end or abandoned before the session's next statement, which ends it. */
class DuckDbSession implements SqlSession {
  private readonly connection: DuckDBConnection;
  /** Statements that DuckDB has not finished. */
  private readonly asked = new Set<Promise<unknown>>();
  private isLeft = false;
  constructor(connection: DuckDBConnection) {
    this.connection = connection;
  }

  run(sql: string, signal?: AbortSignal): Promise<number> {
    return this.stoppable(
      signal,
      async () => (await this.answer(() => this.connection.run(sql))).rowsChanged,
    );
  }

  private async stoppable<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    const stopping = this.stopBy(signal);
    try {
      return await work();
    } finally {
      stopping.end();
    }
  }

  /** From now on until `end`, the signal interrupts what runs. */
  private stopBy(signal: AbortSignal | undefined): { end(): void } {
    if (signal?.aborted)
      throw new SqlError('resource', 'INTERRUPT Error: the statement was stopped before it started');
    let interrupting: NodeJS.Timeout | undefined;
    const interrupt = () => {
      interrupting ??= this.interruptAgain();
    };
    signal?.addEventListener('abort', interrupt);
    return {
      end() {
        signal?.removeEventListener('abort', interrupt);
        clearInterval(interrupting);
      },
    };
  }

  rows<T extends Row = Row>(sql: string, signal?: AbortSignal): Promise<T[]> {
    return this.stoppable(signal, async () => {
      const result = await this.answer(() => this.connection.run(sql));
      const names = result.deduplicatedColumnNames();
      const chunks = await this.answer(() => result.fetchAllChunks());
      return chunks.flatMap((chunk) => chunkRows<T>(chunk, names));
    });
  }

  async *stream<T extends Row = Row>(sql: string, signal?: AbortSignal): AsyncIterable<readonly T[]> {
    const stopping = this.stopBy(signal);
    try {
      const result = await this.answer(() => this.connection.stream(sql));
      const names = result.deduplicatedColumnNames();
      const isStreaming = result.isStreaming;
      for (;;) {
        const chunk = await this.answer(() => result.fetchChunk());
        if (signal?.aborted) throw new SqlError('resource', 'INTERRUPT Error: the statement was stopped');
        if (chunk !== null && chunk.rowCount > 0) yield chunkRows<T>(chunk, names);
        else if (isStreaming && !result.isStreaming) throw await this.lateError(sql);
        else return;
      }
    } finally {
      stopping.end();
    }
  }

  /**
   * DuckDB ends a stream that failed as it ends a complete one: only `duckdb_result_is_streaming` is false after an error, and
   * the binding hides what the error was. Running the statement again, without its rows, tells it.
   */
  private async lateError(sql: string): Promise<SqlError> {
    try {
      await this.answer(() => this.connection.run(`EXPLAIN ANALYZE ${sql}`));
    } catch (error) {
      if (error instanceof SqlError && !error.message.startsWith('Parser Error')) return error;
    }
    return new SqlError('resource', 'INTERRUPT Error: the statement failed after its first rows');
  }

  /**
   * Call before closing the connection: a statement that is running when its connection closes may never finish and keeps
   * the process alive forever. A caller that abandoned it, such as a stream whose reader failed, gets an error.
   */
  async leave(): Promise<void> {
    this.isLeft = true;
    if (this.asked.size === 0) return;
    const interrupting = this.interruptAgain();
    await Promise.allSettled(this.asked);
    clearInterval(interrupting);
  }

  /** An interrupt that arrives before DuckDB has started is lost. */
  private interruptAgain(): NodeJS.Timeout {
    this.connection.interrupt();
    return setInterval(() => this.connection.interrupt(), INTERRUPT_MS);
  }

  private async answer<T>(ask: () => Promise<T>): Promise<T> {
    if (this.isLeft) throw new SqlError('statement', 'INTERRUPT Error: the session was left');
    const work = ask();
    this.asked.add(work);
    try {
      return await translated(work);
    } finally {
      this.asked.delete(work);
    }
  }

  async describe(sql: string): Promise<ResultColumn[]> {
    const statement = await this.answer(() => this.connection.prepare(sql));
    try {
      return statementColumns(statement);
    } finally {
      statement.destroySync();
    }
  }
}

function statementColumns(statement: DuckDBPreparedStatement): ResultColumn[] {
  return Array.from({ length: statement.columnCount }, (_, index) => ({
    name: statement.columnName(index),
    type: String(statement.columnType(index)),
  }));
}

// T is the caller's claim about its own query; DuckDB only guarantees Row.
function chunkRows<T extends Row>(chunk: DuckDBDataChunk, names: readonly string[]): T[] {
  const rows = converted(chunk);
  return rows.map((row) => Object.fromEntries(names.map((name, index) => [name, row[index] ?? null])) as T);
}

/** Some internal types of DuckDB, such as that of get_type, have no value outside of it. */
function converted(chunk: DuckDBDataChunk): Value[][] {
  try {
    return chunk.convertRows(convertValue);
  } catch (error) {
    throw sqlError(error);
  }
}
