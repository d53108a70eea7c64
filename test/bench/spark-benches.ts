// A source file as a job on Spark against one process: what a task's processes, Spark's own and the blocks cost, and what a second
// worker gains. Needs Java 17 and PyPI's pyspark, which is installed once.
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

export function sparkBenches(): Bench[] {
  const pair = (rows: number, workers: number) => ({
    title: `${rows.toLocaleString('en-US')} billing rows by sync --spark, start included`,
    subject: syncSide(rows, workers),
    baseline: syncSide(rows, 0),
    whyNot: async () =>
      process.platform === 'linux'
        ? undefined
        : 'what all its processes use is read from /proc, on Linux alone',
  });
  return [
    { name: 'spark-start', ...pair(SMALL, 1) },
    { name: 'spark-one-worker', ...pair(LARGE, 1) },
    { name: 'spark-two-workers', ...pair(LARGE, 2) },
  ];
}

/** `workers`: of one core each; 0: a plain sync. */
function syncSide(rows: number, workers: number): Side {
  const isOnSpark = workers > 0;
  return {
    name: isOnSpark ? `a job on Spark, ${workers} worker${workers === 1 ? '' : 's'}` : 'one process',
    command: isOnSpark
      ? `SLUICE_MAX_SOURCE_BYTES=1 SLUICE_BLOCK_BYTES=${BLOCK_BYTES} npx sluice sync --spark 'spark-submit --master spark://…', on a cluster that runs`
      : 'npx sluice sync',
    prepare: async () => {
      const { landing } = await billingLanding(rows);
      const [lake, schemas] = await freshFolders();
      const cluster = isOnSpark ? await startCluster({ workers }) : undefined;
      const args = ['sync', '--landing', landing, '--lake', lake, '--schemas', schemas, '--format', 'json'];
      return async () => {
        const roots = [process.pid, ...(cluster?.groups ?? [])];
        let accepted = 0;
        const usage = await usageDuring(roots, async () => {
          accepted = await acceptedBy(args, cluster);
        });
        await cluster?.stop();
        if (accepted !== rows) throw new Error(`${accepted} of ${rows} rows were accepted`);
        return usage;
      };
    },
  };
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

async function acceptedBy(args: readonly string[], cluster: Cluster | undefined): Promise<number> {
  const spark = cluster && [
    '--spark',
    `spark-submit --master ${cluster.master} --conf spark.driver.host=127.0.0.1 --conf spark.ui.enabled=false`,
  ];
  const limits = { SLUICE_MAX_SOURCE_BYTES: '1', SLUICE_BLOCK_BYTES: String(BLOCK_BYTES) };
  const child = spawn(process.execPath, [join(ROOT, 'bin/sluice.mjs'), ...args, ...(spark ?? [])], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...(cluster ? { ...cluster.environment, ...limits } : {}) },
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`sync ended with ${code}`);
  return (JSON.parse(out) as { rows: { accepted: number } }).rows.accepted;
}
