// The progress of counting a plan: one line on a screen, which ends with the work. A file or a pipe gets none.

import { visible } from '../core/visible-text.ts';
import type { RehearsalObserver } from '../inspect/reread-sources.ts';
import { cut } from './table-text.ts';
import type { Terminal } from './terminal.ts';
import { count, number } from './text.ts';

export async function withPlanProgress<T>(
  terminal: Terminal,
  work: (observer: RehearsalObserver) => Promise<T>,
): Promise<T> {
  const { errColumns } = terminal;
  if (errColumns === undefined) return work({});
  let [files, tables, read, computed] = [0, 0, 0, 0];
  const show = (what: string) => {
    const done = `counting: ${number(read)} of ${count(files, 'file')} read, ${number(computed)} of ${count(tables, 'table')} computed`;
    terminal.errLine(cut(visible(`${done} ${what}`), errColumns - 1));
  };
  try {
    return await work({
      planned(work) {
        [files, tables] = [work.files, work.tables];
        show('');
      },
      read({ outcomes, failures }) {
        read += outcomes.length + failures.length;
        show(outcomes.at(-1)?.source ?? '');
      },
      staged: (what, done, of) => show(`${what} (${number(done)} of ${number(of)})`),
      counted(table) {
        computed += 1;
        show(table);
      },
    });
  } finally {
    terminal.errLine();
  }
}
