// Puts the local world together: folders as stores, queues in this process, DuckDB, and the definitions.
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openDuckDb } from '../adapters/duckdb.ts';
import { fileStore } from '../adapters/file-store.ts';
import { DeltaTables } from '../delta/tables.ts';
import type { Effects } from '../effects.ts';
import { loadCatalog } from '../maintain/load-catalog.ts';
import type { Log } from '../ports.ts';
import type { Queues } from './deliver.ts';
import { DeadLetters, localQueues } from './local-queues.ts';

export type LakeLocations = { readonly landing: string; readonly lake: string; readonly schemas: string };

export type LocalLake = {
  readonly effects: Effects;
  readonly queues: Queues;
  readonly deadLetters: DeadLetters;
  close(): Promise<void>;
};

export type OpenOptions = {
  /** Creates nothing on disk below the lake; the use cases that write are not to be called. */
  readonly readOnly?: boolean;
};

const clock = () => new Date();

/** Throws DefinitionError where a contract or an insight is wrong. The folders need not exist. */
export async function openLake(
  locations: LakeLocations,
  log: Log,
  { readOnly = false }: OpenOptions = {},
): Promise<LocalLake> {
  const root = resolve(locations.lake);
  const sql = await openDuckDb(
    readOnly ? {} : { tempDirectory: join(root, '.scratch', `spill-${process.pid}`) },
  );
  try {
    const catalog = await loadCatalog(locations.schemas, sql);
    const lake = fileStore(root);
    const landing = fileStore(resolve(locations.landing));
    const scratch = readOnly ? join(tmpdir(), `sluice-${randomUUID()}`) : await makeScratch(root);
    const deadLetters = new DeadLetters(lake, clock);
    const queues = localQueues(deadLetters);
    const tables = new DeltaTables({ store: lake, sql, clock, newId: randomUUID, log, scratch });
    const effects = {
      catalog,
      landing,
      lake,
      tables,
      sql,
      refreshes: queues.refreshes,
      clock,
      newId: randomUUID,
      log,
      scratch,
    };
    const close = async () => {
      sql.close();
      await rm(scratch, { recursive: true, force: true });
    };
    return { effects, queues, deadLetters, close };
  } catch (error) {
    sql.close();
    throw error;
  }
}

/** Temporary files lie in the lake's own file system, so that publishing them is a rename. Clears up after processes that died. */
async function makeScratch(root: string): Promise<string> {
  const folder = join(root, '.scratch');
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) {
    const pid = /^(?:run|spill)-(\d+)(?:-|$)/.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid)))
      await rm(join(folder, name), { recursive: true, force: true });
  }
  return mkdtemp(join(folder, `run-${process.pid}-`));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
