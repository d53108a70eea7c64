// Runs one side of a bench in a process of its own and says what it took.
import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Bench, Measurement } from './bench.ts';
import { WORK } from './data.ts';

const HERE = import.meta.dirname;

/** Times are those of one unit. */
export async function measure(bench: Bench, which: 'subject' | 'baseline'): Promise<Measurement> {
  const { units = 1 } = bench[which];
  const { wallMs, cpuMs, peakRssMb } = await measureSide(bench, which);
  return { wallMs: wallMs / units, cpuMs: cpuMs / units, peakRssMb };
}

async function measureSide(bench: Bench, which: 'subject' | 'baseline'): Promise<Measurement> {
  const side = bench[which];
  const usageFile = join(WORK, 'usage.json');
  if ('prepare' in side) {
    await run(['--import', 'tsx', join(HERE, 'side.ts'), bench.name, which], usageFile);
    return JSON.parse(await readFile(usageFile, 'utf8')) as Measurement;
  }
  await side.ready();
  const started = performance.now();
  await run(['--import', pathToFileURL(join(HERE, 'usage.mjs')).href, ...side.argv], usageFile);
  const wallMs = performance.now() - started;
  const usage = JSON.parse(await readFile(usageFile, 'utf8')) as NodeJS.ResourceUsage;
  return { wallMs, cpuMs: (usage.userCPUTime + usage.systemCPUTime) / 1000, peakRssMb: usage.maxRSS / 1024 };
}

async function run(args: readonly string[], usageFile: string): Promise<void> {
  await rm(usageFile, { force: true });
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, BENCH_USAGE: usageFile },
  });
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  );
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`);
}
