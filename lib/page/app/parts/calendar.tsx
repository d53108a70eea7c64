// A calendar of datasets over days or months, with the ways to older periods. One field at a time is in the order of the Tab key;
// the arrow keys move it. Fields are many: what points at one must not draw the others again.
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ArrivalsDocument } from '../../dataset-documents.ts';
import {
  type Elsewhere,
  elsewhereOf,
  ordinalOf,
  periodOf,
  type Reach,
  reachOf,
  spansOf,
  type Unit,
  WINDOWS,
} from '../calendar.ts';
import { CalendarRow } from './calendar-row.tsx';
import { CellText } from './cell-text.tsx';
import { moveInGrid } from './grid-focus.ts';

/** A delivery may be about days to come, but not about the next century. */
const AHEAD_DAYS = 92;
const DAY_MS = 24 * 60 * 60 * 1000;

type CalendarProps = { readonly unit: Unit; readonly rows: readonly ArrivalsDocument[] };

export function Calendar({ unit, rows }: CalendarProps) {
  const latest = latestOf(unit);
  const reach = useMemo(() => {
    const ordinals = rows.flatMap(({ periods }) =>
      periods.flatMap(({ period }) => ordinalOf(period, unit) ?? []),
    );
    return reachOf(ordinals, latest);
  }, [rows, unit, latest]);
  const [chosen, setChosen] = useState<number | null>(null);
  if (reach === undefined) return null;
  const last = chosen ?? reach.newest;
  return (
    <>
      <Steps unit={unit} reach={reach} newest={reach.newest} last={last} go={setChosen} />
      <Grid key={last} unit={unit} rows={rows} last={last} />
      <Others unit={unit} others={elsewhereOf(rows, unit, { last, latest })} go={setChosen} />
    </>
  );
}

function latestOf(unit: Unit): number {
  const day = periodOf(Math.floor(Date.now() / DAY_MS) + AHEAD_DAYS, 'day');
  return ordinalOf(unit === 'day' ? day : day.slice(0, 7), unit) ?? 0;
}

type OthersProps = {
  readonly unit: Unit;
  readonly others: readonly Elsewhere[];
  readonly go: (last: number) => void;
};

/** An empty row is not a fault: its files are about another time. */
function Others({ unit, others, go }: OthersProps) {
  if (others.length === 0) return null;
  return (
    <p class="small muted calendar-others">
      Nothing in the time that is shown; the newest file is for:{' '}
      {others.map(({ dataset, newest }, at) => (
        <span key={dataset}>
          {at > 0 && ', '}
          <button type="button" class="plain-button" onClick={() => go(newest)}>
            <CellText cell={dataset} /> {periodOf(newest, unit)}
          </button>
        </span>
      ))}
    </p>
  );
}

type StepsProps = {
  readonly unit: Unit;
  readonly reach: Reach;
  readonly newest: number;
  readonly last: number;
  readonly go: (last: number | null) => void;
};

function Steps({ unit, reach, newest, last, go }: StepsProps) {
  const { length, step, leap } = WINDOWS[unit];
  const names = unit === 'day' ? ['quarter', 'year'] : ['year', 'three years'];
  const isFirst = last - length < reach.first;
  const back = (by: number) => go(Math.max(reach.first + length - 1, last - by));
  const forward = (by: number) =>
    go(last + by >= newest && last < newest ? null : Math.min(reach.last, last + by));
  return (
    <div class="bar screen-only">
      <button type="button" disabled={isFirst} onClick={() => back(leap)}>
        « {names[1]}
      </button>
      <button type="button" disabled={isFirst} onClick={() => back(step)}>
        ‹ {names[0]}
      </button>
      <span class="calendar-window" role="status">
        {periodOf(last - length + 1, unit)} to {periodOf(last, unit)}
      </span>
      <button type="button" disabled={last >= reach.last} onClick={() => forward(step)}>
        {names[0]} ›
      </button>
      <button type="button" disabled={last >= reach.last} onClick={() => forward(leap)}>
        {names[1]} »
      </button>
      <button type="button" disabled={last === newest} onClick={() => go(null)}>
        Newest
      </button>
    </div>
  );
}

function Grid({ unit, rows, last }: CalendarProps & { readonly last: number }) {
  const { length } = WINDOWS[unit];
  const first = last - length + 1;
  const scroller = useRef<HTMLDivElement>(null);
  const [told, setTold] = useState('');
  // The newest stands on the right: there the eye begins.
  useLayoutEffect(() => {
    if (scroller.current) scroller.current.scrollLeft = scroller.current.scrollWidth;
  }, []);
  const table = useMemo(
    () => (
      <table
        class={`calendar calendar-${unit}`}
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: ARIA's grid of fields is a table with that role.
        role="grid"
        aria-label={`Files by ${unit}`}
        onKeyDown={moveInGrid}
      >
        <Head first={first} length={length} unit={unit} />
        <tbody>
          {rows.map((row, at) => (
            <CalendarRow
              key={row.dataset}
              document={row}
              first={first}
              length={length}
              hasEntry={at === 0}
              tell={setTold}
            />
          ))}
        </tbody>
      </table>
    ),
    [rows, first, length, unit],
  );
  return (
    <>
      <p class="calendar-told screen-only" aria-hidden="true">
        {told || <span class="muted">Point at a field to read what came.</span>}
      </p>
      <div class="scroll calendar-scroll" ref={scroller}>
        {table}
      </div>
    </>
  );
}

function Head({
  first,
  length,
  unit,
}: {
  readonly first: number;
  readonly length: number;
  readonly unit: Unit;
}) {
  return (
    <thead>
      <tr>
        <td class="calendar-corner" />
        {spansOf(first, length, unit).map(({ label, length: width }) => (
          <th key={label} scope="colgroup" colSpan={width} class="calendar-span">
            <span class={width > 2 ? '' : 'visually-hidden'}>{label}</span>
          </th>
        ))}
      </tr>
      <tr>
        <td class="calendar-corner" />
        {Array.from({ length }, (_, at) => {
          const period = periodOf(first + at, unit);
          const number = Number(period.slice(unit === 'day' ? 8 : 5));
          const isNamed = unit === 'month' || number === 1 || (number % 5 === 0 && number < 30);
          return (
            <th key={period} scope="col" class="calendar-number">
              <span class={isNamed ? '' : 'visually-hidden'}>{number}</span>
            </th>
          );
        })}
      </tr>
    </thead>
  );
}
