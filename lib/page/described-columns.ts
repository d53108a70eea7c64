// The descriptions of all tables' columns, for the search: a document of its own, as the first page has no need of them.
import { tableColumns } from '../core/contract.ts';
import type { Column } from '../core/schema.ts';
import type { ColumnsDocument, DescribedTable } from './documents.ts';
import type { Ref } from './page-values.ts';
import { shownDerivations } from './shown-table.ts';
import type { Writing } from './writing.ts';

export function describedColumns({
  effects: { catalog },
  site,
}: Pick<Writing, 'effects' | 'site'>): Promise<Ref<ColumnsDocument>> {
  const tables = [
    ...catalog.datasets.map((dataset) => described(dataset.name, tableColumns(dataset))),
    ...shownDerivations(catalog).map(({ derivation: { target, columns } }) =>
      described(target.name, columns),
    ),
  ].filter(({ columns }) => columns.length > 0);
  return site.document('columns', { tables }, () => ({ tables }));
}

function described(name: string, columns: readonly Column[]): DescribedTable {
  return {
    name,
    columns: columns.flatMap(({ name: column, description }) =>
      description === undefined || description === '' ? [] : [{ name: column, description }],
    ),
  };
}
