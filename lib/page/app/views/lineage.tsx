// Where numbers come from: one table with its neighbours, a step further at a click, and the same as a list.
import { useState } from 'preact/hooks';
import type { IndexDocument, LineageEdge, LineageNode } from '../../documents.ts';
import { type LineagePart, lineagePart, type Step } from '../lineage-part.ts';
import { CellText } from '../parts/cell-text.tsx';
import { counted } from '../parts/count-text.ts';
import { LineageMap } from '../parts/lineage-map.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { TableLink } from '../parts/table-link.tsx';
import { href, type Route } from '../routes.ts';
import '../style/lineage.css';

type ViewProps = { readonly index: IndexDocument; readonly route: Extract<Route, { view: 'lineage' }> };

export function LineageView({ index, route }: ViewProps) {
  if (route.name === null) return <Choice index={index} />;
  if (index.lineage.nodes.every(({ name }) => name !== route.name))
    return (
      <>
        <h1>Where numbers come from</h1>
        <p>
          There is no table called <CellText cell={route.name} />.
        </p>
        <Tables index={index} />
      </>
    );
  return <Around key={route.name} index={index} name={route.name} />;
}

function Choice({ index }: { readonly index: IndexDocument }) {
  return (
    <>
      <h1>Where numbers come from</h1>
      <p>Choose a table to see what it is made from and what is made from it.</p>
      <Tables index={index} />
    </>
  );
}

function Tables({ index }: { readonly index: IndexDocument }) {
  const { nodes } = index.lineage;
  const groups = [
    { title: 'Files', of: nodes.filter(({ kind }) => kind === 'dataset') },
    { title: 'Numbers', of: nodes.filter(({ kind }) => kind !== 'dataset') },
  ];
  return (
    <>
      {groups.map(({ title, of }) => (
        <section key={title}>
          <h2>{title}</h2>
          <ul class="lineage-tables">
            {of.map(({ name, description, state }) => (
              <li key={name}>
                <a href={href({ view: 'lineage', name })}>
                  <CellText cell={name} />
                </a>{' '}
                {state !== 'well' && <StateBadge state={state} />}
                {description !== null && (
                  <div class="small muted">
                    <CellText cell={description} max={160} />
                  </div>
                )}
              </li>
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}

function Around({ index, name }: { readonly index: IndexDocument; readonly name: string }) {
  const [opened, setOpened] = useState<ReadonlySet<Step>>(new Set());
  const part = lineagePart(index.lineage, name, opened);
  return (
    <>
      <p class="small">
        <a href={href({ view: 'lineage', name: null })}>All tables</a>
      </p>
      <h1>
        Where <CellText cell={name} /> comes from
      </h1>
      <p class="small muted">
        What it is made from is on the left, what is made from it on the right. A full line: part by part; a
        dashed one: read as a whole; a dotted one: looked up by an audit.
      </p>
      <LineageMap part={part} name={name} open={(step) => setOpened(new Set([...opened, step]))} />
      {opened.size > 0 && (
        <button type="button" onClick={() => setOpened(new Set())}>
          Show the neighbours alone
        </button>
      )}
      <h2>The same as a list</h2>
      <PartList index={index} part={part} />
    </>
  );
}

function PartList({ index, part }: { readonly index: IndexDocument; readonly part: LineagePart }) {
  return (
    <ul>
      {part.nodes.map((node) => (
        <li key={node.name}>
          <TableLink index={index} name={node.name} /> <StateBadge state={node.state} />,{' '}
          {counted(node.rows, 'row')}
          <Made node={node} edges={part.edges} more={node.more.before} />
        </li>
      ))}
    </ul>
  );
}

const KINDS: Readonly<Record<LineageEdge['kind'], string>> = {
  over: '',
  joined: ' (by partition)',
  side: ' (as a whole)',
  audit: ' (by an audit)',
};

type MadeProps = {
  readonly node: LineageNode;
  readonly edges: readonly LineageEdge[];
  readonly more: number;
};

function Made({ node, edges, more }: MadeProps) {
  const from = edges.filter(({ to }) => to === node.name);
  if (from.length === 0 && more === 0) return node.kind === 'dataset' ? <>, from files</> : null;
  return (
    <>
      , made from{' '}
      {from.map((edge, at) => (
        <span key={`${edge.from} ${edge.kind}`}>
          {at > 0 && ', '}
          <CellText cell={edge.from} />
          {KINDS[edge.kind]}
        </span>
      ))}
      {more > 0 && `${from.length > 0 ? ' and ' : ''}${counted(more, 'other table')}`}
    </>
  );
}
