// A number's receipt: the number, its row, what it was before and what moved it, and what it was made from.
import type {
  Cell,
  IndexDocument,
  InsightDocument,
  PagePartitionReceipt,
  ReceiptsDocument,
  RowsDocument,
} from '../../documents.ts';
import { isNameOf, partitionText, partOf, receiptRoute, rowsAt, samePartition } from '../insight-rows.ts';
import { CellText } from '../parts/cell-text.tsx';
import { CopyButton } from '../parts/copy-button.tsx';
import { counted } from '../parts/count-text.ts';
import { Loading } from '../parts/loading.tsx';
import { NumberText } from '../parts/number-text.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { href, type Route } from '../routes.ts';
import { useDocument } from '../use-documents.ts';
import { NoInsight } from './insight.tsx';
import { ReceiptBefore } from './receipt-before.tsx';
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
        return <OfPart key={part.rows} index={index} route={route} insight={insight} part={part} />;
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
  const partition = { stale: here(insight.stale), warnings: here(insight.warnings) };
  function here<Reason extends InsightDocument['stale'][number]>(reasons: readonly Reason[]) {
    return reasons.filter((reason) => samePartition(insight.partitionBy, reason.partition, route.partition));
  }
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
      <Trouble insight={{ ...partition, partitionBy: insight.partitionBy }} />
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

type FigureProps = {
  readonly insight: InsightDocument;
  readonly row: readonly Cell[];
  readonly place: number;
};

/** The number itself, large. */
function Figure({ insight, row, place }: FigureProps) {
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

function RestOfRow({ insight, row, column }: RestProps) {
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
