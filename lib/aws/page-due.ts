// Whether the scheduled run of maintain has to write the page: what changed is told by messages, so that it makes up for those that
// were lost, for a page that was not finished, and for what time alone changes. Costs one read, and a look at each table.
import { landingTable } from '../core/catalog.ts';
import { type TableRef, tablePrefix } from '../core/insight.ts';
import type { Effects } from '../lake/effects.ts';
import { FORMAT, type IndexDocument } from '../page/documents.ts';
import { shownDerivations } from '../page/shown-table.ts';
import { documentJson, SITE } from '../page/site.ts';

/** Trends are of days. */
const OLDEST_MS = 24 * 3600_000;

/** What maintain has just found in landing. */
export type Found = { readonly overdue: number; readonly rejected: number };

/** Throws where a table cannot be read, which the page is to say. */
export async function isPageDue({ lake, tables, catalog, clock }: Effects, found: Found): Promise<boolean> {
  const index = await readIndex(lake);
  if (index === undefined || index.format !== FORMAT) return true;
  if (clock().getTime() - Date.parse(index.writtenAt) >= OLDEST_MS) return true;
  const { late, rejected } = index.summary;
  if (late !== found.overdue || rejected !== found.rejected) return true;
  const isShown = async (table: TableRef, version: number | null | undefined) =>
    ((await tables.latest(tablePrefix(table)))?.version ?? null) === version;
  const datasets = new Map(index.datasets.map(({ name, version }) => [name, version]));
  for (const dataset of catalog.datasets)
    if (!(await isShown(landingTable(dataset), datasets.get(dataset.name)))) return true;
  const insights = new Map(index.insights.map(({ name, version }) => [name, version]));
  for (const { derivation } of shownDerivations(catalog)) {
    const { target } = derivation;
    if (!(await isShown(target, insights.get(target.name)))) return true;
  }
  return false;
}

/** Undefined for none, and for one of another program. */
async function readIndex(lake: Effects['lake']): Promise<IndexDocument | undefined> {
  const bytes = await lake.read(`${SITE}data/index.js`);
  if (bytes === undefined) return undefined;
  try {
    return JSON.parse(documentJson('index.js', bytes)) as IndexDocument;
  } catch {
    return undefined;
  }
}
