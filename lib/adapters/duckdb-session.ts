// One connection to a DuckDB database behind the SqlSession port: statements, streams, interruption. duckdb-value.ts converts values
// by the rules of Row in ports.ts.
import type { DuckDBConnection, DuckDBDataChunk, DuckDBPreparedStatement } from '@duckdb/node-api';
import { type ResultColumn, type Row, SqlError, type SqlSession, type Value } from '../ports.ts';
import { sqlError, translated } from './duckdb-error.ts';
import { convertValue } from './duckdb-value.ts';

const INTERRUPT_MS = 20;

/** A stream must be read to its end or abandoned before the session's next statement, which ends it. */
export class DuckDbSession implements SqlSession {
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
