import { settledBefore } from '../ingest/settled.ts';
import type { Effects } from '../lake/effects.ts';
import { landedShares } from '../lake/live-shares.ts';

export async function explainSource(effects: Effects, source: string): Promise<string> {
  const by = effects.catalog.asideOf(source);
  if (by) return `it may belong to a definition that is set aside: ${by.error.message}`;
  const [dataset, rival] = effects.catalog.claims(source);
  if (dataset === undefined) return "no dataset's path matches it";
  if (rival)
    return `the datasets ${dataset.name} and ${rival.name} both claim it: make their paths distinct, and deploy`;
  const live = await landedShares(effects.tables, dataset);
  const version = await effects.landing.head(source);
  if (version === undefined)
    return !live.has(source)
      ? 'it is neither in landing nor in the lake: nothing is left to do'
      : 'it is gone from landing, and its rows are still in the lake: redrive withdraws them';
  const settled = await settledBefore(effects, dataset, version, live);
  if (settled === undefined)
    return 'its present version is not in the lake yet: "npx sluice sync --keys" with this key tries it here and says why it fails';
  return settled.report?.outcome === 'rejected'
    ? `rejected as a whole: ${settled.report.reason?.message ?? 'no reason given'}`
    : 'its present version is in the lake by now: nothing is left to do';
}
