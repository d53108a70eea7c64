// Puts the local world together: folders as stores, queues in this process, DuckDB, and the definitions.
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { openDuckDb } from '../adapters/duckdb.ts';
import { fileStore } from '../adapters/file-store.ts';
import { LocalQueue } from '../adapters/local-queue.ts';
import { tablePrefix } from '../core/insight.ts';
import { deadLetterKey, encodeSourceKey } from '../core/layout.ts';
import { DeltaTables } from '../delta/tables.ts';
import type { Effects, Refresh } from '../effects.ts';
import { loadCatalog } from '../maintain/load-catalog.ts';
import type { Log, ObjectStore } from '../ports.ts';
import type { FileMessage, Queues } from './deliver.ts';

export type LakeLocations = { readonly landing: string; readonly lake: string; readonly schemas: string };

/** A message that failed for good, as it stands in the lake's dead-letter folder. */
export type DeadLetter = { readonly queue: 'files' | 'refreshes'; readonly message: FileMessage | Refresh; readonly error: string; readonly at: string };

export type LocalLake = {
  readonly effects: Effects;
  readonly queues: Queues;
  /** Messages that failed for good while this lake was open. */
  readonly deadLetters: readonly DeadLetter[];
  close(): Promise<void>;
};

const MAX_ATTEMPTS = 3;
const clock = () => new Date();

export async function openLake(locations: LakeLocations, log: Log): Promise<LocalLake> {
  const root = resolve(locations.lake);
  const sql = await openDuckDb({ tempDirectory: join(root, '.scratch', 'spill') });
  try {
    const catalog = await loadCatalog(locations.schemas, sql);
    const lake = fileStore(root);
    const scratch = await makeScratch(root);
    const deadLetters: DeadLetter[] = [];
    const queues = localQueues(lake, deadLetters);
    const tables = new DeltaTables({ store: lake, sql, clock, newId: randomUUID, log, scratch });
    const landing = fileStore(resolve(locations.landing));
    const effects = { catalog, landing, lake, tables, sql, refreshes: queues.refreshes, clock, newId: randomUUID, log, scratch };
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

/** Temporary files lie in the lake's own file system, so that publishing them is a rename. */
async function makeScratch(root: string): Promise<string> {
  const folder = join(root, '.scratch');
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) {
    const pid = /^run-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) await rm(join(folder, name), { recursive: true, force: true });
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

export function fileMessageId(message: FileMessage): string {
  return encodeSourceKey(`${message.dataset ?? ''}/${message.source}`);
}

function localQueues(lake: ObjectStore, deadLetters: DeadLetter[]): Queues {
  const bury = async (letter: DeadLetter, id: string) => {
    deadLetters.push(letter);
    await lake.write(deadLetterKey(letter.queue, id), new TextEncoder().encode(`${JSON.stringify(letter, null, 2)}\n`));
  };
  const letter = (queue: DeadLetter['queue'], message: DeadLetter['message'], error: unknown): DeadLetter => ({
    queue,
    message,
    error: error instanceof Error ? error.message : String(error),
    at: clock().toISOString(),
  });
  const files = new LocalQueue<FileMessage>({
    idOf: fileMessageId,
    maxAttempts: MAX_ATTEMPTS,
    onDead: (message, error) => bury(letter('files', message, error), fileMessageId(message)),
  });
  const refreshes = new LocalQueue<Refresh>({
    idOf: (message) => tablePrefix(message.target),
    maxAttempts: MAX_ATTEMPTS,
    onDead: (message, error) => bury(letter('refreshes', message, error), tablePrefix(message.target)),
  });
  return { files, refreshes };
}

/** Puts what lies in the dead-letter folder back into the queues and empties the folder; returns how many there were. */
export async function redrive(local: LocalLake): Promise<number> {
  const keys: string[] = [];
  for await (const { key } of local.effects.lake.list('dead-letters/')) {
    const bytes = await local.effects.lake.read(key);
    if (bytes === undefined) continue;
    const letter = JSON.parse(new TextDecoder().decode(bytes)) as DeadLetter;
    if (letter.queue === 'files') await local.queues.files.send([letter.message as FileMessage]);
    else await local.queues.refreshes.send([letter.message as Refresh]);
    keys.push(key);
  }
  await local.effects.lake.remove(keys);
  return keys.length;
}
