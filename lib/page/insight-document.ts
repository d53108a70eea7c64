// An insight's document: what it means, its parts, its versions and what they changed. Rows and receipts are in documents of
// their own, which it names.
import type { Derivation } from '../core/insight.ts';
import type { Column } from '../core/schema.ts';
import { identifier } from '../sql/quoting.ts';
import { auditRows } from './audit-rows.ts';
import { changeRefs } from './changes.ts';
import { type Charted, chartSpec, type Distinct, namedColumns } from './chart-spec.ts';
import type { InsightDocument, PageColumn } from './insight-documents.ts';
import { insightParts, type LivePartition, shownColumns, withRows } from './insight-parts.ts';
import { pageColumns } from './page-columns.ts';
import type { Ref } from './page-values.ts';
import { LISTED_VERSIONS, outcomesOf, type ShownTable } from './shown-table.ts';
import { versionRows } from './version-rows.ts';
import type { Writing } from './writing.ts';

/** Throws where the table's rows cannot be read. */
export async function insightRef(writing: Writing, shown: ShownTable): Promise<Ref<InsightDocument>> {
  const { derivation, log } = shown;
  const { parts, newest } = await insightParts(writing, shown);
  const changes = await changeRefs(writing, shown);
  const { delivered: _, ...definition } = derivation;
  const basis = {
    definition,
    id: log.metadata(log.newest).id,
    version: log.newest,
    commit: log.commitId(log.newest) ?? null,
    parts,
    changes,
  };
  return writing.site.document('insight', basis, async () => {
    const columns = pageColumns(described(shownColumns(log), derivation));
    return {
      name: derivation.target.name,
      kind: shown.kind,
      description: derivation.description ?? null,
      columns,
      partitionBy: log.metadata(log.newest).partitionColumns,
      key: derivation.key,
      reads: derivation.inputs.map(({ name }) => name),
      sql: shown.kind === 'insight' ? { text: derivation.sql, file: derivation.file } : null,
      audits: auditRows(shown),
      ...outcomesOf(log),
      chart: await chartOf(writing, shown, columns, newest),
      parts,
      ...versionRows(shown.history, LISTED_VERSIONS),
      changes,
    };
  });
}

/** A description may be written after the table was. */
function described(columns: readonly Column[], { columns: defined }: Derivation): Column[] {
  return columns.map((column) => {
    const description = defined.find(({ name }) => name === column.name)?.description;
    return description === undefined ? column : { ...column, description };
  });
}

async function chartOf(
  writing: Writing,
  shown: ShownTable,
  columns: readonly PageColumn[],
  newest: readonly LivePartition[],
) {
  const { target, key, partitionBy, chart } = shown.derivation;
  const dateParts = writing.effects.catalog.datePartsOf(target);
  const charted = { key, partitionBy, columns, dateParts, ...(chart === undefined ? {} : { chart }) };
  return chartSpec(charted, await distinctValues(writing, shown, charted, newest));
}

async function distinctValues(
  writing: Writing,
  shown: ShownTable,
  charted: Charted,
  newest: readonly LivePartition[],
): Promise<Distinct> {
  const names = namedColumns(charted);
  if (names.length === 0 || newest.length === 0) return new Map();
  const counts = names.map((name, i) => `count(DISTINCT ${identifier(name)}) AS n${i}`);
  return withRows(writing, shown, newest, async (session, relation) => {
    const [row] = await session.rows(`SELECT ${counts.join(', ')} FROM (${relation})`);
    return new Map(names.map((name, i) => [name, Number(row?.[`n${i}`] ?? 0)]));
  });
}
