// The sentence on top of the first view: what is there, and what is not well, the gravest first. Pure.
import type { Summary } from '../documents.ts';
import { counted, countText } from './parts/count-text.ts';

export type TodaySentence = {
  /** `1,284 files accounted for`. */
  readonly files: string;
  /** `1 file late`, `2 parts of numbers out of date`. */
  readonly troubles: readonly string[];
  /** What goes on by itself: `3 files waiting`. */
  readonly underWay: readonly string[];
};

export function todaySentence(summary: Summary): TodaySentence {
  const parts = (count: number) => counted(count, 'part of numbers', 'parts of numbers');
  const said = (count: number, words: string) => (count === 0 ? [] : [words]);
  return {
    files: `${counted(summary.files, 'file')} accounted for`,
    troubles: [
      ...said(summary.late, `${countText(summary.late)} late`),
      ...said(summary.rejected, `${counted(summary.rejected, 'file')} refused`),
      ...said(summary.refusedRows, `${counted(summary.refusedRows, 'row')} refused`),
      ...said(summary.stalePartitions, `${parts(summary.stalePartitions)} out of date`),
    ],
    underWay: [
      ...said(summary.waiting, `${countText(summary.waiting)} waiting to be read`),
      ...said(summary.behindPartitions, `${parts(summary.behindPartitions)} to be computed again`),
    ],
  };
}
