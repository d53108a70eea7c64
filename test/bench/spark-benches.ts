// A source file as a job against one process: what blocks cost, what Spark and the processes on its workers cost beside them, and what
// a second worker gains. Spark needs Java 17 and PyPI's pyspark, which is installed once.
import { spawn } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Cluster, startCluster } from '../../spark/cluster.ts';
import type { Bench, Side } from './bench.ts';
import { billingLanding, WORK } from './data.ts';
import { usageDuring } from './process-tree.ts';

const ROOT = join(import.meta.dirname, '../..');
const LARGE = 7_700_000;
const SMALL = 20;
const BLOCK_BYTES = 144 * 1024 * 1024;

/** Of its cluster, each on a processor of its own; `local`: a job in this process; 0: a plain sync. */
type Workers = number | 'local';

export function sparkBenches(): Bench[] {
  const pair = (rows: number, workers: Workers) => ({
    title: `${rows.toLocaleString('en-US')} billing rows by sync --spark, start included`,
    subject: syncSide(rows, workers),
    baseline: syncSide(rows, 0),
    whyNot: async () =>
      process.platform === 'linux'
        ? undefined
        : 'what all its processes use is read from /proc, on Linux alone',
  });
  return [
    { name: 'spark-blocks', ...pair(LARGE, 'local'), target: { cpuRatio: 1.3 } },
    { name: 'spark-start', ...pair(SMALL, 1) },
    { name: 'spark-start-two-workers', ...pair(SMALL, 2) },
    { name: 'spark-one-worker', ...pair(LARGE, 1) },
    { name: 'spark-two-workers', ...pair(LARGE, 2) },
  ];
}

function syncSide(rows: number, workers: Workers): Side {
  const isOnCluster = typeof workers === 'number' && workers > 0;
  return {
    ...nameOf(workers),
    prepare: async () => {
      const { landing } = await billingLanding(rows);
      const [lake, schemas] = await freshFolders();
      const cluster = isOnCluster ? await startCluster({ workers, isPinned: true }) : undefined;
      const command = cluster === undefined ? 'local' : commandFor(cluster);
      const spark = workers === 0 ? [] : ['--spark', command];
      const args = ['sync', '--landing', landing, '--lake', lake, '--schemas', schemas, '--format', 'json'];
      return async () => {
        const roots = [process.pid, ...(cluster?.groups ?? [])];
        let accepted = 0;
        const usage = await usageDuring(roots, async () => {
          accepted = await acceptedBy([...args, ...spark], cluster?.environment);
        });
        await cluster?.stop();
        if (accepted !== rows) throw new Error(`${accepted} of ${rows} rows were accepted`);
        return usage;
      };
    },
  };
}

function nameOf(workers: Workers): Pick<Side, 'name' | 'command'> {
  if (workers === 0) return { name: 'one process', command: 'npx sluice sync' };
  const settings = `SLUICE_MAX_SOURCE_BYTES=1 SLUICE_BLOCK_BYTES=${BLOCK_BYTES}`;
  if (workers === 'local')
    return { name: 'a job in one process', command: `${settings} npx sluice sync --spark local` };
  return {
    name: `a job on Spark, ${workers} worker${workers === 1 ? '' : 's'}`,
    command: `${settings} npx sluice sync --spark 'spark-submit --master spark://…', on a cluster that runs`,
  };
}

function commandFor({ master }: Cluster): string {
  return `spark-submit --master ${master} --conf spark.driver.host=127.0.0.1 --conf spark.ui.enabled=false`;
}

/** A lake, and the contract of billing alone: ingest is measured, not insights. */
async function freshFolders(): Promise<[string, string]> {
  const [lake, schemas] = [join(WORK, 'lake'), join(WORK, 'schemas')];
  await rm(lake, { recursive: true, force: true });
  await mkdir(join(schemas, 'billing'), { recursive: true });
  const contract = await readFile(join(ROOT, 'schemas/billing/datapackage.json'), 'utf8');
  await writeFile(join(schemas, 'billing/datapackage.json'), contract);
  return [lake, schemas];
}

async function acceptedBy(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<number> {
  // Without --spark a file above the limit is refused.
  const limits = { SLUICE_MAX_SOURCE_BYTES: '1', SLUICE_BLOCK_BYTES: String(BLOCK_BYTES) };
  const child = spawn(process.execPath, [join(ROOT, 'bin/sluice.mjs'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...environment, ...(args.includes('--spark') ? limits : {}) },
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`sync ended with ${code}`);
  return (JSON.parse(out) as { rows: { accepted: number } }).rows.accepted;
}
