// How each state is called and marked: a word, a letter or sign, and what it means. Colours are in style/base.css. Pure.
import type { FileState } from '../../dataset-documents.ts';
import type { State } from '../../page-values.ts';

export type PeriodState = FileState | 'missing';

export type StateWords = { readonly word: string; readonly mark: string; readonly meaning: string };

export const STATE_WORDS: Readonly<Record<State, string>> = {
  well: 'All well',
  attention: 'Have a look',
  fault: 'Fault',
};

export const FILE_STATE_WORDS: Readonly<Record<PeriodState, StateWords>> = {
  live: { word: 'Counted', mark: '✓', meaning: 'it came, and all its rows count' },
  corrected: {
    word: 'Corrected',
    mark: 'C',
    meaning: 'it replaced an older version of itself, which no longer counts',
  },
  late: { word: 'Late', mark: 'L', meaning: 'it came after it was due, and counts' },
  'partly-refused': {
    word: 'Partly refused',
    mark: 'P',
    meaning: 'some of its rows were refused; the others count',
  },
  rejected: { word: 'Refused', mark: '×', meaning: 'it was refused as a whole; none of it counts' },
  missing: { word: 'Missing', mark: '!', meaning: 'it was expected and has not come' },
  waiting: { word: 'Waiting', mark: '…', meaning: 'it is there and not read yet' },
  superseded: { word: 'Superseded', mark: 'S', meaning: 'a newer delivery counts in its place' },
  withdrawn: { word: 'Withdrawn', mark: 'W', meaning: 'it was deleted, and its rows no longer count' },
};

/** The gravest first: of a period's files, the first of these is shown. */
export const GRAVITY: readonly PeriodState[] = [
  ...(['rejected', 'missing', 'partly-refused', 'waiting', 'corrected'] as const),
  ...(['late', 'live', 'superseded', 'withdrawn'] as const),
];
