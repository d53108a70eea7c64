// Checks that reports and quarantine files of superseded source versions are unaltered: people use them until maintain deletes
// them.
import type { Dataset } from '../core/contract.ts';
import { inParallel } from '../in-parallel.ts';
import { parseReport, type Report } from '../ingest/report.ts';
import type { Effects } from '../lake/effects.ts';
import { reportKey, reportPrefix, type SourceVersion } from '../lake/layout.ts';
import { parquetRows } from './parquet-rows.ts';
import { quarantineFile, quarantineProblems } from './source-balance.ts';

/** A sentence for each that does not. `present`: versions whose reports were looked at already. */
export async function damagedReports(
  effects: Effects,
  { name }: Dataset,
  present: readonly SourceVersion[],
): Promise<string[]> {
  const known = new Set(present.map((version) => reportKey(name, version)));
  const others: string[] = [];
  for await (const { key } of effects.lake.list(reportPrefix(name))) if (!known.has(key)) others.push(key);
  const problems: string[] = [];
  const refused: Report[] = [];
  await inParallel(others, async (key) => {
    const bytes = await effects.lake.read(key);
    const report = bytes && parseReport(bytes);
    if (report) refused.push(...(report.quarantined > 0 ? [report] : []));
    else if (bytes)
      problems.push(`${key}, the report of a version that counts no more, is damaged: remove it`);
  });
  const expected = refused.map((report) => quarantineFile(name, report, report.quarantineContent));
  const counted = await parquetRows(effects, expected);
  for (const [i, { source, quarantined }] of refused.entries()) {
    const { key = '' } = expected[i] ?? {};
    const found = quarantineProblems(quarantined, counted.get(key), key);
    problems.push(...found.map((problem) => `${source}, in a version that counts no more: ${problem}`));
  }
  return problems.sort();
}
