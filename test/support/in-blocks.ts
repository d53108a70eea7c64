// A source file, read as a whole and as a job in blocks, by one engine: what both make of it, in the same words.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { memoryStore } from '../../lib/adapters/memory-store.ts';
import { makeCatalog } from '../../lib/core/catalog.ts';
import type { Dataset } from '../../lib/core/contract.ts';
import { DeltaTables } from '../../lib/delta/tables.ts';
import type { Converted, Refused } from '../../lib/ingest/convert.ts';
import { convertSource } from '../../lib/ingest/convert.ts';
import { convertElsewhere } from '../../lib/ingest/large-source.ts';
import { AskedJobs } from '../../lib/jobs/asked-jobs.ts';
import { InProcessRunner } from '../../lib/jobs/in-process.ts';
import type { Effects } from '../../lib/lake/effects.ts';
import { quarantineKey } from '../../lib/lake/layout.ts';
import { FIRST_ROW } from '../../lib/lake/tags.ts';
import type { Row, SqlSession } from '../../lib/ports.ts';
import type { World } from './shop-lake.ts';

export type Outcome = {
  readonly outcome: string;
  readonly reason?: string;
  readonly counts: object;
  /** By partition. */
  readonly rows: readonly string[];
  readonly refused: readonly Row[];
  readonly violations: readonly object[];
  readonly examples: readonly object[];
  readonly columns: object;
};

const CLOCK = () => new Date(0);
let runs = 0;

async function newFolder(world: World): Promise<string> {
  const folder = join(world.scratch, `blocks-${++runs}`);
  await mkdir(folder);
  return folder;
}

const refusedRows = (session: SqlSession, path: string) =>
  session.rows(`SELECT line, raw, CAST(violations AS VARCHAR) AS violations FROM read_parquet('${path}')`);

async function rowsOf(
  session: SqlSession,
  files: readonly { path: string; partition: object }[],
): Promise<string[]> {
  const rows: string[] = [];
  for (const { path, partition } of files)
    for (const row of await session.rows(
      `SELECT COLUMNS(*)::VARCHAR FROM read_parquet('${path}', hive_partitioning = false)`,
    ))
      rows.push(JSON.stringify([partition, row]));
  return rows.sort();
}

export async function asWhole(world: World, dataset: Dataset, key: string, bytes: Buffer): Promise<Outcome> {
  const scratch = await newFolder(world);
  const path = join(scratch, 'source.csv');
  await writeFile(path, bytes);
  return world.sql.session(async (session) => {
    const read: Converted | Refused = await convertSource(session, { dataset, key, path, scratch }, {});
    const { quarantine } = read;
    const refused = quarantine ? await refusedRows(session, quarantine.path) : [];
    const common = {
      outcome: read.outcome,
      refused,
      violations: quarantine?.counts ?? [],
      examples: quarantine?.examples ?? [],
    };
    if (read.outcome === 'rejected')
      return {
        ...common,
        reason: read.violation.message,
        counts: { rows: read.rows ?? 0 },
        rows: [],
        columns: {},
      };
    const {
      rows,
      acceptedRows,
      superseded,
      skipped,
      dataFiles,
      ignoredColumns,
      columnRemarks,
      missingColumns,
    } = read;
    return {
      ...common,
      counts: { rows, acceptedRows, superseded, skipped },
      rows: await rowsOf(session, dataFiles),
      columns: { ignoredColumns, ...columnRemarks, missingColumns },
    };
  });
}

/** Undefined where it can only be read as a whole. */
export async function inBlocks(
  world: World,
  dataset: Dataset,
  key: string,
  bytes: Buffer,
  blockBytes: number,
): Promise<Outcome | undefined> {
  const scratch = await newFolder(world);
  const store = (name: string) => memoryStore({ clock: CLOCK, scratch: join(scratch, name) });
  const [landing, lake] = [store('landing'), store('lake')];
  let ids = 0;
  const newId = () => `id-${++ids}`;
  const log = () => {};
  const shared = { sql: world.sql, clock: CLOCK, newId, log, scratch };
  const tables = new DeltaTables({ store: lake, pause: async () => {}, ...shared });
  const catalog = makeCatalog([dataset], []);
  const effects: Effects = { ...shared, catalog, landing, lake, tables, refreshes: { send: async () => {} } };
  await landing.write(key, bytes);
  const runner = new InProcessRunner(effects);
  const jobs = new AskedJobs({
    lake,
    runner,
    program: 'this',
    definitions: [],
    blockBytes,
    clock: CLOCK,
    newId,
    log,
  });
  const version = await landing.head(key);
  if (version === undefined) throw new Error('the file is there');
  const target = { effects, dataset, table: 'tables/rows', live: new Map() };
  const tooLarge = { field: '', rule: 'too-large' as const, value: null, message: 'too large' };
  const ask = () => convertElsewhere(target, jobs, version, tooLarge);
  let staged = await ask();
  for (let asked = 0; staged?.running !== undefined && asked < 3; asked++) {
    await runner.settled();
    staged = await ask();
  }
  const report = staged?.report;
  if (staged === undefined || report === undefined) throw new Error('there is no outcome');
  if (report.reason?.rule === 'too-large') return undefined;
  return world.sql.session(async (session) => {
    const quarantine =
      report.quarantine === undefined
        ? undefined
        : await lake.download(
            quarantineKey(dataset.name, { source: key, etag: version.etag, contract: dataset.hash }),
          );
    const files = [];
    for (const { path, partitionValues, tags } of staged.adds) {
      const file = await lake.download(`tables/rows/${decodeURIComponent(path)}`);
      files.push({ path: file?.path ?? '', partition: partitionValues, at: Number(tags?.[FIRST_ROW] ?? 0) });
    }
    const { rows, accepted, superseded = 0, skippedBy = [] } = report;
    const { ignoredColumns, missingColumns, unnamedColumns, repeatedColumns, trailingDelimiter } = report;
    const given = { unnamedColumns, repeatedColumns, trailingDelimiter };
    const remarks = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    const isRejected = report.outcome === 'rejected';
    return {
      outcome: report.outcome,
      ...(report.reason === undefined ? {} : { reason: report.reason.message }),
      counts: isRejected ? { rows } : { rows, acceptedRows: accepted, superseded, skipped: skippedBy },
      rows: await rowsOf(session, files),
      refused: quarantine ? await refusedRows(session, quarantine.path) : [],
      violations: report.violations,
      examples: report.examples,
      columns: isRejected ? {} : { ignoredColumns, ...remarks, missingColumns },
    };
  });
}
