// Every dataset and every insight in a line: how it is, how fresh it is, how much there is, and its last thirty days.
import type { DatasetSummary, InsightSummary } from '../../documents.ts';
import type { Time } from '../../page-values.ts';
import { href } from '../routes.ts';
import { headlinesFirst } from '../today-text.ts';
import { CellText } from './cell-text.tsx';
import { counted, countText, lengthText } from './count-text.ts';
import { OneLine } from './one-line.tsx';
import { Scroll } from './scroll.tsx';
import { StateBadge } from './state-badge.tsx';
import { TimeText } from './time-text.tsx';
import { Trend } from './trend.tsx';

export function DatasetTable({ datasets }: { readonly datasets: readonly DatasetSummary[] }) {
  return (
    <Scroll label="Files that come in">
      <table class="table-wide table-hover summary-table">
        <thead>
          <tr>
            <th scope="col">Kind of file</th>
            <th scope="col">State</th>
            <th scope="col">Last file</th>
            <th scope="col">Last change</th>
            <th scope="col" class="number">
              Files
            </th>
            <th scope="col" class="number">
              Rows
            </th>
            <th scope="col" class="number">
              Refused rows
            </th>
            <th scope="col">30 days</th>
          </tr>
        </thead>
        <tbody>
          {datasets.map((dataset) => (
            <DatasetLine key={dataset.name} dataset={dataset} />
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function DatasetLine({ dataset }: { readonly dataset: DatasetSummary }) {
  const { name, description, state, lastArrival, countedAt, lastCommit, files, rows, refusedRows, trend } =
    dataset;
  return (
    <tr>
      <Name name={name} description={description} address={href({ view: 'dataset', name })} />
      <td>
        <StateBadge state={state} />
        <Remarks remarks={datasetRemarks(dataset)} />
      </td>
      <td>
        <TimeText time={lastArrival} as="ago" />
        <Lag arrival={lastArrival} counted={countedAt} />
      </td>
      <td>
        <TimeText time={lastCommit} as="ago" />
      </td>
      <td class="number">{countText(files)}</td>
      <td class="number">{countText(rows)}</td>
      <td class="number">{refusedRows === 0 ? <span class="muted">0</span> : countText(refusedRows)}</td>
      <td>
        <Trend values={trend} />
      </td>
    </tr>
  );
}

function datasetRemarks({ late, rejected, waiting }: DatasetSummary): string[] {
  return [
    ...(late === 0 ? [] : [`${countText(late)} missing`]),
    ...(rejected === 0 ? [] : [`${counted(rejected, 'file')} refused`]),
    ...(waiting === 0 ? [] : [`${countText(waiting)} waiting`]),
  ];
}

/** How long the newest file took to be counted. */
function Lag({ arrival, counted }: { readonly arrival: Time | null; readonly counted: Time | null }) {
  if (arrival === null || counted === null) return null;
  const lag = new Date(counted).getTime() - new Date(arrival).getTime();
  if (Number.isNaN(lag) || lag < 0) return null;
  return (
    <div class="muted nowrap" data-varies>
      counted after {lengthText(lag)}
    </div>
  );
}

type InsightProps = {
  readonly insights: readonly InsightSummary[];
  /** From when on its changes are counted. */
  readonly since: Time;
};

export function InsightTable({ insights, since }: InsightProps) {
  const sorted = headlinesFirst(insights);
  const headlines = sorted.filter(({ headline }) => headline);
  const first = headlines.length === 0 ? sorted : headlines;
  return (
    <Scroll label="Numbers">
      <table class="table-wide table-hover summary-table">
        <thead>
          <tr>
            <th scope="col">Kind of numbers</th>
            <th scope="col">State</th>
            <th scope="col">Last change</th>
            <th scope="col" class="number">
              Changes since yesterday
            </th>
            <th scope="col" class="number">
              Rows
            </th>
            <th scope="col">30 days</th>
          </tr>
        </thead>
        <tbody>
          {first.map((insight) => (
            <InsightLine key={insight.name} insight={insight} since={since} />
          ))}
        </tbody>
        {first.length < sorted.length && (
          <tbody>
            <tr class="summary-others">
              <th scope="rowgroup" colSpan={6}>
                Further numbers
              </th>
            </tr>
            {sorted.slice(first.length).map((insight) => (
              <InsightLine key={insight.name} insight={insight} since={since} />
            ))}
          </tbody>
        )}
      </table>
    </Scroll>
  );
}

function InsightLine({ insight, since }: { readonly insight: InsightSummary; readonly since: Time }) {
  const { name, description, state, lastCommit, changesToday, rows, trend } = insight;
  return (
    <tr>
      <Name name={name} description={description} address={href({ view: 'insight', name })} />
      <td>
        <StateBadge state={state} />
        <Remarks remarks={insightRemarks(insight)} />
      </td>
      <td>
        <TimeText time={lastCommit} as="ago" />
      </td>
      <td class="number">
        {changesToday === 0 ? (
          <span class="muted">0</span>
        ) : (
          <a href={href({ view: 'changes', name, from: since, to: null })}>{countText(changesToday)}</a>
        )}
      </td>
      <td class="number">{countText(rows)}</td>
      <td>
        <Trend values={trend} />
      </td>
    </tr>
  );
}

function insightRemarks({ stale, behind, warnings, partitions }: InsightSummary): string[] {
  const part = partitions === 1 ? '' : ` of ${counted(partitions, 'part')}`;
  return [
    ...(stale === 0 ? [] : [`${countText(stale)}${part} out of date`]),
    ...(behind === null || behind === 0 ? [] : [`${countText(behind)}${part} to be computed again`]),
    ...(warnings === 0 ? [] : [counted(warnings, 'warning')]),
  ];
}

type NameProps = { readonly name: string; readonly description: string | null; readonly address: string };

function Name({ name, description, address }: NameProps) {
  return (
    <th scope="row" class="summary-name">
      <a href={address}>
        <CellText cell={name} />
      </a>
      {description !== null && <OneLine text={description} />}
    </th>
  );
}

function Remarks({ remarks }: { readonly remarks: readonly string[] }) {
  return (
    <>
      {remarks.map((remark) => (
        <div key={remark} class="muted nowrap">
          {remark}
        </div>
      ))}
    </>
  );
}
