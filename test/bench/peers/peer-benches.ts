// One more day arrives in a year of days: Sluice's sync against a full refresh by dbt-duckdb and by PySpark, each a command
// from its start to its end over the same files, into the same six insights.
import { execFile, spawn } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Dataset, tableColumns } from '../../../lib/core/contract.ts';
import type { Derivation } from '../../../lib/core/insight.ts';
import { sqlType } from '../../../lib/core/schema.ts';
import { literal } from '../../../lib/sql/quoting.ts';
import type { Bench, Side } from '../bench.ts';
import { BENCH_FOLDER, WORK } from '../data.ts';
import {
  dayKey,
  daysFolder,
  daysLake,
  daysLanding,
  emptyWork,
  linkedCopy,
  SCHEMAS,
  writeDay,
} from '../days.ts';

const YEAR = { from: 0, count: 365, rows: 20_000 };
const NEW_DAY = YEAR.from + YEAR.count;
const VENV = join(BENCH_FOLDER, 'venv');
const PYTHON = join(VENV, 'bin/python');
const PINS = join(import.meta.dirname, 'requirements.txt');
const ROOT = join(import.meta.dirname, '../../..');

export function peerBenches(billing: Dataset, insights: readonly Derivation[]): Bench[] {
  const shared = { subject: oneMoreDay(), whyNot: whyNoPeers };
  const title = `one more day's file in a year of days of ${YEAR.rows.toLocaleString('en-US')} rows, the command's start included`;
  return [
    {
      ...shared,
      name: 'peers-dbt',
      title,
      baseline: outside('dbt-duckdb, full refresh', 'dbt run --full-refresh', (landing) =>
        dbtCommand(landing, billing, insights),
      ),
      target: { timesFaster: 10 },
    },
    {
      ...shared,
      name: 'peers-pyspark',
      title,
      baseline: outside('PySpark, full refresh', 'python test/bench/peers/full_refresh.py', (landing) =>
        sparkCommand(landing, billing, insights),
      ),
      target: { timesFaster: 20 },
    },
  ];
}

/** The peers' Python is made where one of them is asked for by name, and not otherwise: it is large. */
async function whyNoPeers(): Promise<string | undefined> {
  const isReady = await readFile(join(VENV, 'requirements.txt'), 'utf8').then(
    async (text) => text === (await readFile(PINS, 'utf8')),
    () => false,
  );
  if (isReady) return undefined;
  if (!process.argv.some((word) => word.startsWith('peers')))
    return `"npm run bench -- peers" makes it, and installs dbt-duckdb and PySpark first`;
  const run = promisify(execFile);
  process.stderr.write(`Installing dbt-duckdb and PySpark into ${VENV} …\n`);
  await mkdir(BENCH_FOLDER, { recursive: true });
  await run('python3', ['-m', 'venv', '--clear', VENV]);
  await run(PYTHON, ['-m', 'pip', 'install', '--quiet', '--requirement', PINS]);
  await writeFile(join(VENV, 'requirements.txt'), await readFile(PINS));
  return undefined;
}

function oneMoreDay(): Side {
  const [landing, lake] = [daysFolder(YEAR), join(WORK, 'lake')];
  return {
    name: 'sluice sync',
    command: 'npx sluice sync',
    ready: async () => {
      await emptyWork();
      await rm(join(landing, dayKey(NEW_DAY)), { force: true });
      await linkedCopy(await daysLake(YEAR), lake);
      await yearAndADay();
    },
    argv: [
      join(ROOT, 'bin/sluice.mjs'),
      'sync',
      ...['--landing', landing, '--lake', lake, '--schemas', SCHEMAS],
    ],
  };
}

/** In the folder itself: a copy's files, and even those that another link leads to, are new versions to the lake. */
async function yearAndADay(): Promise<string> {
  const landing = await daysLanding(YEAR);
  await writeDay(landing, NEW_DAY, YEAR.rows);
  return landing;
}

type Command = { readonly program: string; readonly args: readonly string[]; readonly cwd: string };

function outside(name: string, command: string, make: (landing: string) => Promise<Command>): Side {
  return {
    name,
    command,
    isOutside: true,
    prepare: async () => {
      await emptyWork();
      const { program, args, cwd } = await make(await yearAndADay());
      return async () => {
        const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
        let said = '';
        for (const stream of [child.stdout, child.stderr])
          stream.on('data', (text) => {
            said += text;
          });
        const code = await new Promise((resolve, reject) =>
          child.once('error', reject).once('close', resolve),
        );
        if (code !== 0) throw new Error(`${command} ended with ${code}:\n${said}`);
      };
    },
  };
}

/** A project of one model over the files, with the contract's types and no validation, and one for each insight. */
async function dbtCommand(
  landing: string,
  billing: Dataset,
  insights: readonly Derivation[],
): Promise<Command> {
  const cwd = join(WORK, 'dbt');
  await mkdir(join(cwd, 'models'), { recursive: true });
  const types = new Map(tableColumns(billing).map(({ name, type }) => [name, sqlType(type)]));
  const columns = billing.fields.map(
    ({ name }) => `${literal(name)}: ${literal(types.get(name) ?? 'VARCHAR')}`,
  );
  const files = literal(join(landing, '**/*.csv'));
  const models = {
    billing: `SELECT * FROM read_csv(${files}, header = true, hive_partitioning = false, columns = {${columns.join(', ')}})`,
    ...Object.fromEntries(
      insights.map(({ target, sql, inputs }) => [target.name, `${references(inputs)}${sql}`]),
    ),
  };
  for (const [name, sql] of Object.entries(models))
    await writeFile(join(cwd, `models/${name}.sql`), `${sql}\n`);
  const project = {
    name: 'billing',
    version: '1.0',
    profile: 'billing',
    models: { '+materialized': 'table' },
  };
  const duckdb = { type: 'duckdb', path: join(cwd, 'lake.duckdb'), threads: 2 };
  await writeFile(join(cwd, 'dbt_project.yml'), JSON.stringify(project));
  await writeFile(
    join(cwd, 'profiles.yml'),
    JSON.stringify({ billing: { target: 'dev', outputs: { dev: duckdb } } }),
  );
  return { program: join(VENV, 'bin/dbt'), args: ['run', '--full-refresh', '--profiles-dir', '.'], cwd };
}

/** The SQL names its inputs as they are called in the database; dbt wants to be told of them for its order. */
function references(inputs: Derivation['inputs']): string {
  return inputs.map(({ name }) => `-- depends_on: {{ ref('${name}') }}\n`).join('');
}

async function sparkCommand(
  landing: string,
  billing: Dataset,
  insights: readonly Derivation[],
): Promise<Command> {
  const types = new Map(tableColumns(billing).map(({ name, type }) => [name, sqlType(type)]));
  const schema = billing.fields
    .map(({ name }) => `${name} ${sparkType(types.get(name) ?? 'VARCHAR')}`)
    .join(', ');
  const cwd = join(WORK, 'spark');
  await mkdir(cwd, { recursive: true });
  const file = join(cwd, 'insights.json');
  const statements = insights.map(({ target, sql }) => ({ name: target.name, sql: sparkSql(sql) }));
  await writeFile(file, JSON.stringify(statements));
  const script = join(import.meta.dirname, 'full_refresh.py');
  return { program: PYTHON, args: ['-B', script, landing, join(cwd, 'lake'), schema, file], cwd };
}

function sparkType(type: string): string {
  if (type === 'VARCHAR') return 'STRING';
  return type.startsWith('TIMESTAMP') ? 'TIMESTAMP' : type;
}

/** The few words of DuckDB's that Spark calls otherwise. */
function sparkSql(sql: string): string {
  return sql
    .replaceAll('HUGEINT', 'DECIMAL(38, 0)')
    .replaceAll('//', 'div')
    .replace(/quantile_disc\(([^(),]+), 0\.5\)/g, 'percentile_disc(0.5) WITHIN GROUP (ORDER BY $1)');
}
