// Tables as boxes from left to right, with curves between them. Boxes are links and buttons; the curves are for the eye alone.
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { LineageEdge } from '../../documents.ts';
import type { LineagePart, ShownNode, Side, Step } from '../lineage-part.ts';
import { href } from '../routes.ts';
import { CellText } from './cell-text.tsx';
import { counted } from './count-text.ts';
import { StateBadge } from './state-badge.tsx';

/** In pixels. Names are cut to a box; the gap holds the buttons of both sides. */
const BOX = { width: 208, height: 74 };
const GAP = { width: 96, height: 18 };
/** Room for the outermost buttons. */
const EDGE = 44;

type MapProps = { readonly part: LineagePart; readonly name: string; readonly open: (step: Step) => void };

export function LineageMap({ part, name, open }: MapProps) {
  const scroll = useRef<HTMLElement>(null);
  const width = 2 * EDGE + part.columns * (BOX.width + GAP.width) - GAP.width;
  const height = part.rows * (BOX.height + GAP.height);
  const middle = part.nodes.find((node) => node.name === name);
  useLayoutEffect(() => {
    const { current } = scroll;
    if (current && middle)
      current.scrollLeft = placeOf(middle).left + BOX.width / 2 - current.clientWidth / 2;
  }, [name]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <section class="scroll lineage" ref={scroll} tabIndex={0} aria-label={`${name} and its neighbours`}>
      <div class="lineage-map" style={{ width: `${width}px`, height: `${height}px` }}>
        <svg width={width} height={height} aria-hidden="true">
          {part.edges.map((edge) => (
            <Curve key={`${edge.from} ${edge.to} ${edge.kind}`} edge={edge} nodes={part.nodes} name={name} />
          ))}
        </svg>
        {part.nodes.map((node) => (
          <Box key={node.name} node={node} isMiddle={node.name === name} open={open} />
        ))}
      </div>
    </section>
  );
}

function placeOf({ column, row }: ShownNode) {
  return {
    left: EDGE + column * (BOX.width + GAP.width),
    top: row * (BOX.height + GAP.height) + GAP.height / 2,
  };
}

type CurveProps = {
  readonly edge: LineageEdge;
  readonly nodes: readonly ShownNode[];
  readonly name: string;
};

function Curve({ edge, nodes, name }: CurveProps) {
  const from = nodes.find((node) => node.name === edge.from);
  const to = nodes.find((node) => node.name === edge.to);
  if (from === undefined || to === undefined) return null;
  const [start, end] = [placeOf(from), placeOf(to)];
  const [x1, y1] = [start.left + BOX.width, start.top + BOX.height / 2];
  const [x2, y2] = [end.left, end.top + BOX.height / 2];
  const bend = Math.max(GAP.width, (x2 - x1) / 2) / 1.6;
  const isNear = edge.from === name || edge.to === name;
  return (
    <path
      class={`curve curve-${edge.kind}${isNear ? ' curve-near' : ''}`}
      d={`M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`}
    />
  );
}

type BoxProps = {
  readonly node: ShownNode;
  readonly isMiddle: boolean;
  readonly open: (step: Step) => void;
};

function Box({ node, isMiddle, open }: BoxProps) {
  const { name, kind, state, rows } = node;
  const { left, top } = placeOf(node);
  const view = kind === 'dataset' ? 'dataset' : 'insight';
  return (
    <div
      class={`lineage-box${isMiddle ? ' lineage-middle' : ''}`}
      style={{ left: `${left}px`, top: `${top}px`, width: `${BOX.width}px`, height: `${BOX.height}px` }}
    >
      <More node={node} side="before" open={open} />
      <a
        class="lineage-name"
        href={isMiddle ? href({ view, name }) : href({ view: 'lineage', name })}
        title={name}
        aria-current={isMiddle ? 'true' : undefined}
      >
        <CellText cell={name} max={80} />
      </a>
      <StateBadge state={state} />
      <span class="small muted">
        {kind === 'dataset' ? 'from files' : kind === 'history' ? 'history' : 'computed'},{' '}
        {counted(rows, 'row')}
      </span>
      <More node={node} side="after" open={open} />
    </div>
  );
}

type MoreProps = Pick<BoxProps, 'node' | 'open'> & { readonly side: Side };

/** One step further. */
function More({ node, side, open }: MoreProps) {
  const count = node.more[side];
  if (count === 0) return null;
  const what = side === 'before' ? `that ${node.name} is made from` : `made from ${node.name}`;
  return (
    <button
      type="button"
      class={`lineage-more lineage-${side} screen-only`}
      aria-label={`Show ${counted(count, 'more table')} ${what}`}
      onClick={() => open(`${side} ${node.name}`)}
    >
      +{count}
    </button>
  );
}
