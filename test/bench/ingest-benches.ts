// The benches of ingest: one file, clean and with bad rows, against plain tools; its memory; many small files.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import type { Dataset } from '../../lib/core/contract.ts';
import { apply } from '../../lib/evolve/apply.ts';
import { ingest } from '../../lib/ingest/ingest.ts';
import { openLake } from '../../lib/local/open-lake.ts';
import { syncLake } from '../../lib/local/sync-lake.ts';
import type { Bench, Side } from './bench.ts';
import { BILLING_KEY, billingLanding, smallFiles, smallFilesLanding, WORK } from './data.ts';
import { csvParseSide, pysparkSide, whyNoPyspark } from './other-converters.ts';
import { conversionSql } from './plain-duckdb.ts';

const SCHEMAS = join(import.meta.dirname, '../../schemas');
const ROWS = 2_000_000;
const LARGE = 7_700_000;
const BAD_ONE_IN = 100;
const MEMORY_MB = 512;
const MANY = { files: 2000, rows: 20, days: 20 };

type FileOptions = { readonly badOneIn?: number; readonly memoryLimitMb?: number };

export function ingestBenches(billing: Dataset): Bench[] {
  const pair = (rows: number, options: FileOptions = {}) => ({
    subject: ingestSide(rows, options),
    baseline: duckDbSide(billing, rows, options),
  });
  const bad = { badOneIn: BAD_ONE_IN };
  return [
    { name: 'conversion', title: title(ROWS), ...pair(ROWS), target: { ratio: 1.6 } },
    { name: 'conversion-large', title: title(LARGE), ...pair(LARGE), target: { ratio: 1.6 } },
    {
      name: 'rejects',
      title: `${title(ROWS)}, one row in ${BAD_ONE_IN} bad`,
      ...pair(ROWS, bad),
      target: { ratio: 2.2 },
    },
    {
      name: 'rejects-large',
      title: `${title(LARGE)}, one row in ${BAD_ONE_IN} bad`,
      ...pair(LARGE, bad),
      target: { ratio: 2.2 },
    },
    {
      name: 'memory',
      title: `${title(LARGE)}, with the engine's limit at ${MEMORY_MB} MB`,
      ...pair(LARGE, { memoryLimitMb: MEMORY_MB }),
      target: { peakRssMb: 700 },
    },
    {
      name: 'csv-parse',
      title: title(ROWS),
      subject: ingestSide(ROWS),
      baseline: csvParseSide(billing, ROWS),
      target: { timesFaster: 25 },
    },
    {
      name: 'pyspark',
      title: title(ROWS),
      subject: ingestSide(ROWS),
      baseline: pysparkSide(billing, ROWS),
      target: { timesFaster: 3 },
      whyNot: whyNoPyspark,
    },
    {
      name: 'small-files',
      title: `${MANY.files.toLocaleString('en-US')} files of ${MANY.rows} rows over ${MANY.days} days`,
      subject: manyFilesSide(),
      baseline: manyFilesInDuckDb(billing),
      // 800 files a second.
      target: { seconds: MANY.files / 800 },
    },
  ];
}

function title(rows: number): string {
  return `${rows.toLocaleString('en-US')} billing rows from CSV to Parquet`;
}

function ingestSide(rows: number, { badOneIn, memoryLimitMb }: FileOptions = {}): Side {
  const limit = memoryLimitMb === undefined ? {} : { memoryLimitMb };
  return {
    name: 'validated ingest, committed',
    command: `ingest of ${BILLING_KEY} into a fresh local lake`,
    prepare: async () => {
      const { landing } = await billingLanding(rows, badOneIn);
      const { effects } = await freshLake(landing, limit);
      const rejected = badOneIn === undefined ? 0 : rows / badOneIn;
      return async () => {
        const { outcomes } = await ingest(effects, [{ source: BILLING_KEY }]);
        requireRows(outcomes[0]?.report?.accepted, rows - rejected);
        requireRows(outcomes[0]?.report?.quarantined, rejected);
      };
    },
  };
}

/** It leaves out the rows that its types do not fit, without a word. */
function duckDbSide(billing: Dataset, rows: number, { badOneIn, memoryLimitMb }: FileOptions): Side {
  const limit = memoryLimitMb === undefined ? {} : { memoryLimitMb };
  const sql = (from: string, to: string) =>
    conversionSql(billing, from, to, { ignoreErrors: badOneIn !== undefined });
  return {
    name: badOneIn === undefined ? 'plain DuckDB' : 'plain DuckDB, ignoring errors',
    command: sql('billing.csv', 'billing.parquet'),
    prepare: async () => {
      const { file } = await billingLanding(rows, badOneIn);
      const engine = await openDuckDb({ ...limit, tempDirectory: join(WORK, 'spill') });
      const copy = sql(file, join(WORK, 'plain.parquet'));
      const wanted = badOneIn === undefined ? rows : rows - rows / badOneIn;
      return () => engine.session(async (session) => requireRows(await session.run(copy), wanted));
    },
  };
}

function manyFilesSide(): Side {
  return {
    name: 'validated ingest, committed',
    command: 'sluice sync into a fresh local lake',
    prepare: async () => {
      const local = await freshLake(await smallFilesLanding(MANY.files, MANY.rows, MANY.days));
      return async () => {
        const { outcomes } = await syncLake(
          // Ingest alone: no insight is refreshed.
          { ...local, effects: { ...local.effects, catalog: { ...local.effects.catalog, derivations: [] } } },
          { selection: {}, prune: false, allowMassWithdrawal: false },
        );
        const accepted = outcomes.reduce((sum, { report }) => sum + (report?.accepted ?? 0), 0);
        requireRows(accepted, MANY.files * MANY.rows);
      };
    },
  };
}

function manyFilesInDuckDb(billing: Dataset): Side {
  const to = join(WORK, 'plain.parquet');
  return {
    name: 'plain DuckDB, file by file',
    command: conversionSql(billing, 'billing.csv', 'billing.parquet'),
    prepare: async () => {
      const landing = await smallFilesLanding(MANY.files, MANY.rows, MANY.days);
      const sources = smallFiles(landing, MANY.files, MANY.days);
      const engine = await openDuckDb();
      return () =>
        engine.session(async (session) => {
          for (const file of sources)
            requireRows(await session.run(conversionSql(billing, file, to)), MANY.rows);
        });
    },
  };
}

export async function freshLake(landing: string, limit: { readonly memoryLimitMb?: number } = {}) {
  const lake = join(WORK, 'lake');
  await rm(lake, { recursive: true, force: true });
  const local = await openLake({ landing, lake, schemas: SCHEMAS }, () => undefined, limit);
  await apply(local.effects);
  return local;
}

function requireRows(found: number | undefined, wanted: number): void {
  if (found !== wanted) throw new Error(`${found} rows where ${wanted} were to be`);
}
