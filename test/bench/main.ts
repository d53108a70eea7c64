// `npm run bench [-- name …] [--runs N] [--docs]`: ratios of Sluice to plain tools, as Markdown on standard output and JSON under
// .bench/. `--docs` writes the newest results into the table of docs/performance.md as well.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Bench, Measurement } from './bench.ts';
import { BENCH_FOLDER, WORK } from './data.ts';
import { writeDocsTable } from './docs-table.ts';
import { loadBenches } from './load-benches.ts';
import { measure } from './measure.ts';
import { type ResultDocument, renderResult, resultDocument } from './report.ts';

const {
  positionals: wanted,
  values: { runs: wantedRuns, docs },
} = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '3' }, docs: { type: 'boolean', default: false } },
});
const RUNS = Number(wantedRuns);
const all = await loadBenches();
/** `peers` names `peers-dbt` and `peers-pyspark`. */
const names = (word: string, name: string) => name === word || name.startsWith(`${word}-`);
const unknown = wanted.find((word) => !all.some(({ name }) => names(word, name)));
if (unknown !== undefined) {
  process.stderr.write(
    `There is no bench ${unknown}: choose among ${all.map(({ name }) => name).join(', ')}.\n`,
  );
  process.exit(2);
}

for (const bench of all.filter(
  ({ name }) => wanted.length === 0 || wanted.some((word) => names(word, name)),
)) {
  const reason = await bench.whyNot?.();
  if (reason !== undefined) {
    process.stderr.write(`${bench.name} is left out: ${reason}.\n`);
    continue;
  }
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
if (docs) {
  const results = await Promise.all(all.map(storedResult));
  const measured = results.filter((result) => result !== undefined);
  await writeDocsTable(join(import.meta.dirname, '../../docs/performance.md'), all, measured);
}

/** Held against today's target. */
async function storedResult({ name, target }: Bench): Promise<ResultDocument | undefined> {
  try {
    const stored = JSON.parse(await readFile(join(BENCH_FOLDER, `${name}.json`), 'utf8')) as ResultDocument;
    return { ...stored, target };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
