// The rows that changed, old and new beside each other, and what they add up to.
import { useMemo, useState } from 'preact/hooks';
import type { InsightDocument } from '../../insight-documents.ts';
import { changeTable, differingColumns } from '../change-table.ts';
import type { ComposedChange } from '../compose-changes.ts';
import { receiptRoute } from '../insight-rows.ts';
import { href } from '../routes.ts';
import { CellText } from './cell-text.tsx';
import { type CellShown, DataTable } from './data-table.tsx';
import { percentOf } from './decimal-change.ts';
import { longestFraction } from './digits.ts';
import { DifferenceText, NumberText } from './number-text.tsx';
import { Scroll } from './scroll.tsx';

type RowsProps = { readonly insight: InsightDocument; readonly composed: ComposedChange };

const ALL = '';

export function ChangedRows({ insight, composed }: RowsProps) {
  const [chosen, choose] = useState<string | null>(null);
  const differing = useMemo(() => differingColumns(composed, insight.partitionBy), [composed, insight]);
  const names = differing.map(({ name }) => name);
  const shown = chosen !== null && (chosen === ALL || names.includes(chosen)) ? chosen : (names[0] ?? ALL);
  return (
    <>
      {names.length > 1 && (
        <label class="bar">
          Compare
          <select value={shown} onChange={(event) => choose(event.currentTarget.value)}>
            {names.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
            <option value={ALL}>all that differ</option>
          </select>
        </label>
      )}
      <RowTable insight={insight} composed={composed} shown={shown === ALL ? names.join('\n') : shown} />
    </>
  );
}

/** `shown`: names of columns, one a line. */
function RowTable({ insight, composed, shown }: RowsProps & { readonly shown: string }) {
  const table = useMemo(
    () => changeTable(composed, insight.partitionBy, shown.split('\n')),
    [composed, insight, shown],
  );
  const cell: CellShown = (text, row, column) => {
    if (column === 0) return <ChangeWord word={table.rows[row]?.[0] ?? ''} />;
    const name = table.shows[column];
    const now = composed.rows[row]?.new;
    if (name == null || now == null || !table.columns[column]?.isNumber) return text;
    return (
      <a href={href(receiptRoute(insight, composed.columns, now, name))} title="How this number was made">
        {text}
      </a>
    );
  };
  return (
    <DataTable
      caption={`Rows of ${insight.name} that changed`}
      fileName={`${insight.name}-changes`}
      columns={table.columns}
      rows={table.rows}
      cell={cell}
    />
  );
}

function ChangeWord({ word }: { readonly word: string }) {
  const sign = word === 'new' ? '+' : word === 'gone' ? '−' : '~';
  return (
    <span class={`nowrap change-${word}`}>
      <span aria-hidden="true">{sign}</span> {word}
    </span>
  );
}

/** On top: what the rows that changed add up to. */
export function ChangedTotals({ composed }: { readonly composed: ComposedChange }) {
  const totals = composed.totals ?? [];
  if (composed.totals === null) return <p class="muted">What the rows add up to cannot be told.</p>;
  if (totals.length === 0) return null;
  const isSplit = totals.some(({ old }) => old !== null);
  const decimals = longestFraction(totals.flatMap(({ old, new: now, difference }) => [old, now, difference]));
  const percentDecimals = longestFraction(totals.map(({ old, new: now }) => percentOf(old, now)));
  return (
    <Scroll label="Totals">
      <table>
        <caption>What the rows that changed add up to</caption>
        <thead>
          <tr>
            <th scope="col">Column</th>
            {isSplit && (
              <>
                <th scope="col" class="number">
                  Before
                </th>
                <th scope="col" class="number">
                  Now
                </th>
              </>
            )}
            <th scope="col" class="number">
              Difference
            </th>
            {isSplit && (
              <th scope="col" class="number">
                Per cent
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {totals.map(({ column, old, new: now, difference }) => (
            <tr key={column}>
              <th scope="row" class="nowrap">
                <CellText cell={column} />{' '}
                <span class="unit">{composed.columns.find(({ name }) => name === column)?.unit ?? ''}</span>
              </th>
              {isSplit && (
                <>
                  <td class="number">
                    <NumberText cell={old} decimals={decimals} />
                  </td>
                  <td class="number">
                    <NumberText cell={now} decimals={decimals} />
                  </td>
                </>
              )}
              <td class="number">
                <DifferenceText difference={difference} decimals={decimals} />
              </td>
              {isSplit && (
                <td class="number">
                  <Percent percent={percentOf(old, now)} decimals={percentDecimals} />
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

/** Nothing is a share of nothing. */
function Percent({ percent, decimals }: { readonly percent: string | null; readonly decimals: number }) {
  return percent === null ? <span class="muted">–</span> : <NumberText cell={percent} decimals={decimals} />;
}
