// One side of one bench, in a process of its own: `side.ts <bench> <subject|baseline>` writes a Measurement to the file
// that BENCH_USAGE names.
import { writeFile } from 'node:fs/promises';
import type { Measurement } from './bench.ts';
import { loadBenches } from './load-benches.ts';

const [name, which] = process.argv.slice(2);
const bench = (await loadBenches()).find((candidate) => candidate.name === name);
const side = which === 'baseline' ? bench?.baseline : bench?.subject;
if (side === undefined || !('prepare' in side)) throw new Error(`no work of ${name} is called ${which}`);

const work = await side.prepare();
const cpuBefore = process.cpuUsage();
const started = performance.now();
const elsewhere = await work();
const wallMs = performance.now() - started;
const cpu = process.cpuUsage(cpuBefore);
const own: Measurement = {
  wallMs,
  cpuMs: (cpu.user + cpu.system) / 1000,
  peakRssMb: process.resourceUsage().maxRSS / 1024,
};
await writeFile(process.env.BENCH_USAGE ?? '/dev/stdout', JSON.stringify(Object.assign(own, elsewhere)));
process.exit(0);
