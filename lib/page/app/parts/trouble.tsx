// What makes an insight's numbers doubtful: parts that kept their old rows, and what audits warn of.
import type { InsightDocument } from '../../insight-documents.ts';
import type { Partition } from '../../page-values.ts';
import { partitionText } from '../insight-rows.ts';
import { CellText } from './cell-text.tsx';
import { counted } from './count-text.ts';

const SHOWN = 5;

export function Trouble({
  insight,
}: {
  readonly insight: Pick<InsightDocument, 'stale' | 'warnings' | 'partitionBy'>;
}) {
  const { stale, warnings, partitionBy } = insight;
  return (
    <>
      {stale.length > 0 && (
        <div class="notice notice-fault">
          <p>
            <strong>
              {counted(stale.length, 'part')} {stale.length === 1 ? 'shows' : 'show'} older numbers
            </strong>
            , because the newer ones failed an audit.
          </p>
          <Reasons partitionBy={partitionBy} reasons={stale} />
        </div>
      )}
      {warnings.length > 0 && (
        <div class="notice notice-attention">
          <p>
            <strong>An audit warns of {counted(warnings.length, 'part')}.</strong> The numbers are shown all
            the same.
          </p>
          <Reasons partitionBy={partitionBy} reasons={warnings} />
        </div>
      )}
    </>
  );
}

type Reason = { readonly partition: Partition; readonly message: string };
type ReasonsProps = { readonly partitionBy: readonly string[]; readonly reasons: readonly Reason[] };

function Reasons({ partitionBy, reasons }: ReasonsProps) {
  const more = reasons.slice(SHOWN);
  return (
    <>
      <ReasonList partitionBy={partitionBy} reasons={reasons.slice(0, SHOWN)} />
      {more.length > 0 && (
        <details>
          <summary>{counted(more.length, 'more', 'more')}</summary>
          <ReasonList partitionBy={partitionBy} reasons={more} />
        </details>
      )}
    </>
  );
}

function ReasonList({ partitionBy, reasons }: ReasonsProps) {
  return (
    <ul>
      {reasons.map(({ partition, message }, at) => (
        <li key={at}>
          {partitionBy.length > 0 && (
            <>
              <CellText cell={partitionText(partitionBy.map((name) => partition[name] ?? null))} />:{' '}
            </>
          )}
          <CellText cell={message} max={600} />
        </li>
      ))}
    </ul>
  );
}
