// A table of exact values: sorted by a click on its head, filtered by words, a hundred rows at a time.
import type { ComponentChildren } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { Cell } from '../../page-values.ts';
import { CellText } from './cell-text.tsx';
import { digitsOf, isShort, longestFraction } from './digits.ts';
import { NumberText } from './number-text.tsx';
import { Scroll } from './scroll.tsx';
import { nextSort, shownRows, type TableColumn, type TableSort } from './table-rows.ts';
import { PAGE_ROWS, TableTools } from './table-tools.tsx';
import '../style/table.css';

export type CellShown = (text: ComponentChildren, row: number, column: number) => ComponentChildren;

type TableProps = {
  readonly caption: string;
  /** Of the file that is saved, without its ending. */
  readonly fileName: string;
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly Cell[])[];
  /** Puts a cell's text into a link, say. */
  readonly cell?: CellShown;
};

export function DataTable({ caption, fileName, columns, rows, cell = asIs }: TableProps) {
  const [sort, setSort] = useState<TableSort | null>(null);
  const [words, setWords] = useState('');
  const [wanted, setPage] = useState(0);
  const shown = useMemo(() => shownRows(columns, rows, words, sort), [columns, rows, words, sort]);
  const settings = useMemo(() => columns.map((column, at) => settingOf(column, at, rows)), [columns, rows]);
  const page = Math.min(wanted, Math.max(0, Math.ceil(shown.length / PAGE_ROWS) - 1));
  const fromFirstPage = (change: () => void) => {
    change();
    setPage(0);
  };
  return (
    <div class="data-table">
      <TableTools
        caption={caption}
        header={columns.map(({ name }) => name)}
        fileName={fileName}
        all={rows.length}
        found={shown.length}
        rows={() => shown.map((row) => rows[row] ?? [])}
        words={words}
        setWords={(text) => fromFirstPage(() => setWords(text))}
        page={page}
        setPage={setPage}
      />
      <Scroll label={caption}>
        <table class="table-hover">
          <caption class="visually-hidden">{caption}</caption>
          <TableHead
            columns={columns}
            sort={sort}
            onSort={(at) => fromFirstPage(() => setSort((before) => nextSort(before, at)))}
          />
          <tbody>
            {shown.slice(page * PAGE_ROWS, (page + 1) * PAGE_ROWS).map((row) => (
              <tr key={row}>
                {columns.map((column, at) => (
                  <TableCell
                    key={column.name}
                    cell={rows[row]?.[at] ?? null}
                    column={column}
                    setting={settings[at] ?? PLAIN}
                    shown={(text) => cell(text, row, at)}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </div>
  );
}

const asIs: CellShown = (text) => text;

/** How a column's numbers are set. */
type Setting = { readonly decimals: number; readonly grouped: 'never' | 'long' | 'always' };

const PLAIN: Setting = { decimals: 0, grouped: 'never' };

function settingOf(
  { isNumber, isName }: TableColumn,
  at: number,
  rows: readonly (readonly Cell[])[],
): Setting {
  if (!isNumber) return PLAIN;
  const cells = rows.map((row) => row[at] ?? null);
  const isLong = cells.some((cell) => {
    const digits = cell === null ? null : digitsOf(cell);
    return digits !== null && !isShort(digits);
  });
  return { decimals: longestFraction(cells), grouped: isName ? 'never' : isLong ? 'always' : 'long' };
}

type HeadProps = {
  readonly columns: readonly TableColumn[];
  readonly sort: TableSort | null;
  readonly onSort: (column: number) => void;
};

function TableHead({ columns, sort, onSort }: HeadProps) {
  return (
    <thead>
      <tr>
        {columns.map(({ name, label, description, unit, isNumber }, at) => {
          const order = sort?.column !== at ? 'none' : sort.descending ? 'descending' : 'ascending';
          return (
            <th key={name} scope="col" class={isNumber ? 'number' : undefined} aria-sort={order}>
              <button type="button" class="sort" title={description ?? undefined} onClick={() => onSort(at)}>
                <CellText cell={label ?? name} />
                <span class="sort-sign" aria-hidden="true">
                  {order === 'none' ? '' : order === 'ascending' ? '▲' : '▼'}
                </span>
              </button>
              {unit !== null && (
                <span class="unit">
                  <CellText cell={unit} />
                </span>
              )}
            </th>
          );
        })}
      </tr>
    </thead>
  );
}

type CellProps = {
  readonly cell: Cell;
  readonly column: TableColumn;
  readonly setting: Setting;
  readonly shown: (text: ComponentChildren) => ComponentChildren;
};

function TableCell({ cell, column, setting, shown }: CellProps) {
  if (cell === null)
    return (
      <td class="missing">
        <span class="visually-hidden">no value</span>
      </td>
    );
  if (!column.isNumber) return <td>{shown(<CellText cell={cell} />)}</td>;
  return <td class="number">{shown(<NumberText cell={cell} {...setting} />)}</td>;
}
