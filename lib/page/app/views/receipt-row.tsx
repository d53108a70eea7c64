// The number of a receipt, large, and the other values of its row.

import type { InsightDocument } from '../../insight-documents.ts';
import type { Cell } from '../../page-values.ts';
import { isNameOf, receiptRoute } from '../insight-rows.ts';
import { CellText } from '../parts/cell-text.tsx';
import { CopyButton } from '../parts/copy-button.tsx';
import { NumberText } from '../parts/number-text.tsx';
import { href } from '../routes.ts';

type FigureProps = {
  readonly insight: InsightDocument;
  readonly row: readonly Cell[];
  readonly place: number;
};

/** The number itself, large. */
export function Figure({ insight, row, place }: FigureProps) {
  const column = insight.columns[place];
  return (
    <>
      <h1>{column === undefined ? 'A row and what it was made from' : <CellText cell={column.name} />}</h1>
      {column?.description != null && (
        <p class="muted">
          <CellText cell={column.description} max={600} />
        </p>
      )}
      {column !== undefined && (
        <p class="figure">
          {column.isNumber ? (
            <NumberText cell={row[place] ?? null} />
          ) : (
            <CellText cell={row[place] ?? null} />
          )}
          {column.unit !== null && (
            <span class="unit">
              <CellText cell={column.unit} />
            </span>
          )}
        </p>
      )}
      <p class="bar">
        <CopyButton text={() => location.href} label="Copy a link to this number" />
      </p>
    </>
  );
}

type RestProps = Omit<FigureProps, 'place'> & { readonly column: string | null };

export function RestOfRow({ insight, row, column }: RestProps) {
  return (
    <>
      <h2>Its row</h2>
      <dl class="facts">
        {insight.columns.map(({ name, isNumber, unit }, at) => {
          if (name === column) return null;
          const isName = isNameOf(insight, name);
          const cell = row[at] ?? null;
          return (
            <div key={name}>
              <dt>
                <CellText cell={name} />
              </dt>
              <dd>
                {isNumber && !isName ? (
                  <a href={href(receiptRoute(insight, insight.columns, row, name))}>
                    <NumberText cell={cell} />
                  </a>
                ) : isNumber ? (
                  <NumberText cell={cell} grouped="never" />
                ) : (
                  <CellText cell={cell} />
                )}{' '}
                {unit !== null && (
                  <span class="unit">
                    <CellText cell={unit} />
                  </span>
                )}
              </dd>
            </div>
          );
        })}
      </dl>
    </>
  );
}
