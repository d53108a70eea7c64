// A chart of a table's rows, and beside it the exact values of the point that the reader chose, by pointer or keyboard.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { visible } from '../../../core/visible-text.ts';
import type { ChartSpec, PageColumn } from '../../insight-documents.ts';
import type { Cell } from '../../page-values.ts';
import { CellText } from './cell-text.tsx';
import { chartProgram, type Drawing, type Drawn } from './chart-program.ts';
import { type ChartPoints, chartPoints, isNames } from './chart-series.ts';
import { counted } from './count-text.ts';
import { longestFraction } from './digits.ts';
import { NumberText } from './number-text.tsx';
import { cutText } from './shown-text.ts';
import '../style/chart.css';

type ChartProps = {
  readonly spec: ChartSpec;
  readonly columns: readonly PageColumn[];
  readonly rows: readonly (readonly Cell[])[];
};

export function Chart({ spec, columns, rows }: ChartProps) {
  const [chosen, choose] = useState<string | null>(null);
  const measure = chosen !== null && spec.measures.includes(chosen) ? chosen : (spec.measures[0] ?? '');
  const shown = useMemo(() => chartPoints(spec, measure, columns, rows), [spec, measure, columns, rows]);
  const [pointed, point] = useState<number | null>(null);
  const isFlat = isNames(spec, columns);
  if (shown.points.length === 0) return null;
  const at = Math.min(pointed ?? (isFlat ? 0 : shown.points.length - 1), shown.points.length - 1);
  const unit = columns.find(({ name }) => name === measure)?.unit ?? null;
  return (
    <figure class="chart">
      <figcaption class="bar">
        <MeasureChoice measures={spec.measures} measure={measure} choose={choose} />
        {unit !== null && (
          <span class="unit">
            <CellText cell={unit} />
          </span>
        )}
        {spec.colour !== null && <span class="muted">by {spec.colour}</span>}
      </figcaption>
      <Shapes
        kind={spec.kind}
        isFlat={isFlat}
        shown={shown}
        at={at}
        point={point}
        label={labelOf(spec, measure, shown)}
      />
      <label class="point-choice screen-only">
        <span class="visually-hidden">Point of the chart</span>
        <input
          type="range"
          min={0}
          max={shown.points.length - 1}
          value={at}
          aria-valuetext={shown.points[at]}
          onInput={(event) => point(event.currentTarget.valueAsNumber)}
        />
      </label>
      <Values shown={shown} at={at} />
      <Notes spec={spec} shown={shown} />
    </figure>
  );
}

type ChoiceProps = {
  readonly measures: readonly string[];
  readonly measure: string;
  readonly choose: (measure: string) => void;
};

function MeasureChoice({ measures, measure, choose }: ChoiceProps) {
  if (measures.length < 2)
    return (
      <strong>
        <CellText cell={measure} />
      </strong>
    );
  return (
    <select
      aria-label="What the chart shows"
      value={measure}
      onChange={(event) => choose(event.currentTarget.value)}
    >
      {measures.map((name) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </select>
  );
}

function labelOf({ kind, colour }: ChartSpec, measure: string, { points }: ChartPoints): string {
  const by = colour === null ? '' : ` by ${colour}`;
  return `${kind === 'line' ? 'Lines' : 'Bars'}: ${measure}${by}, ${points[0]} to ${points.at(-1)}. The table below has all values.`;
}

/** The exact values of one point, which is the legend too. */
function Values({ shown, at }: { readonly shown: ChartPoints; readonly at: number }) {
  const cells = shown.series.map(({ texts }) => texts[at] ?? null);
  const decimals = longestFraction(cells);
  return (
    <div class="chart-values">
      <strong>
        <CellText cell={shown.points[at] ?? null} max={60} />
      </strong>
      <dl>
        {shown.series.map(({ name }, nth) => (
          <div key={nth}>
            <dt>
              <span class={`swatch swatch-${nth + 1}`} aria-hidden="true">
                {SWATCHES[nth]}
              </span>
              <CellText cell={name} max={60} />
            </dt>
            <dd class="number">
              {cells[nth] == null ? (
                <span class="muted">no value</span>
              ) : (
                <NumberText cell={cells[nth] ?? null} decimals={decimals} />
              )}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

/** The shapes of the lines, in their order. */
const SWATCHES = ['●', '■', '▲', '◆', '▼', '✚', '★'];

function Notes({ spec, shown }: { readonly spec: ChartSpec; readonly shown: ChartPoints }) {
  const notes = [
    ...(shown.addsUp ? ['Rows of the same point are added up.'] : []),
    ...(shown.left > 0 ? [`The ${counted(shown.left, 'smallest one')} of ${spec.x[0]} left out.`] : []),
  ];
  return notes.length === 0 ? null : <p class="small muted">{notes.join(' ')}</p>;
}

type ShapesProps = {
  readonly kind: ChartSpec['kind'];
  readonly isFlat: boolean;
  readonly shown: ChartPoints;
  readonly at: number;
  readonly point: (at: number) => void;
  readonly label: string;
};

function Shapes({ kind, isFlat, shown, at, point, label }: ShapesProps) {
  const element = useRef<HTMLDivElement>(null);
  const drawn = useRef<Drawn | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const scheme = useScheme();
  useEffect(() => {
    const { current } = element;
    if (current === null) return;
    let isWanted = true;
    chartProgram().then(
      (program) => {
        if (!isWanted) return;
        const drawing = drawingOf(kind, isFlat, shown, getComputedStyle(current));
        if (drawn.current) drawn.current.draw(drawing);
        else drawn.current = program.draw(current, drawing, point);
        drawn.current.mark(at);
      },
      (error: Error) => isWanted && setProblem(error.message),
    );
    return () => {
      isWanted = false;
    };
  }, [kind, isFlat, shown, scheme]);
  useEffect(() => drawn.current?.mark(at), [at]);
  useEffect(
    () => () => {
      drawn.current?.end();
      drawn.current = null;
    },
    [],
  );
  if (problem !== null) return <p class="muted">{problem} The table below has its values.</p>;
  const size = isFlat ? (shown.points.length > 12 ? 'tall' : 'flat') : 'wide';
  return <div ref={element} class={`shapes shapes-${size}`} role="img" aria-label={label} />;
}

function drawingOf(
  kind: Drawing['kind'],
  isFlat: boolean,
  shown: ChartPoints,
  style: CSSStyleDeclaration,
): Drawing {
  const colour = (token: string) => style.getPropertyValue(token).trim();
  return {
    kind,
    isFlat,
    points: shown.points.map((text) => cutText(visible(text), MOST_CHARACTERS)),
    series: shown.series.map(({ name, texts }, nth) => ({
      name,
      nth,
      values: texts.map((text) => (text === null ? null : Number(text))),
      colour: colour(`--series-${nth + 1}`),
    })),
    colours: { ink: colour('--ink-muted'), line: colour('--line'), pointer: colour('--line-strong') },
    font: style.fontFamily,
  };
}

/** Of a point's name on its axis. */
const MOST_CHARACTERS = 40;

function useScheme(): boolean {
  const [isDark, setDark] = useState(() => matchMedia(DARK).matches);
  useEffect(() => {
    const query = matchMedia(DARK);
    const changed = () => setDark(query.matches);
    query.addEventListener('change', changed);
    return () => query.removeEventListener('change', changed);
  }, []);
  return isDark;
}

const DARK = 'screen and (prefers-color-scheme: dark)';
