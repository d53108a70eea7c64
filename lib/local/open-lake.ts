// Assembles a run of the command line: stores on disk or in S3, queues in this process, DuckDB, and the definitions.
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { backoff } from '../adapters/backoff.ts';
import { openDuckDb } from '../adapters/duckdb.ts';
import { isS3Location } from '../adapters/s3-location.ts';
import type { Catalog } from '../core/catalog.ts';
import type { BoundMemory } from '../definitions/bound-memory.ts';
import {
  type DefinitionFile,
  findDefinitionFiles,
  readDefinitionFiles,
} from '../definitions/definition-files.ts';
import { bindCatalog } from '../definitions/load-catalog.ts';
import { DeltaTables } from '../delta/tables.ts';
import type { Effects } from '../lake/effects.ts';
import type { Log, ScratchFolder, SqlEngine } from '../ports.ts';
import type { Queues } from './deliver.ts';
import type { LocalJobs } from './local-jobs.ts';
import { DeadLetters, localQueues } from './local-queues.ts';
import { openStore } from './open-store.ts';
import { scratchElsewhere, scratchInLake } from './scratch.ts';
import { sizeSettings } from './size-settings.ts';

/** Landing and lake: a folder, or s3://bucket/prefix. */
export type LakeLocations = { readonly landing: string; readonly lake: string; readonly schemas: string };

export type LocalLake = {
  readonly effects: Effects;
  readonly queues: Queues;
  readonly deadLetters: DeadLetters;
  /** The files that the catalog was built from. */
  readonly definitions: readonly DefinitionFile[];
  readonly bound?: BoundMemory;
  /** Where jobs run, if anywhere. */
  readonly elsewhere?: LocalJobs;
  close(): Promise<void>;
};

export type OpenOptions = {
  /** Creates nothing on disk below the lake; use cases that write must not be called. */
  readonly readOnly?: boolean;
  /** Source files are read although nothing is written: DuckDB may read landing. */
  readonly readsLanding?: boolean;
  /** DuckDB's memory limit; undefined: its default, a share of the machine's memory. */
  readonly memoryLimitMb?: number;
  /** `wanted`: the catalog is empty if there are none. `unused`: it is empty. Or their texts. */
  readonly definitions?: 'required' | 'wanted' | 'unused' | readonly DefinitionFile[];
  /** What of the definitions was bound before; absent: everything is bound again. */
  readonly bound?: BoundMemory;
  /** DuckDB's threads; undefined: one for each of the machine's cores. */
  readonly threads?: number;
  /** Temporary files stay out of the lake's folder, where other machines may work as well. */
  readonly isOneOfMany?: boolean;
  /** Does what is too large for this process: a command that starts Spark, or `local` for this process, task by task. */
  readonly spark?: string;
};

const clock = () => new Date();

/** Wrong contracts and insights are set aside: see Catalog. The locations need not exist. */
export async function openLake(
  locations: LakeLocations,
  log: Log,
  {
    readOnly = false,
    readsLanding = !readOnly,
    definitions = 'required',
    bound,
    isOneOfMany = false,
    spark,
    ...engine
  }: OpenOptions = {},
): Promise<LocalLake> {
  const scratch =
    readOnly || isOneOfMany || isS3Location(locations.lake)
      ? await scratchElsewhere()
      : await scratchInLake(resolve(locations.lake));
  const removeScratch = () => rm(scratch, { recursive: true, force: true });
  try {
    // DuckDB reads landing when files are ingested.
    const folders = [locations.lake, ...(readsLanding ? [locations.landing] : [])].filter(
      (at) => !isS3Location(at),
    );
    const reach = { folders: [scratch, ...folders.map((at) => resolve(at))] };
    const sql = openDuckDb({ ...engine, tempDirectory: join(scratch, 'spill'), reach });
    const close = async () => {
      sql.close();
      await removeScratch();
    };
    const work = async () => {
      const files =
        typeof definitions === 'string' ? await definitionFiles(locations.schemas, definitions) : definitions;
      const catalog = await bindCatalog(files, sql, bound);
      const opened = await assemble(locations, catalog, log, sql, scratch);
      const remembered = bound === undefined ? {} : { bound };
      if (spark === undefined) return { ...opened, definitions: files, ...remembered };
      const { openJobs } = await import('./local-jobs.ts');
      const elsewhere = openJobs(opened.effects, files, locations, { command: spark, ...engine });
      return {
        ...opened,
        effects: { ...opened.effects, jobs: elsewhere.jobs },
        elsewhere,
        definitions: files,
        ...remembered,
      };
    };
    return { ...(await work().catch(closing(sql))), close };
  } catch (error) {
    await removeScratch();
    throw error;
  }
}

async function definitionFiles(
  schemas: string,
  need: 'required' | 'wanted' | 'unused',
): Promise<readonly DefinitionFile[]> {
  if (need === 'unused') return [];
  return need === 'wanted' ? findDefinitionFiles(schemas) : readDefinitionFiles(schemas);
}

async function assemble(
  { landing: source, lake: target }: LakeLocations,
  catalog: Catalog,
  log: Log,
  sql: SqlEngine,
  scratch: ScratchFolder,
): Promise<Pick<LocalLake, 'effects' | 'queues' | 'deadLetters'>> {
  const lake = await openStore(target, scratch);
  const landing = await openStore(source, scratch, { filledByOthers: true });
  const deadLetters = new DeadLetters(lake, clock);
  const queues = localQueues(deadLetters);
  const shared = { sql, clock, newId: randomUUID, log, scratch };
  const tables = new DeltaTables({ store: lake, pause: backoff, ...shared });
  const effects = {
    ...shared,
    catalog,
    landing,
    lake,
    tables,
    refreshes: queues.refreshes,
    ...sizeSettings(),
  };
  return { effects, queues, deadLetters };
}

function closing(sql: { close(): void }): (error: unknown) => never {
  return (error) => {
    sql.close();
    throw error;
  };
}
