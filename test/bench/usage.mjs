// Loaded before a measured program: leaves what the process used in the file that BENCH_USAGE names.
import { writeFileSync } from 'node:fs';

process.on('exit', () => writeFileSync(process.env.BENCH_USAGE, JSON.stringify(process.resourceUsage())));
