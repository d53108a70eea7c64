// The first view: one sentence, what changed since yesterday, what is not well and how to mend it, then the numbers and the files.
import { useState } from 'preact/hooks';
import type { Fault, IndexDocument } from '../../documents.ts';
import type { Time } from '../../page-values.ts';
import { hoursBefore } from '../change-range.ts';
import { CellText } from '../parts/cell-text.tsx';
import { Command } from '../parts/command.tsx';
import { counted, countText } from '../parts/count-text.ts';
import { StateBadge, StateShape } from '../parts/state-badge.tsx';
import { DatasetTable, InsightTable } from '../parts/summary-tables.tsx';
import { href } from '../routes.ts';
import { isAllComputed, movedToday, standingOf, todaySentence } from '../today-text.ts';
import '../style/today.css';

export function Today({ index }: { readonly index: IndexDocument }) {
  const faults = [...index.faults].sort((a, b) => Number(b.state === 'fault') - Number(a.state === 'fault'));
  return (
    <>
      <h1 class="visually-hidden">Today</h1>
      <Sentence index={index} />
      <Moved index={index} />
      {faults.length > 0 && <Faults faults={faults} />}
      <h2>Numbers</h2>
      {index.insights.length === 0 ? (
        <p class="muted">No numbers are made of the files yet.</p>
      ) : (
        <InsightTable insights={index.insights} since={yesterday(index)} />
      )}
      <h2>Files that come in</h2>
      {index.datasets.length === 0 ? (
        <p class="muted">No kind of file is expected yet: nothing describes one.</p>
      ) : (
        <DatasetTable datasets={index.datasets} />
      )}
    </>
  );
}

function Sentence({ index }: { readonly index: IndexDocument }) {
  const { files, troubles, underWay } = todaySentence(index.summary);
  const gravest = standingOf(index);
  const isCalm = gravest === 'well';
  return (
    <div class={`today-sentence today-${gravest}`}>
      <StateShape state={gravest} />
      <p>
        {[files, ...troubles].join('; ')}
        {isCalm && '; nothing is missing or refused'}.
        {underWay.length > 0 && <span class="muted"> On its way: {underWay.join(', ')}.</span>}
        {isCalm && underWay.length === 0 && isAllComputed(index) && (
          <span class="muted"> All numbers are up to date.</span>
        )}
      </p>
    </div>
  );
}

/** From when on changes are counted: see InsightSummary.changesToday. */
function yesterday(index: IndexDocument): Time {
  return hoursBefore(index.writtenAt, 24);
}

const NAMED = 5;

function Moved({ index }: { readonly index: IndexDocument }) {
  const moved = movedToday(index.insights);
  if (index.insights.length === 0) return null;
  if (moved.length === 0) return <p>No number changed since yesterday.</p>;
  const more = moved.length - NAMED;
  return (
    <p class="moved">
      Since yesterday, {countText(moved.length)} of{' '}
      {counted(index.insights.length, 'kind of numbers', 'kinds of numbers')} changed:{' '}
      {moved.slice(0, NAMED).map(({ name }, at) => (
        <span key={name}>
          {at > 0 && ', '}
          <a href={href({ view: 'changes', name, from: yesterday(index), to: null })}>
            <CellText cell={name} />
          </a>
        </span>
      ))}
      {more > 0 && ` and ${counted(more, 'other')}`}.{' '}
      <a href={href({ view: 'changes', name: null, from: null, to: null })}>See what changed</a>
    </p>
  );
}

const SHOWN = 20;

function Faults({ faults }: { readonly faults: readonly Fault[] }) {
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? faults : faults.slice(0, SHOWN);
  return (
    <section aria-labelledby="faults">
      <h2 id="faults">What needs somebody ({counted(faults.length, 'thing')})</h2>
      <ul class="faults">
        {shown.map((fault, at) => (
          <FaultItem key={`${fault.what} ${at}`} fault={fault} />
        ))}
      </ul>
      {shown.length < faults.length && (
        <button type="button" onClick={() => setWhole(true)}>
          Show all {counted(faults.length, 'thing')}
        </button>
      )}
    </section>
  );
}

function FaultItem({ fault }: { readonly fault: Fault }) {
  return (
    <li class={`notice notice-${fault.state}`}>
      <p class="fault-what">
        <StateBadge state={fault.state} /> <CellText cell={fault.what} />{' '}
        {fault.target && (
          <a href={href(fault.target)}>
            See {fault.target.view === 'refused' ? 'what is wrong' : <CellText cell={fault.target.name} />}
          </a>
        )}
      </p>
      {fault.cause !== '' && (
        <p class="small">
          <CellText cell={fault.cause} />
        </p>
      )}
      {fault.advice !== null && (
        <p class="small">
          What to do: <CellText cell={fault.advice} />
        </p>
      )}
      {fault.command !== null && (
        <details>
          <summary class="small">The command, for whoever runs Sluice</summary>
          <Command text={fault.command} />
        </details>
      )}
    </li>
  );
}
