// The benches: what is compared with what, and what must hold.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import type { Dataset } from '../../lib/core/contract.ts';
import type { Derivation } from '../../lib/core/insight.ts';
import { deliver } from '../../lib/local/deliver.ts';
import { openLake } from '../../lib/local/open-lake.ts';
import { syncLake } from '../../lib/local/sync-lake.ts';
import type { Bench, Side } from './bench.ts';
import {
  BILLING_KEY,
  billingLanding,
  DATA,
  MANY_DAYS,
  MANY_FILES,
  smallFilesFolder,
  smallFilesLanding,
  WORK,
} from './data.ts';
import { freshLake, ingestBenches } from './ingest-benches.ts';
import { insightBenches } from './insight-benches.ts';
import { pageBenches } from './page-benches.ts';
import { conversionSql, insightStatements } from './plain-duckdb.ts';
import { wordBenches } from './word-benches.ts';

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
    ...ingestBenches(billing),
    ...wordBenches(),
    ...pageBenches(),
    ...insightBenches(),
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
      name: 'sync-many',
      title: `sync with nothing to do over ${MANY_FILES.toLocaleString('en-US')} source files of ${MANY_DAYS.toLocaleString('en-US')} days, start-up included`,
      subject: syncSide(MANY_FILES, 2, MANY_DAYS),
      baseline: syncSide(1),
      target: { seconds: 5 },
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

async function deliverOnce(): Promise<() => Promise<void>> {
  const { landing } = await billingLanding(ROWS);
  const { effects, queues, deadLetters } = await freshLake(landing);
  return async () => {
    await queues.files.send([{ source: BILLING_KEY }]);
    const published = new Set<string>();
    await deliver(effects, queues, {
      ingested: ({ outcomes }) => requireAll(outcomes[0]?.report?.accepted),
      refreshed: (outcome) => {
        if (outcome.published.length > 0) published.add(outcome.target.name);
      },
    });
    const ofPackage = effects.catalog.derivations.filter(({ file }) => file.includes('billing/insights'));
    if (published.size !== ofPackage.length || deadLetters.buried.length > 0)
      throw new Error(`not all insights were made: ${[...published]}`);
  };
}

function requireAll(accepted: number | undefined): void {
  if (accepted !== ROWS) throw new Error(`${accepted} of ${ROWS} rows were accepted`);
}

/** The lake is kept between runs: filling it is the long part, and what is measured finds it filled. */
function syncSide(files: number, rows?: number, days?: number): Side {
  const lake = join(DATA, days === undefined ? `lake-${files}` : `lake-files-${files}`);
  const ready = async () => {
    const landing = await smallFilesLanding(files, rows, days);
    const local = await openLake({ landing, lake, schemas: SCHEMAS }, () => undefined);
    await syncLake(local, { selection: {}, prune: false, allowMassWithdrawal: false });
    await local.close();
  };
  const argv = [
    join(ROOT, 'bin/sluice.mjs'),
    'sync',
    '--landing',
    smallFilesFolder(files, rows, days),
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
