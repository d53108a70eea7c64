// The sentence on top of the first view: what is there, and what is not well, the gravest first. Pure.
import type { IndexDocument, InsightSummary, Summary } from '../documents.ts';
import type { State } from '../page-values.ts';
import { counted, countText } from './parts/count-text.ts';

export type TodaySentence = {
  /** `1,284 files accounted for`. */
  readonly files: string;
  /** `1 file missing`, `2 parts of numbers out of date`. */
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
      ...said(summary.late, `${counted(summary.late, 'file')} missing`),
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

/** What finance looks at first: the headlines, then the others in their order, then the histories of rows. */
export function headlinesFirst(insights: readonly InsightSummary[]): InsightSummary[] {
  const rank = ({ headline, kind }: InsightSummary) => (headline ? 0 : kind === 'insight' ? 1 : 2);
  return [...insights].sort((a, b) => rank(a) - rank(b));
}

/** Those whose rows changed in the last 24 hours. */
export function movedToday(insights: readonly InsightSummary[]): InsightSummary[] {
  return headlinesFirst(insights.filter(({ changesToday }) => changesToday > 0));
}

/** False as well where it is not known of one. */
export function isAllComputed({ summary, insights }: Standing): boolean {
  return (
    summary.behindPartitions + summary.stalePartitions === 0 && insights.every(({ behind }) => behind === 0)
  );
}
