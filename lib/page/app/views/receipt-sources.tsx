// What a number was made from: its files, and the rules and versions under which they were read.
import { useState } from 'preact/hooks';
import type { IndexDocument } from '../../documents.ts';
import type { PagePartitionReceipt } from '../../insight-documents.ts';
import { CellText } from '../parts/cell-text.tsx';
import { counted, countText } from '../parts/count-text.ts';
import { Scroll } from '../parts/scroll.tsx';
import { FileLink, TableLink } from '../parts/table-link.tsx';
import { TimeText } from '../parts/time-text.tsx';

type MadeProps = { readonly index: IndexDocument; readonly receipt: PagePartitionReceipt };

export function MadeFrom({ index, receipt }: MadeProps) {
  const { sources, moreSources, sourceRows, lost } = receipt;
  return (
    <>
      <h2>
        Made from {counted(sources.length + moreSources, 'file')}, {counted(sourceRows, 'row')}
      </h2>
      {lost.map((sentence) => (
        <p key={sentence} class="notice notice-attention">
          <CellText cell={sentence} max={600} />
        </p>
      ))}
      <Sources receipt={receipt} />
      {moreSources > 0 && <p class="muted">and {counted(moreSources, 'older file')}</p>}
      <h2>How it was made</h2>
      <How index={index} receipt={receipt} />
    </>
  );
}

const SHOWN = 20;

function Sources({ receipt: { sources } }: { readonly receipt: PagePartitionReceipt }) {
  const [isWhole, setWhole] = useState(false);
  if (sources.length === 0) return null;
  const shown = isWhole ? sources : sources.slice(0, SHOWN);
  return (
    <>
      <SourceTable sources={shown} />
      {shown.length < sources.length && (
        <button type="button" onClick={() => setWhole(true)}>
          Show all {counted(sources.length, 'file')}
        </button>
      )}
    </>
  );
}

function SourceTable({ sources }: Pick<PagePartitionReceipt, 'sources'>) {
  return (
    <Scroll label="Files">
      <table class="table-hover">
        <thead>
          <tr>
            <th scope="col">File</th>
            <th scope="col" class="number">
              Rows
            </th>
            <th scope="col">Version of</th>
            <th scope="col">Counted since</th>
          </tr>
        </thead>
        <tbody>
          {sources.map(({ dataset, source, rows, lastModified, committedAt }) => (
            <tr key={`${dataset} ${source} ${lastModified}`}>
              <td class="file-name">
                <FileLink dataset={dataset} source={source} />
              </td>
              <td class="number">{countText(rows)}</td>
              <td>
                <TimeText time={lastModified} />
              </td>
              <td>
                <TimeText time={committedAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function How({ index, receipt }: MadeProps) {
  const { version, committedAt, definition, contracts, inputs, audits, warnings } = receipt;
  return (
    <dl class="facts how">
      <div>
        <dt>When</dt>
        <dd>
          <TimeText time={committedAt} as="both" /> (version {version})
        </dd>
      </div>
      <div>
        <dt>Audits</dt>
        <dd>
          <Audits audits={audits} warnings={warnings} />
        </dd>
      </div>
      <div>
        <dt>Versions read</dt>
        <dd>
          {Object.entries(inputs).map(([name, read]) => (
            <div key={name}>
              <TableLink index={index} name={name} /> {read}
            </div>
          ))}
          {Object.keys(inputs).length === 0 && <span class="muted">not recorded</span>}
        </dd>
      </div>
      <Hashes name="SQL" hashes={definition === null ? [] : [definition]} />
      <Hashes name="Contracts" hashes={contracts} />
    </dl>
  );
}

function Audits({ audits, warnings }: Pick<PagePartitionReceipt, 'audits' | 'warnings'>) {
  if (audits === null) return <span class="muted">not recorded</span>;
  const warned = audits.filter(({ outcome }) => outcome === 'warned');
  return (
    <>
      {audits.length === 0 && <span class="muted">it has none</span>}
      {audits.map(({ audit, outcome }) => (
        <div key={audit} class={outcome === 'warned' ? 'state-attention' : undefined}>
          <span aria-hidden="true">{outcome === 'warned' ? '!' : '✓'}</span> <CellText cell={audit} />{' '}
          {outcome}
        </div>
      ))}
      {warned.length > 0 && warnings !== null && (
        <div class="small">
          <CellText cell={warnings} max={600} />
        </div>
      )}
    </>
  );
}

function Hashes({ name, hashes }: { readonly name: string; readonly hashes: readonly string[] }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {hashes.map((hash) => (
          <div key={hash}>
            <code class="code-text">
              <CellText cell={hash} />
            </code>
          </div>
        ))}
        {hashes.length === 0 && <span class="muted">not recorded</span>}
      </dd>
    </div>
  );
}
