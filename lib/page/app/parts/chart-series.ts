// What a chart shows of a table's rows: its points along the axis and its series, each value an exact text. Pure.

import type { ChartSpec, PageColumn } from '../../insight-documents.ts';
import type { Cell } from '../../page-values.ts';
import { sumOf } from './decimal-change.ts';
import { compareCells, compareDecimals } from './decimal-compare.ts';

export type ChartSeries = {
  readonly name: string;
  /** It stands for the smaller ones that have no series of their own. */
  readonly isOthers: boolean;
  /** One for each point; null without a row that has a number. */
  readonly texts: readonly Cell[];
};

export type ChartPoints = {
  readonly points: readonly string[];
  readonly series: readonly ChartSeries[];
  /** Points of names that are not shown, being the smallest. */
  readonly left: number;
  /** Some values add up several rows. */
  readonly addsUp: boolean;
};

/** As many series as the design has colours: the last one is for all others. */
const MOST_SERIES = 7;
const MOST_NAMES = 40;

type Rows = readonly (readonly Cell[])[];
type Group = { readonly cells: readonly Cell[]; readonly rows: (readonly Cell[])[] };

/** `measure`: one of the specification's. */
export function chartPoints(
  spec: ChartSpec,
  measure: string,
  columns: readonly PageColumn[],
  rows: Rows,
): ChartPoints {
  const placeOf = (name: string) => columns.findIndex((column) => column.name === name);
  const [value, colour] = [placeOf(measure), spec.colour === null ? -1 : placeOf(spec.colour)];
  const along = spec.x.map(placeOf);
  const total = (group: readonly (readonly Cell[])[]) => sumOf(group.map((row) => row[value] ?? null));
  const all = [...groupsOf(rows, along).values()];
  const isNamed = isNames(spec, columns);
  const points = isNamed ? largest(all, total, MOST_NAMES) : all.sort(inOrder(along, columns));
  const series = seriesOf(points, colour, total, measure);
  return {
    points: points.map(({ cells }) => pointText(cells)),
    series: series.list,
    left: all.length - points.length,
    addsUp: series.addsUp,
  };
}

/** One column of names, whose points have no order of their own. */
export function isNames(spec: ChartSpec, columns: readonly PageColumn[]): boolean {
  const [only, ...more] = spec.x.map((name) => columns.find((column) => column.name === name));
  return more.length === 0 && spec.kind === 'bar' && only !== undefined && isText(only);
}

function isText({ type, isNumber }: PageColumn): boolean {
  return !isNumber && !/^(?:date|timestamp)/i.test(type);
}

function groupsOf(rows: Rows, places: readonly number[]): Map<string, Group> {
  const groups = new Map<string, Group>();
  for (const row of rows) {
    const cells = places.map((place) => row[place] ?? null);
    const id = JSON.stringify(cells);
    const group = groups.get(id) ?? { cells, rows: [] };
    group.rows.push(row);
    groups.set(id, group);
  }
  return groups;
}

function inOrder(along: readonly number[], columns: readonly PageColumn[]): (a: Group, b: Group) => number {
  return (a, b) => {
    for (const [at, place] of along.entries()) {
      const order = compareCells(a.cells[at] ?? null, b.cells[at] ?? null, columns[place]?.isNumber ?? false);
      if (order !== 0) return order;
    }
    return 0;
  };
}

type Total = (rows: Rows) => Cell;

function largest(groups: readonly Group[], total: Total, most: number): Group[] {
  const sizes = new Map(groups.map((group) => [group, sizeOf(total(group.rows))]));
  const size = (group: Group) => sizes.get(group) ?? '-1';
  return [...groups].sort((a, b) => compareDecimals(size(b), size(a))).slice(0, most);
}

/** Without its sign; what has no number is smaller than all. */
function sizeOf(cell: Cell): string {
  return cell === null ? '-1' : cell.replace('-', '');
}

function seriesOf(points: readonly Group[], colour: number, total: Total, measure: string) {
  const shown = points.flatMap(({ rows }) => rows);
  const groups = colour < 0 ? [] : [...groupsOf(shown, [colour]).values()];
  const isMany = groups.length > MOST_SERIES;
  const own = isMany ? largest(groups, total, MOST_SERIES - 1) : groups;
  const names = own.map(({ cells }) => cells[0] ?? null).sort((a, b) => compareCells(a, b, false));
  const known = new Set(names);
  const parts = colour < 0 ? [() => true] : names.map((name) => isOf(colour, name));
  if (isMany) parts.push((row) => !known.has(row[colour] ?? null));
  let addsUp = false;
  const list = parts.map((isPart, at): ChartSeries => {
    const texts = points.map(({ rows }) => {
      const mine = rows.filter(isPart);
      addsUp ||= mine.length > 1;
      return total(mine);
    });
    if (at === names.length && isMany)
      return { name: `${groups.length - own.length} others`, isOthers: true, texts };
    return { name: colour < 0 ? measure : (names[at] ?? 'no value'), isOthers: false, texts };
  });
  return { list, addsUp };
}

function isOf(colour: number, name: Cell): (row: readonly Cell[]) => boolean {
  return (row) => (row[colour] ?? null) === name;
}

/** `2024`, `1`, `3` → `2024-01-03`. */
function pointText(cells: readonly Cell[]): string {
  if (cells.length === 1) return cells[0] ?? 'no value';
  return cells
    .map((cell, at) => (cell === null ? 'no value' : at > 0 && /^\d$/.test(cell) ? `0${cell}` : cell))
    .join('-');
}
