// One in-memory database of DuckDB, set up and fenced in. Whoever imports it loads DuckDB's library, 70 MB of it: duckdb.ts does so
// when it is first needed.
import { DuckDBInstance } from '@duckdb/node-api';
import accessors from '@duckdb/node-api/lib/vectors/dataAccessors.js';
import type { SqlSession } from '../ports.ts';
import { exactGlob, list, literal } from '../sql/quoting.ts';
import { translated } from './duckdb-error.ts';
import { DuckDbSession } from './duckdb-session.ts';

// A text may begin with U+FEFF, which the library's own decoder takes for a byte order mark and drops.
Object.assign(accessors, { textDecoder: new TextDecoder('utf-8', { ignoreBOM: true }) });

/** Folders with their content, and single files; they need not exist yet. Symbolic links are resolved. */
export type Reach = { readonly folders?: readonly string[]; readonly files?: readonly string[] };

export type InstanceOptions = {
  readonly memoryLimitMb: number;
  readonly threads?: number;
  readonly tempDirectory: string;
  readonly reach?: Reach;
};

export type Instance = {
  /** Each is a connection with its own temporary tables, in UTC. */
  session<T>(work: (session: SqlSession) => Promise<T>): Promise<T>;
  close(): void;
};

export async function openInstance(options: InstanceOptions): Promise<Instance> {
  const settings: Record<string, string> = {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_persistent_secrets: 'false',
    temp_directory: options.tempDirectory,
    memory_limit: `${options.memoryLimitMb}MiB`,
  };
  if (options.threads !== undefined) settings.threads = String(options.threads);
  const instance = await translated(DuckDBInstance.create(':memory:', settings));
  const connection = await translated(instance.connect());
  try {
    await translated(connection.run("SET GLOBAL TimeZone = 'UTC'"));
    if (options.reach) for (const sql of fence(options.reach)) await translated(connection.run(sql));
  } finally {
    connection.closeSync();
  }
  return { session: (work) => inSession(instance, work), close: () => instance.closeSync() };
}

async function inSession<T>(instance: DuckDBInstance, work: (session: SqlSession) => Promise<T>): Promise<T> {
  const connection = await translated(instance.connect());
  const session = new DuckDbSession(connection);
  try {
    return await work(session);
  } finally {
    await session.leave();
    connection.closeSync();
  }
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
