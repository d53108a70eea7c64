// The benches: what is compared with what, and what must hold.
import { createReadStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import type { Dataset } from '../../lib/core/contract.ts';
import type { Derivation } from '../../lib/core/insight.ts';
import { ingest } from '../../lib/ingest/ingest.ts';
import { deliver } from '../../lib/local/deliver.ts';
import { openLake } from '../../lib/local/open-lake.ts';
import { syncLake } from '../../lib/local/sync-lake.ts';
import { apply } from '../../lib/maintain/apply.ts';
import type { Bench, Side } from './bench.ts';
import { BILLING_KEY, billingLanding, DATA, smallFilesFolder, smallFilesLanding, WORK } from './data.ts';
import { conversionSql, insightStatements } from './plain-duckdb.ts';

const ROWS = 2_000_000;
const SMALL_FILES = 1000;
const ROOT = join(import.meta.dirname, '../..');
const SCHEMAS = join(ROOT, 'schemas');
const PARQUET = join(WORK, 'plain.parquet');

export function benches(billing: Dataset, insights: readonly Derivation[]): Bench[] {
  const plain = (file: string) => conversionSql(billing, file, PARQUET);
  const shown = conversionSql(billing, 'billing.csv', 'billing.parquet');
  const shownInsights = insights.map(
    ({ target }) => `CREATE TEMP TABLE ${target.name} AS <schemas/billing/insights/${target.name}.sql>`,
  );
  return [
    {
      name: 'conversion',
      title: `${ROWS.toLocaleString('en-US')} billing rows from CSV to Parquet`,
      subject: {
        name: 'validated ingest, committed',
        command: `ingest of ${BILLING_KEY} into a fresh local lake`,
        prepare: ingestOnce,
      },
      baseline: {
        name: 'plain DuckDB',
        command: shown,
        prepare: () => inDuckDb(ROWS, (file) => [plain(file)]),
      },
      target: { ratio: 2 },
    },
    {
      name: 'whole-way',
      title: `${ROWS.toLocaleString('en-US')} billing rows from CSV to all six insights`,
      subject: {
        name: 'table and insights, audited, committed',
        command: `ingest of ${BILLING_KEY} and every refresh that follows, in a fresh local lake`,
        prepare: deliverOnce,
      },
      baseline: {
        name: 'plain DuckDB',
        command: [
          shown,
          "CREATE TEMP VIEW billing AS SELECT * FROM read_parquet('billing.parquet')",
          ...shownInsights,
        ].join(';\n'),
        prepare: () => inDuckDb(ROWS, (file) => [plain(file), ...insightStatements(insights, PARQUET)]),
      },
      target: { ratio: 3 },
    },
    {
      name: 'sync',
      title: `sync with nothing to do over ${SMALL_FILES.toLocaleString('en-US')} source files, start-up included`,
      subject: syncSide(SMALL_FILES),
      baseline: syncSide(1),
      target: { seconds: 2 },
    },
    {
      name: 'csv-parse',
      title: `csv-parse instead of DuckDB, over ${(ROWS / 10).toLocaleString('en-US')} billing rows`,
      subject: {
        name: 'csv-parse, parsing alone',
        command: "for await (const record of createReadStream('billing.csv').pipe(parse()))",
        prepare: parseOnce,
      },
      baseline: {
        name: 'DuckDB, all the way to Parquet',
        command: shown,
        prepare: () => inDuckDb(ROWS / 10, (file) => [plain(file)]),
      },
    },
  ];
}

async function inDuckDb(rows: number, statements: (file: string) => string[]): Promise<() => Promise<void>> {
  const { file } = await billingLanding(rows);
  const engine = await openDuckDb();
  await mkdir(WORK, { recursive: true });
  return () =>
    engine.session(async (session) => {
      for (const sql of statements(file)) await session.run(sql);
    });
}

async function freshLake() {
  const { landing } = await billingLanding(ROWS);
  await rm(join(WORK, 'lake'), { recursive: true, force: true });
  const lake = await openLake({ landing, lake: join(WORK, 'lake'), schemas: SCHEMAS }, () => undefined);
  await apply(lake.effects);
  return lake;
}

async function ingestOnce(): Promise<() => Promise<void>> {
  const { effects } = await freshLake();
  return async () => {
    const { outcomes } = await ingest(effects, [{ source: BILLING_KEY }]);
    requireAll(outcomes[0]?.report?.accepted);
  };
}

async function deliverOnce(): Promise<() => Promise<void>> {
  const { effects, queues, deadLetters } = await freshLake();
  return async () => {
    await queues.files.send([{ source: BILLING_KEY }]);
    const published = new Set<string>();
    await deliver(effects, queues, {
      ingested: ({ outcomes }) => requireAll(outcomes[0]?.report?.accepted),
      refreshed: (outcome) => {
        if (outcome.published.length > 0) published.add(outcome.target.name);
      },
    });
    if (published.size !== 6 || deadLetters.buried.length > 0)
      throw new Error(`not all insights were made: ${[...published]}`);
  };
}

function requireAll(accepted: number | undefined): void {
  if (accepted !== ROWS) throw new Error(`${accepted} of ${ROWS} rows were accepted`);
}

/** The lake is kept between runs: filling it is the long part, and what is measured finds it filled. */
function syncSide(files: number): Side {
  const lake = join(DATA, `lake-${files}`);
  const ready = async () => {
    const landing = await smallFilesLanding(files);
    const local = await openLake({ landing, lake, schemas: SCHEMAS }, () => undefined);
    await syncLake(local, { selection: {}, prune: false, allowMassWithdrawal: false });
    await local.close();
  };
  const argv = [
    join(ROOT, 'bin/sluice.mjs'),
    'sync',
    '--landing',
    smallFilesFolder(files),
    '--lake',
    lake,
    '--schemas',
    SCHEMAS,
  ];
  return {
    name: `${files.toLocaleString('en-US')} source file${files === 1 ? '' : 's'}`,
    command: 'npx sluice sync',
    argv,
    ready,
  };
}

async function parseOnce(): Promise<() => Promise<void>> {
  const { file } = await billingLanding(ROWS / 10);
  return async () => {
    let records = 0;
    for await (const _ of createReadStream(file).pipe(parse())) records += 1;
    if (records !== ROWS / 10 + 1) throw new Error(`csv-parse found ${records} records`);
  };
}
