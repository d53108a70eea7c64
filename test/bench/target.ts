// What a bench must reach, and whether it did. Pure.
import type { Target } from './bench.ts';

type Figures = {
  readonly subject: {
    readonly wallMs: { readonly min: number };
    readonly peakRssMb: { readonly max: number };
  };
  readonly ratio: { readonly wall: { readonly min: number }; readonly cpu: { readonly min: number } };
};

export type Achieved = { readonly target: string; readonly measured: string; readonly held: boolean };

/** Times are the least of the runs, memory the most. */
export function achieved(target: Target, { subject, ratio }: Figures): Achieved {
  if ('ratio' in target) return atMost(ratio.wall.min, target.ratio, 'times', 2);
  if ('cpuRatio' in target) return atMost(ratio.cpu.min, target.cpuRatio, 'times its CPU', 2);
  if ('seconds' in target) return atMost(subject.wallMs.min / 1000, target.seconds, 's', 1);
  if ('peakRssMb' in target) return atMost(subject.peakRssMb.max, target.peakRssMb, 'MB', 0);
  return atLeast(1 / ratio.wall.min, target.timesFaster, 'times as fast', 1);
}

function atMost(value: number, limit: number, unit: string, digits: number): Achieved {
  return {
    target: `at most ${Number(limit.toFixed(digits))} ${unit}`,
    measured: `${value.toFixed(digits)} ${unit}`,
    held: value <= limit,
  };
}

function atLeast(value: number, limit: number, unit: string, digits: number): Achieved {
  return {
    target: `at least ${limit} ${unit}`,
    measured: `${value.toFixed(digits)} ${unit}`,
    held: value >= limit,
  };
}
