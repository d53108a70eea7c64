// A number's receipt: the number, its row, what it was before and what moved it, and what it was made from.

import type { IndexDocument } from '../../documents.ts';
import type {
  InsightDocument,
  PagePartitionReceipt,
  ReceiptsDocument,
  RowsDocument,
} from '../../insight-documents.ts';
import type { Cell, Partition } from '../../page-values.ts';
import { partitionText, partOf, rowsAt, samePartition } from '../insight-rows.ts';
import { CellText } from '../parts/cell-text.tsx';
import { counted } from '../parts/count-text.ts';
import { Loading } from '../parts/loading.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { href, type Route } from '../routes.ts';
import { useDocument } from '../use-documents.ts';
import { NoInsight } from './insight.tsx';
import { ReceiptBefore } from './receipt-before.tsx';
import { Figure, RestOfRow } from './receipt-row.tsx';
import { MadeFrom } from './receipt-sources.tsx';
import '../style/numbers.css';

type ViewProps = { readonly index: IndexDocument; readonly route: Extract<Route, { view: 'receipt' }> };

export function Receipt({ index, route }: ViewProps) {
  const summary = index.insights.find(({ name }) => name === route.name);
  if (summary === undefined) return <NoInsight name={route.name} />;
  return (
    <>
      <p class="small">
        <a href={href({ view: 'insight', name: route.name })}>
          <CellText cell={route.name} />
        </a>
        {route.partition.length > 0 && (
          <>
            {' › '}
            <CellText cell={partitionText(route.partition)} />
          </>
        )}
      </p>
      {summary.document === null ? (
        <Gone what="These numbers have no rows any more." />
      ) : (
        <OfInsight key={summary.name} index={index} route={route} document={summary.document} />
      )}
    </>
  );
}

function Gone({ what }: { readonly what: string }) {
  return (
    <>
      <h1>This number is not there any more</h1>
      <div class="notice notice-attention">
        <p>{what}</p>
      </div>
    </>
  );
}

function OfInsight({ index, route, document }: ViewProps & { readonly document: string }) {
  const loaded = useDocument<InsightDocument>(document);
  return (
    <Loading loaded={loaded}>
      {(insight) => {
        const part = partOf(insight, route.partition);
        if (part === undefined) return <PartGone insight={insight} route={route} />;
        return (
          <OfPart
            key={JSON.stringify(route.partition)}
            index={index}
            route={route}
            insight={insight}
            part={part}
          />
        );
      }}
    </Loading>
  );
}

function PartGone({
  insight,
  route,
}: {
  readonly insight: InsightDocument;
  readonly route: ViewProps['route'];
}) {
  const { name } = insight;
  return (
    <>
      <Gone
        what={
          route.partition.length === insight.partitionBy.length
            ? `There are no rows of ${partitionText(route.partition) || 'it'} now: their files may have been withdrawn or replaced.`
            : `These numbers are parted by ${insight.partitionBy.join(', ') || 'nothing'} now, so the address does not name a part of them.`
        }
      />
      <p>
        <a href={href({ view: 'insight', name })}>What there is now</a>, and{' '}
        <a href={href({ view: 'changes', name, from: null, to: null })}>what changed last</a>.
      </p>
    </>
  );
}

type PartProps = ViewProps & {
  readonly insight: InsightDocument;
  readonly part: InsightDocument['parts'][number];
};

function OfPart({ index, route, insight, part }: PartProps) {
  const rows = useDocument<RowsDocument>(part.rows);
  const receipts = useDocument<ReceiptsDocument>(part.receipts);
  const isOf = ({ partition }: PagePartitionReceipt) =>
    samePartition(insight.partitionBy, partition, route.partition);
  return (
    <Loading loaded={rows}>
      {(document) => (
        <Loading loaded={receipts}>
          {(made) => (
            <Found
              index={index}
              route={route}
              insight={insight}
              rows={rowsAt(insight.partitionBy, insight.columns, document.rows, route)}
              isCut={part.moreRows > 0}
              receipt={made.receipts.find(isOf)}
            />
          )}
        </Loading>
      )}
    </Loading>
  );
}

type FoundProps = ViewProps & {
  readonly insight: InsightDocument;
  readonly rows: readonly (readonly Cell[])[];
  readonly isCut: boolean;
  readonly receipt: PagePartitionReceipt | undefined;
};

function Found({ index, route, insight, rows, isCut, receipt }: FoundProps) {
  const [row] = rows;
  const place = insight.columns.findIndex(({ name }) => name === route.column);
  const isHere = ({ partition }: { readonly partition: Partition }) =>
    samePartition(insight.partitionBy, partition, route.partition);
  return (
    <>
      {row === undefined ? (
        <RowGone isCut={isCut} row={route.row} />
      ) : (
        <Figure insight={insight} row={row} place={place} />
      )}
      {rows.length > 1 && (
        <p class="small muted">
          {counted(rows.length, 'row')} have these values: the first is shown. All were made from the same.
        </p>
      )}
      <Trouble
        insight={{
          partitionBy: insight.partitionBy,
          stale: insight.stale.filter(isHere),
          warnings: insight.warnings.filter(isHere),
        }}
      />
      {row !== undefined && <RestOfRow insight={insight} row={row} column={route.column} />}
      {receipt === undefined ? (
        <p class="notice">The page has no receipt of this part. It may have been written a moment ago.</p>
      ) : (
        <>
          <ReceiptBefore
            index={index}
            insight={insight}
            route={route}
            receipt={receipt}
            now={row?.[place]}
            isRow={row !== undefined}
          />
          <MadeFrom index={index} receipt={receipt} />
        </>
      )}
    </>
  );
}

function RowGone({ isCut, row }: { readonly isCut: boolean; readonly row: ViewProps['route']['row'] }) {
  const names = Object.entries(row).map(([name, cell]) => `${name} ${cell ?? 'no value'}`);
  return (
    <Gone
      what={
        isCut
          ? 'This part has more rows than the page holds, and the row is not among the first. Below is what the whole part was made from.'
          : `No row of this part has ${names.join(', ') || 'these values'}. Below is what the part is made from now.`
      }
    />
  );
}
