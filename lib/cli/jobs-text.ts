// Jobs as lines for people. Pure.
import type { JobState } from '../inspect/job-states.ts';
import { left, renderTable } from './table-text.ts';
import { count, number } from './text.ts';

export function jobLines(states: readonly JobState[]): string[] {
  if (states.length === 0) return ['No job is running.'];
  const rows = states.map(({ name, about, state, startedAt, ...progress }) => [
    ...[name, about, state, progressText(progress), startedAt],
  ]);
  return [
    `${count(states.length, 'job')}:`,
    ...renderTable(['job', 'about', 'state', 'stage', 'asked for'].map(left), rows),
    ...states.flatMap(({ name, failures }) => {
      const last = failures.at(-1);
      return last === undefined ? [] : [`${name} failed ${count(failures.length, 'time')}, last: ${last}`];
    }),
  ];
}

/** `sales/2024.csv: convert, 3 of 12 tasks done` */
export function jobLine({ about, state, failures, ...progress }: JobState): string {
  if (state === 'failed') return `${about}: failed, ${failures.at(-1)}`;
  return `${about}: ${state === 'finished' ? 'finished, the next sync commits it' : progressText(progress)}`;
}

function progressText({ stage, tasks, done }: Pick<JobState, 'stage' | 'tasks' | 'done'>): string {
  return stage === undefined ? 'about to start' : `${stage}, ${number(done)} of ${count(tasks, 'task')} done`;
}
