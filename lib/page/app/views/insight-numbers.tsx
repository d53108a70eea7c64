// An insight's numbers: the newest parts first, more of them when asked for, as a chart and as a table. Each leads to its receipt.
import type { ComponentChildren } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { IndexDocument } from '../../documents.ts';
import type { InsightDocument, PageColumn, RowsDocument } from '../../insight-documents.ts';
import type { Cell } from '../../page-values.ts';
import { isNameOf, receiptRoute } from '../insight-rows.ts';
import { Chart } from '../parts/chart.tsx';
import { Command } from '../parts/command.tsx';
import { counted, countText } from '../parts/count-text.ts';
import { type CellShown, DataTable } from '../parts/data-table.tsx';
import { Loading } from '../parts/loading.tsx';
import { href } from '../routes.ts';
import { useDocumentList } from '../use-documents.ts';

/** Parts are loaded without being asked for until there are so many rows. */
const FIRST_ROWS = 1000;
const MOST_ROWS = 20_000;

type NumbersOf = { readonly index: IndexDocument; readonly insight: InsightDocument };

export function InsightNumbers({ index, insight }: NumbersOf) {
  const [wanted, setWanted] = useState(FIRST_ROWS);
  const count = partsFor(insight, wanted);
  const loaded = useDocumentList<RowsDocument>(insight.parts.slice(0, count).map(({ rows }) => rows));
  return (
    <>
      <h2>Numbers</h2>
      <Loading loaded={loaded}>
        {(documents) => (
          <Numbers insight={insight} documents={documents}>
            <Shown index={index} insight={insight} documents={documents} more={() => setWanted(wanted * 4)} />
          </Numbers>
        )}
      </Loading>
    </>
  );
}

function partsFor({ parts }: InsightDocument, wanted: number): number {
  let rows = 0;
  for (const [at, { rowCount, moreRows }] of parts.entries()) {
    if (at > 0 && (rows >= wanted || rows + rowCount - moreRows > MOST_ROWS)) return at;
    rows += rowCount - moreRows;
  }
  return parts.length;
}

type NumbersProps = {
  readonly insight: InsightDocument;
  readonly documents: readonly RowsDocument[];
  readonly children: ComponentChildren;
};

function Numbers({ insight, documents, children }: NumbersProps) {
  const rows = useMemo(() => documents.flatMap((document) => document.rows), [documents]);
  const columns = useMemo(
    () => insight.columns.map((column) => ({ ...column, isName: isNameOf(insight, column.name) })),
    [insight],
  );
  return (
    <>
      {insight.chart !== null && <Chart spec={insight.chart} columns={columns} rows={rows} />}
      {children}
      <DataTable
        caption={`Rows of ${insight.name}`}
        fileName={insight.name}
        columns={columns}
        rows={rows}
        cell={linked(insight, columns, rows)}
      />
    </>
  );
}

/** Quantities lead to their receipts. */
function linked(
  insight: InsightDocument,
  columns: readonly PageColumn[],
  rows: readonly (readonly Cell[])[],
): CellShown {
  return (text, row, column) => {
    const { name = '', isNumber = false } = columns[column] ?? {};
    if (!isNumber || isNameOf(insight, name)) return text;
    return (
      <a href={href(receiptRoute(insight, columns, rows[row] ?? [], name))} title="How this number was made">
        {text}
      </a>
    );
  };
}

type ShownProps = NumbersOf & {
  readonly documents: readonly RowsDocument[];
  readonly more: () => void;
};

/** What of all rows is here. */
function Shown({ index, insight, documents, more }: ShownProps) {
  const here = documents.reduce((total, { rows }) => total + rows.length, 0);
  const all = insight.parts.reduce((total, { rowCount }) => total + rowCount, 0);
  if (here >= all)
    return <p class="small muted">All {counted(all, 'row')}. Choose a number to see how it was made.</p>;
  const next = insight.parts[documents.length];
  const canLoad = next !== undefined && here + next.rowCount - next.moreRows <= MOST_ROWS;
  return (
    <div class="notice">
      <p>
        The newest {countText(here)} of {counted(all, 'row')}: chart and table show these alone.
      </p>
      {canLoad ? (
        <button type="button" class="screen-only" onClick={more}>
          Load older rows
        </button>
      ) : (
        <>
          <p>A browser takes no more at once. Whoever runs Sluice gets all of them with this:</p>
          <Command
            text={`npx sluice query "FROM ${insight.name}" --output ${insight.name}.csv${index.options}`}
          />
        </>
      )}
    </div>
  );
}
