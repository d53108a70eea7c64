// States as a shape, a word and a colour: never as a colour alone.
import type { State } from '../../page-values.ts';
import { FILE_STATE_WORDS, type PeriodState, STATE_WORDS } from './state-words.ts';
import '../style/state.css';

/** Of a table, or of anything that is well, wants a look, or is at fault. `word`: instead of its own. */
export function StateBadge({ state, word }: { readonly state: State; readonly word?: string }) {
  return (
    <span class={`state state-${state}`}>
      <StateShape state={state} />
      {word ?? STATE_WORDS[state]}
    </span>
  );
}

/** A disc, a triangle, a diamond; hidden from screen readers, so a word must stand beside it. */
export function StateShape({ state }: { readonly state: State }) {
  return (
    <svg class={`state-shape state-${state}`} viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
      {state === 'well' && <circle cx="6" cy="6" r="4.5" />}
      {state === 'attention' && <path d="M6 0.8 11.6 11H0.4Z" />}
      {state === 'fault' && <path d="M6 0 12 6 6 12 0 6Z" />}
    </svg>
  );
}

/** Of a source file, or of an expected one. */
export function FileStateBadge({ state }: { readonly state: PeriodState }) {
  const { word, meaning } = FILE_STATE_WORDS[state];
  return (
    <span class="file-state" title={meaning}>
      <FileStateMark state={state} />
      {word}
    </span>
  );
}

/** Its letter or sign on its colour; hidden from screen readers, so a word must stand beside it. */
export function FileStateMark({ state }: { readonly state: PeriodState }) {
  return (
    <span class={`mark mark-${state}`} aria-hidden="true">
      {FILE_STATE_WORDS[state].mark}
    </span>
  );
}
