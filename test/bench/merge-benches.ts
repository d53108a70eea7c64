// Small files that `maintain` merged: what readers pay for them, and what a correction of one costs.
import { cp, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import type { Dataset } from '../../lib/core/contract.ts';
import type { Add } from '../../lib/delta/actions.ts';
import { objectKey } from '../../lib/delta/partitions.ts';
import { ingest } from '../../lib/ingest/ingest.ts';
import { sourceCount } from '../../lib/lake/shares.ts';
import { type LocalLake, openLake } from '../../lib/local/open-lake.ts';
import { compactTable } from '../../lib/maintain/compact.ts';
import { fileLiteral, list, literal } from '../../lib/sql/quoting.ts';
import type { Bench } from './bench.ts';
import { smallFiles, smallFilesFolder, smallFilesLanding, WORK } from './data.ts';
import { dayText, filledLake, SCHEMAS, workCopy } from './days.ts';

const FILES = 10_000;
/** That a reader of Delta finds in a day. */
const READ_FILES = 30_000;
const ROWS = 20;
const QUERIES = 50;
const VENV = join(import.meta.dirname, '../../.venv/lib');
const CORRECTIONS = 10;
const TABLE = 'tables/billing';
const QUERY = 'SELECT region, count(*) AS operations, sum(credit_usage) AS credits';

export function mergeBenches(billing: Dataset): Bench[] {
  const files = (count: number) =>
    `${count.toLocaleString('en-US')} files of ${ROWS} rows of one day, merged`;
  return [
    {
      name: 'merged-query',
      title: `a query of ${files(READ_FILES)}, by DuckDB's delta_scan`,
      subject: {
        name: 'what maintain left',
        command: `${QUERY} FROM delta_scan('tables/billing') GROUP BY region, ${QUERIES} times`,
        prepare: async () => {
          await merged(billing, READ_FILES);
          return queries(`delta_scan(${literal(join(WORK, 'lake', TABLE))})`);
        },
        units: QUERIES,
      },
      baseline: {
        name: 'a Delta table of one file of the same rows',
        command: 'the same of that table',
        prepare: async () =>
          queries(`delta_scan(${literal(await oneFileTable(await merged(billing, READ_FILES)))})`),
        units: QUERIES,
      },
      target: { ratio: 1.5 },
      whyNot: async () =>
        (await deltaExtension()) === undefined
          ? "DuckDB's delta extension is missing: bash test/interop/run.sh install"
          : undefined,
    },
    {
      name: 'merged-correction',
      title: `one source file replaced within ${files(FILES)}`,
      subject: {
        name: 'ingest of the new version',
        command: 'validated, converted, the merged file written again, committed; without insights',
        prepare: () => corrections(billing),
        units: CORRECTIONS,
      },
      baseline: {
        name: 'plain DuckDB writes that data file again',
        command: 'COPY (SELECT * FROM the merged file WHERE file_row_number >= 20) TO …',
        prepare: () => rewriting(billing),
        units: CORRECTIONS,
      },
      target: { ratio: 3 },
    },
  ];
}

/** With small files alone in its landing; what `maintain` does to its table is done. */
async function merged(billing: Dataset, count = FILES): Promise<LocalLake> {
  const landing = await smallFilesLanding(count, ROWS, 1);
  const lake = await workCopy(await filledLake(`lake-small-${count}-${ROWS}-1`, landing, SCHEMAS));
  const local = await openLake({ landing, lake, schemas: SCHEMAS }, () => undefined);
  await compactTable(local.effects, billing, {});
  await local.effects.tables.checkpointNewest(TABLE);
  const sources = (await liveFiles(local)).map(sourceCount);
  if (sources.length !== count / FILES || sources.some((own) => own !== FILES))
    throw new Error(`files of ${sources} sources, not of ${FILES}`);
  return local;
}

async function liveFiles({ effects }: LocalLake): Promise<Add[]> {
  return [...((await effects.tables.latest(TABLE))?.files.values() ?? [])];
}

/** The same columns and rows, in a table of one data file. */
async function oneFileTable({ effects }: LocalLake): Promise<string> {
  const prefix = 'tables/one';
  const snapshot = await effects.tables.latest(TABLE);
  const live = [...(snapshot?.files.values() ?? [])];
  if (snapshot === undefined || live[0] === undefined) throw new Error('there is no table');
  const paths = live.map(({ path }) => join(WORK, 'lake', objectKey(TABLE, path)));
  const to = join(WORK, 'lake', objectKey(prefix, live[0].path));
  await mkdir(dirname(to), { recursive: true });
  await effects.sql.session((session) =>
    session.run(`COPY (${from(paths)}) TO ${literal(to)} (FORMAT parquet, COMPRESSION zstd)`),
  );
  const { size } = await stat(to);
  const { protocol, metadata } = snapshot;
  const { tags: _, stats: __, ...add } = live[0];
  await effects.tables.commit(prefix, async () => ({
    operation: 'WRITE',
    actions: [{ protocol }, { metaData: metadata }, { add: { ...add, size } }],
  }));
  return join(WORK, 'lake', prefix);
}

function from(paths: readonly string[]): string {
  return `FROM read_parquet(${list(paths.map(fileLiteral))}, hive_partitioning = false)`;
}

/** As PyPI's package has it, where the interop suite was prepared. */
async function deltaExtension(): Promise<string | undefined> {
  const files = await readdir(VENV, { recursive: true }).catch(() => []);
  const found = files.find((file) => file.endsWith('delta.duckdb_extension'));
  return found === undefined ? undefined : join(VENV, found);
}

async function queries(relation: string): Promise<() => Promise<void>> {
  const engine = await openDuckDb();
  const extension = (await deltaExtension()) ?? '';
  return () =>
    engine.session(async (session) => {
      await session.run(`LOAD ${literal(extension)}`);
      for (let n = 0; n < QUERIES; n += 1) {
        const rows = await session.rows<{ operations: number }>(`${QUERY} FROM ${relation} GROUP BY region`);
        const operations = rows.reduce((sum, row) => sum + Number(row.operations), 0);
        if (operations !== READ_FILES * ROWS) throw new Error(`${operations} rows`);
      }
    });
}

/** The landing is a copy, as its files change. */
async function corrections(billing: Dataset): Promise<() => Promise<void>> {
  await merged(billing);
  const landing = join(WORK, 'landing');
  await cp(smallFilesFolder(FILES, ROWS, 1), landing, { recursive: true, preserveTimestamps: true });
  const local = await openLake({ landing, lake: join(WORK, 'lake'), schemas: SCHEMAS }, () => undefined);
  const chosen = smallFiles(landing, FILES, 1).slice(0, CORRECTIONS);
  for (const [i, file] of chosen.entries())
    await writeFile(file, dayText(0, ROWS, i).replaceAll('2024', '2020'));
  return async () => {
    for (const file of chosen) {
      const source = file.slice(landing.length + 1);
      const { outcomes, failures } = await ingest(local.effects, [{ source }]);
      if (failures.length > 0) throw failures[0]?.error;
      if (outcomes[0]?.result !== 'accepted') throw new Error(`${source}: ${outcomes[0]?.result}`);
    }
  };
}

async function rewriting(billing: Dataset): Promise<() => Promise<void>> {
  const local = await merged(billing);
  const most = (await liveFiles(local)).sort((a, b) => sourceCount(b) - sourceCount(a))[0] as Add;
  const path = join(WORK, 'lake', objectKey(TABLE, most.path));
  const engine = await openDuckDb();
  return () =>
    engine.session(async (session) => {
      for (let n = 0; n < CORRECTIONS; n += 1)
        await session.run(
          `COPY (SELECT * ${from([path])} WHERE file_row_number >= ${ROWS}) TO ${literal(join(WORK, 'plain.parquet'))} (COMPRESSION zstd)`,
        );
    });
}
