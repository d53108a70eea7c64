// Why nobody needs to act on a refused file any more, in words. Pure.
import { firstWords, timeText } from '../core/plain-text.ts';
import type { Settled } from './settling.ts';

/** `settled by ann, 2024-05-01 10:00:00Z: resent as b.csv` */
export function settledText(settled: Settled): string {
  if (settled.by === 'content') return `settled: its content is live from ${firstWords(settled.sources, 3)}`;
  return `settled by ${settled.who}, ${timeText(settled.at)}: ${settled.why}`;
}
