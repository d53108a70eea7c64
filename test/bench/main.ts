// `npm run bench [-- name …]`: ratios of Sluice to plain tools, as Markdown on standard output and JSON under .bench/.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Measurement } from './bench.ts';
import { BENCH_FOLDER, WORK } from './data.ts';
import { loadBenches } from './load-benches.ts';
import { measure } from './measure.ts';
import { renderResult, resultDocument } from './report.ts';

const RUNS = 3;

const wanted = process.argv.slice(2);
const all = await loadBenches();
const unknown = wanted.find((name) => !all.some((bench) => bench.name === name));
if (unknown !== undefined) {
  process.stderr.write(
    `There is no bench ${unknown}: choose among ${all.map(({ name }) => name).join(', ')}.\n`,
  );
  process.exit(2);
}

for (const bench of all.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  await rm(WORK, { recursive: true, force: true });
  await mkdir(WORK, { recursive: true });
  const runs: Record<'subject' | 'baseline', Measurement[]> = { subject: [], baseline: [] };
  for (let run = 1; run <= RUNS; run++) {
    for (const which of ['baseline', 'subject'] as const) {
      process.stderr.write(`${bench.name}: ${bench[which].name}, run ${run} of ${RUNS} …\n`);
      runs[which].push(await measure(bench, which));
    }
  }
  const result = resultDocument({ bench, ...runs });
  await writeFile(join(BENCH_FOLDER, `${bench.name}.json`), `${JSON.stringify(result, null, 2)}\n`);
  process.stdout.write(`${renderResult(result)}\n\n`);
}
await rm(WORK, { recursive: true, force: true });
