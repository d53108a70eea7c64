// What is behind an insight's numbers: what its columns mean, its SQL, its audits and its versions.

import type { IndexDocument } from '../../documents.ts';
import type { AuditRow, InsightDocument } from '../../insight-documents.ts';
import { CellText } from '../parts/cell-text.tsx';
import { Scroll } from '../parts/scroll.tsx';
import { TableLink } from '../parts/table-link.tsx';
import { TimeText } from '../parts/time-text.tsx';
import { Versions } from '../parts/versions.tsx';
import { href } from '../routes.ts';

type AboutProps = { readonly index: IndexDocument; readonly insight: InsightDocument };

export function InsightAbout({ index, insight }: AboutProps) {
  return (
    <>
      <h2>What the columns mean</h2>
      <Columns insight={insight} />
      <h2>How the numbers are made</h2>
      <Rule index={index} insight={insight} />
      <h2>Audits</h2>
      <Audits audits={insight.audits} />
      <h2>Versions</h2>
      <InsightVersions index={index} insight={insight} />
    </>
  );
}

function Columns({ insight }: { readonly insight: InsightDocument }) {
  return (
    <Scroll label="What the columns mean">
      <table>
        <thead>
          <tr>
            <th scope="col">Column</th>
            <th scope="col">Meaning</th>
            <th scope="col">Unit</th>
            <th scope="col">Type</th>
          </tr>
        </thead>
        <tbody>
          {insight.columns.map(({ name, description, unit, type }) => (
            <tr key={name}>
              <th scope="row">
                <CellText cell={name} />
              </th>
              <td class="text">
                {description === null ? (
                  <span class="muted">not described</span>
                ) : (
                  <CellText cell={description} />
                )}
              </td>
              <td>{unit !== null && <CellText cell={unit} />}</td>
              <td class="muted">
                {type}
                {insight.key.includes(name) && ', tells rows apart'}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function Rule({ index, insight }: AboutProps) {
  const { reads, sql } = insight;
  return (
    <>
      {reads.length > 0 && (
        <p>
          From{' '}
          {reads.map((name, at) => (
            <span key={name}>
              {at > 0 && ', '}
              <TableLink index={index} name={name} />
            </span>
          ))}
          {sql === null ? ', by a rule that is built in.' : '.'}
        </p>
      )}
      {sql !== null && (
        <details>
          <summary>
            The SQL, as it stands in <CellText cell={sql.file} />
          </summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
          <pre tabIndex={0}>
            <code>{sql.text}</code>
          </pre>
        </details>
      )}
    </>
  );
}

const OUTCOMES = {
  passed: { sign: '✓', word: 'passed', state: 'well' },
  warned: { sign: '!', word: 'warned', state: 'attention' },
  failed: { sign: '×', word: 'failed', state: 'fault' },
} as const;

function Audits({ audits }: { readonly audits: readonly AuditRow[] }) {
  if (audits.length === 0) return <p class="muted">None: these numbers are published without a check.</p>;
  return (
    <Scroll label="Audits">
      <table class="table-wide">
        <thead>
          <tr>
            <th scope="col">Audit</th>
            <th scope="col">Last time</th>
            <th scope="col">Before, the newest first</th>
          </tr>
        </thead>
        <tbody>
          {audits.map((audit) => (
            <Audit key={audit.name} audit={audit} />
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function Audit({ audit: { name, severity, sql, runs } }: { readonly audit: AuditRow }) {
  const [last, ...before] = runs;
  return (
    <tr>
      <th scope="row">
        <CellText cell={name} />
        <div class="small muted beside">{severity === 'error' ? 'stops what it finds' : 'warns'}</div>
        <details class="small beside">
          <summary>What it looks for</summary>
          <pre>
            <code>{sql}</code>
          </pre>
        </details>
      </th>
      <td>
        {last === undefined ? (
          <span class="muted">never ran</span>
        ) : (
          <>
            <span class={`nowrap state-${OUTCOMES[last.outcome].state}`}>
              <span aria-hidden="true">{OUTCOMES[last.outcome].sign}</span> {OUTCOMES[last.outcome].word}
            </span>
            <div class="small muted">
              <TimeText time={last.committedAt} /> (version {last.version})
            </div>
          </>
        )}
      </td>
      <td>
        <ol class="audit-runs">
          {before.map(({ version, committedAt, outcome }) => (
            <li
              key={version}
              class={`state-${OUTCOMES[outcome].state}`}
              title={`version ${version}, ${committedAt}`}
            >
              <span aria-hidden="true">{OUTCOMES[outcome].sign}</span>
              <span class="visually-hidden">
                version {version} {OUTCOMES[outcome].word}
              </span>
            </li>
          ))}
        </ol>
      </td>
    </tr>
  );
}

function InsightVersions({ index, insight }: AboutProps) {
  const { name, versions, moreVersions, changes } = insight;
  const told = new Set(changes.map(({ version }) => version));
  return (
    <Versions
      versions={versions}
      more={moreVersions}
      command={`npx sluice history ${name}${index.options}`}
      words={{ added: 'Rows written', removed: 'Rows replaced' }}
      beside={(version) =>
        told.has(version) && (
          <a href={href({ view: 'changes', name, from: String(version - 1), to: String(version) })}>
            What it changed<span class="visually-hidden"> in version {version}</span>
          </a>
        )
      }
    />
  );
}
