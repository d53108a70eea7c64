// The program that draws charts, a bundle of its own. Shapes alone: every text of a value is shown by parts/chart.tsx.
import { BarChart, LineChart } from 'echarts/charts';
import { AxisPointerComponent, GridComponent } from 'echarts/components';
import { type EChartsType, init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { ChartProgram, Drawing, DrawnSeries } from './parts/chart-program.ts';

use([LineChart, BarChart, GridComponent, AxisPointerComponent, SVGRenderer]);

/** In the order of parts/chart.tsx's signs. */
const SHAPES = [
  ...['circle', 'rect', 'triangle', 'diamond', 'path://M0 0H10L5 9Z'],
  ...[
    'path://M4 0H8V4H12V8H8V12H4V8H0V4H4Z',
    'path://M10 0 12.4 6.9H19.5L13.8 11.2 15.9 18.1 10 14 4.1 18.1 6.2 11.2.5 6.9H7.6Z',
  ],
];
const LINES = ['solid', 'dashed', 'dotted'] as const;
/** More points than that have no shapes on their lines. */
const MOST_SHAPES = 60;

const short = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 2 });

const draw: ChartProgram['draw'] = (element, first, onPoint) => {
  const chart = init(element, null, { renderer: 'svg' });
  let drawing = first;
  const show = (next: Drawing) => {
    drawing = next;
    chart.setOption(optionsOf(next), { notMerge: true });
  };
  chart.getZr().on('mousemove', ({ offsetX, offsetY }) => {
    const point = pointAt(chart, drawing, offsetX, offsetY);
    if (point !== undefined) onPoint(point);
  });
  const resized = new ResizeObserver(() => chart.resize());
  resized.observe(element);
  show(first);
  return {
    draw: show,
    mark: (point) => chart.setOption(marked(drawing, point)),
    end: () => {
      resized.disconnect();
      chart.dispose();
    },
  };
};

window.sluiceCharts = { draw };

function pointAt(chart: EChartsType, { isFlat, points }: Drawing, x: number, y: number): number | undefined {
  if (!chart.containPixel({ gridIndex: 0 }, [x, y])) return undefined;
  const found = chart.convertFromPixel({ gridIndex: 0 }, [x, y]);
  const point = found[isFlat ? 1 : 0];
  return point === undefined || points[point] === undefined ? undefined : point;
}

function marked({ isFlat, points }: Drawing, point: number) {
  const axisPointer = { show: true, status: 'show', value: points.length === 0 ? 0 : point };
  return isFlat ? { yAxis: { axisPointer } } : { xAxis: { axisPointer } };
}

function optionsOf({ kind, isFlat, points, series, colours, font }: Drawing) {
  const label = { color: colours.ink, fontFamily: font, fontSize: 12, hideOverlap: true };
  const names = {
    type: 'category',
    data: points,
    inverse: isFlat,
    axisLabel: { ...label, ...(isFlat ? { width: 140, overflow: 'truncate' } : {}) },
    axisLine: { lineStyle: { color: colours.line } },
    axisTick: { show: false },
    boundaryGap: kind === 'bar' || points.length === 1,
    axisPointer: {
      show: true,
      triggerOn: 'none',
      type: kind === 'bar' ? 'shadow' : 'line',
      label: { show: false },
      lineStyle: { color: colours.pointer, type: 'solid' },
      shadowStyle: { color: colours.pointer, opacity: 0.12 },
      handle: { show: false },
    },
  };
  const values = {
    type: 'value',
    axisLabel: { ...label, formatter: (value: number) => short.format(value) },
    splitLine: { lineStyle: { color: colours.line } },
    splitNumber: 4,
    scale: kind === 'line',
  };
  return {
    animation: false,
    grid: {
      left: 8,
      right: 16,
      top: 12,
      bottom: 8,
      outerBoundsMode: 'same',
      outerBoundsContain: 'axisLabel',
    },
    xAxis: isFlat ? values : names,
    yAxis: isFlat ? names : values,
    series: series.map((one) => seriesOptions(kind, one, points.length)),
  };
}

function seriesOptions(kind: Drawing['kind'], { name, values, colour, nth }: DrawnSeries, points: number) {
  const shared = { name, type: kind, data: values, silent: true, itemStyle: { color: colour } };
  if (kind === 'bar') return { ...shared, barMaxWidth: 28 };
  return {
    ...shared,
    symbol: SHAPES[nth % SHAPES.length],
    symbolSize: 7,
    showSymbol: points <= MOST_SHAPES,
    lineStyle: { color: colour, width: 2, type: LINES[Math.floor(nth / 3) % LINES.length] },
  };
}
