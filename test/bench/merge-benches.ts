// Small files that `maintain` merged: what readers pay for them, and what a correction of one costs.
import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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
const ROWS = 20;
const QUERIES = 50;
const CORRECTIONS = 10;
const TABLE = 'tables/billing';
const QUERY = 'SELECT region, count(*) AS operations, sum(credit_usage) AS credits';

export function mergeBenches(billing: Dataset): Bench[] {
  const files = `${FILES.toLocaleString('en-US')} files of ${ROWS} rows of one day, merged`;
  return [
    {
      name: 'merged-query',
      title: `a query of the data files of ${files}`,
      subject: {
        name: 'what maintain left',
        command: `${QUERY} FROM the live data files, by DuckDB, ${QUERIES} times`,
        prepare: async () => queries(await livePaths(await merged(billing))),
        units: QUERIES,
      },
      baseline: {
        name: 'one file of the same rows',
        command: 'the same over one Parquet file',
        prepare: async () => queries([await oneFile(await livePaths(await merged(billing)))]),
        units: QUERIES,
      },
      target: { ratio: 1.5 },
    },
    {
      name: 'merged-correction',
      title: `one source file replaced within ${files}`,
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

/** With small files alone in its landing. */
async function merged(billing: Dataset): Promise<LocalLake> {
  const landing = await smallFilesLanding(FILES, ROWS, 1);
  const lake = await workCopy(await filledLake(`lake-small-${FILES}-${ROWS}-1`, landing, SCHEMAS));
  const local = await openLake({ landing, lake, schemas: SCHEMAS }, () => undefined);
  await compactTable(local.effects, billing, {});
  const sources = (await liveFiles(local)).map(sourceCount);
  if (sources.length !== 1 || sources[0] !== FILES)
    throw new Error(`files of ${sources} sources, not of ${FILES}`);
  return local;
}

async function liveFiles({ effects }: LocalLake): Promise<Add[]> {
  return [...((await effects.tables.latest(TABLE))?.files.values() ?? [])];
}

async function livePaths(local: LocalLake): Promise<string[]> {
  return (await liveFiles(local)).map(({ path }) => join(WORK, 'lake', objectKey(TABLE, path)));
}

async function oneFile(paths: readonly string[]): Promise<string> {
  const to = join(WORK, 'one.parquet');
  const engine = await openDuckDb();
  await engine.session((session) =>
    session.run(`COPY (${from(paths)}) TO ${literal(to)} (COMPRESSION zstd)`),
  );
  engine.close();
  return to;
}

function from(paths: readonly string[]): string {
  return `FROM read_parquet(${list(paths.map(fileLiteral))}, hive_partitioning = false)`;
}

async function queries(paths: readonly string[]): Promise<() => Promise<void>> {
  const engine = await openDuckDb();
  return () =>
    engine.session(async (session) => {
      for (let n = 0; n < QUERIES; n += 1) {
        const rows = await session.rows<{ operations: number }>(`${QUERY} ${from(paths)} GROUP BY region`);
        const operations = rows.reduce((sum, row) => sum + Number(row.operations), 0);
        if (operations !== FILES * ROWS) throw new Error(`${operations} rows`);
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
