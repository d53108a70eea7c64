// The sentence on top of the first view: what is there, and what is not well, the gravest first. Pure.
import type { IndexDocument, State, Summary } from '../documents.ts';
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

export type Standing = Pick<IndexDocument, 'summary' | 'faults' | 'datasets' | 'insights'>;

/** The gravest of all that is said: all is well only if everything is. */
export function standingOf({ summary, faults, datasets, insights }: Standing): State {
  const states = [...faults, ...datasets, ...insights].map(({ state }) => state);
  if (states.includes('fault')) return 'fault';
  return states.includes('attention') || todaySentence(summary).troubles.length > 0 ? 'attention' : 'well';
}

/** False as well where it is not known of one. */
export function isAllComputed({ summary, insights }: Standing): boolean {
  return (
    summary.behindPartitions + summary.stalePartitions === 0 && insights.every(({ behind }) => behind === 0)
  );
}
