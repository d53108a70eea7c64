// DuckDB behind the SqlEngine port. The first session loads and opens it: a run that asks nothing of it does not wait for it.
// Knows nothing of tables or contracts.
import { tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import type { SqlEngine } from '../ports.ts';
import type { Instance, InstanceOptions, Reach } from './duckdb-instance.ts';

export type { Reach };

export type DuckDbOptions = {
  /** With more, DuckDB spills to `tempDirectory`; by default 80 % of the memory that this process may use. */
  readonly memoryLimitMb?: number;
  readonly threads?: number;
  /** Where DuckDB spills; created when first needed. */
  readonly tempDirectory?: string;
  /** The only files that SQL may read or write, besides spilled data. Absent: all that the process may. */
  readonly reach?: Reach;
};

/** In addition to the limit for full sessions, which seldom run at the same time. */
const LIGHT_MEMORY_MB = { least: 64, most: 512 };

/**
 * One in-memory database, from its first session to `close`. Each session is a connection with its own temporary tables, in UTC.
 * Light sessions share a second, single-threaded database, opened by the first of them: waking other threads for a small file
 * costs as much as the file itself.
 */
export function openDuckDb(options: DuckDbOptions = {}): SqlEngine & { close(): void } {
  const memoryMb = options.memoryLimitMb ?? usualMemoryMb();
  const tempDirectory = options.tempDirectory ?? join(tmpdir(), `sluice-duckdb-${process.pid}`);
  const full = whenNeeded({ ...options, tempDirectory, memoryLimitMb: memoryMb });
  const light = options.threads === 1 ? full : whenNeeded(lightOptions(options, tempDirectory));
  return {
    memoryMb,
    async session(work, load = 'full') {
      const instance = await (load === 'full' ? full : light).open();
      return instance.session(work);
    },
    close() {
      full.close();
      light.close();
    },
  };
}

function lightOptions({ memoryLimitMb, reach }: DuckDbOptions, tempDirectory: string): InstanceOptions {
  const quarter = Math.floor((memoryLimitMb ?? Infinity) / 4);
  return {
    ...(reach === undefined ? {} : { reach }),
    threads: 1,
    memoryLimitMb: Math.min(LIGHT_MEMORY_MB.most, Math.max(LIGHT_MEMORY_MB.least, quarter)),
    tempDirectory: `${tempDirectory}-light`,
  };
}

/** What DuckDB itself would take: it can only be asked once it is loaded. A container has less than its machine. */
function usualMemoryMb(): number {
  const bytes = Math.min(totalmem(), process.constrainedMemory() || Infinity);
  return Math.floor((bytes * 0.8) / 2 ** 20);
}

type Opening = { open(): Promise<Instance>; close(): void };

/** Opened by the first who asks; a failure is theirs, and the next one tries again. */
function whenNeeded(options: InstanceOptions): Opening {
  let opening: Promise<Instance> | undefined;
  let opened: Instance | undefined;
  const open = async () => {
    const { openInstance } = await import('./duckdb-instance.ts');
    opened = await openInstance(options);
    return opened;
  };
  return {
    open() {
      opening ??= open().catch((error) => {
        opening = undefined;
        throw error;
      });
      return opening;
    },
    close() {
      opened?.close();
      opened = undefined;
    },
  };
}
