// The program that draws charts: large, so it is loaded when the first chart is shown.
import { addScript } from '../load.ts';

export type DrawnSeries = {
  readonly name: string;
  /** Near enough to be drawn. */
  readonly values: readonly (number | null)[];
  readonly colour: string;
  /** Its place among the series: decides on its shape and line. */
  readonly nth: number;
};

export type Drawing = {
  readonly kind: 'line' | 'bar';
  /** Bars from left to right, beside their names. */
  readonly isFlat: boolean;
  readonly points: readonly string[];
  readonly series: readonly DrawnSeries[];
  readonly colours: { readonly ink: string; readonly line: string; readonly pointer: string };
  readonly font: string;
};

export type Drawn = {
  draw(drawing: Drawing): void;
  /** Marks one of the points. */
  mark(point: number): void;
  end(): void;
};

export type ChartProgram = {
  /** `onPoint`: the reader points at one of the points. */
  draw(element: HTMLElement, drawing: Drawing, onPoint: (point: number) => void): Drawn;
};

declare global {
  interface Window {
    sluiceCharts?: ChartProgram;
  }
}

let coming: Promise<ChartProgram> | undefined;

/** Rejects where the page has no such program, or it cannot be loaded; the next call tries again. */
export function chartProgram(): Promise<ChartProgram> {
  coming ??= loaded();
  coming.catch(() => {
    coming = undefined;
  });
  return coming;
}

function loaded(): Promise<ChartProgram> {
  if (window.sluiceCharts) return Promise.resolve(window.sluiceCharts);
  const file = document.querySelector<HTMLScriptElement>('script[data-charts]')?.dataset.charts;
  return new Promise((resolve, reject) => {
    const fail = () => reject(new Error('The program that draws charts cannot be loaded.'));
    if (file === undefined) fail();
    else addScript(file, fail, () => (window.sluiceCharts ? resolve(window.sluiceCharts) : fail()));
  });
}
