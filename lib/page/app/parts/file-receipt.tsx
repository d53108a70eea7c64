// One source file: what became of it, and what it was before.
import type { FileRow, FormerFile } from '../../dataset-documents.ts';
import { href } from '../routes.ts';
import { CellText } from './cell-text.tsx';
import { counted, countText, sizeText } from './count-text.ts';
import { type Fact, Facts } from './facts.tsx';
import { Scroll } from './scroll.tsx';
import { FileStateBadge } from './state-badge.tsx';
import { FILE_STATE_WORDS } from './state-words.ts';
import { TimeText } from './time-text.tsx';

/** `isNamed`: its name is said here, because it stands nowhere above. */
type ReceiptProps = { readonly dataset: string; readonly file: FileRow; readonly isNamed?: boolean };

export function FileReceipt({ dataset, file, isNamed = false }: ReceiptProps) {
  const { source, state, reason, refused } = file;
  return (
    <>
      {isNamed && (
        <h2>
          <CellText cell={source} />
        </h2>
      )}
      <p class="lead">
        <FileStateBadge state={state} />: {FILE_STATE_WORDS[state].meaning}.
      </p>
      {reason !== null && (
        <p class={`notice ${state === 'rejected' ? 'notice-fault' : ''}`}>
          <CellText cell={reason} max={2000} />
        </p>
      )}
      <Facts facts={factsOf(file)} />
      {refused !== null && (
        <p>
          <a href={href({ view: 'refused', name: dataset, source })}>
            {file.refusedRows === 0
              ? 'Why it was refused'
              : `See ${counted(file.refusedRows, 'refused row')} and why`}
          </a>
        </p>
      )}
      {file.before.length > 0 && <Before before={file.before} />}
    </>
  );
}

function factsOf(file: FileRow): Fact[] {
  const { period, rows, refusedRows, skippedRows, sizeBytes, lastModified, version, committedAt } = file;
  return [
    ['For', period],
    ['Rows that count', countText(rows)],
    ['Refused rows', countText(refusedRows)],
    ['Rows left out by rule', skippedRows === 0 ? null : countText(skippedRows)],
    ['Size', sizeBytes === null ? 'it is gone' : sizeText(sizeBytes)],
    ['Came', <TimeText key="came" time={lastModified} as="both" />],
    ['Counts since', <TimeText key="since" time={committedAt} as="both" />],
    ['In version', version === null ? null : version],
  ];
}

function Before({ before }: { readonly before: readonly FormerFile[] }) {
  return (
    <>
      <h3>What stood under this name before</h3>
      <Scroll label="Older versions of the file">
        <table>
          <thead>
            <tr>
              <th scope="col">Came</th>
              <th scope="col" class="number">
                Rows
              </th>
              <th scope="col" class="number">
                Refused
              </th>
              <th scope="col">Counted from</th>
              <th scope="col">Until</th>
            </tr>
          </thead>
          <tbody>
            {before.map((former) => (
              <tr key={former.from}>
                <td>
                  <TimeText time={former.lastModified} />
                </td>
                <td class="number">{countText(former.rows)}</td>
                <td class="number">{countText(former.refusedRows)}</td>
                <td>
                  <TimeText time={former.from} />
                </td>
                <td>
                  <TimeText time={former.until} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </>
  );
}
