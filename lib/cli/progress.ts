// The progress of a sync: a bar on a terminal, otherwise a line per step. On standard error, apart from the output.
import type { SyncObserver } from '../local/sync-lake.ts';
import type { Progress } from './progress-bar.ts';
import type { Terminal } from './terminal.ts';
import { count, duration, number } from './text.ts';

const STAGED_A_LINE = 100;

/** Shown during the work and removed when it ends, with or without an error. */
export async function withProgress<T>(
  terminal: Terminal,
  work: (progress: SyncObserver) => Promise<T>,
): Promise<T> {
  const progress =
    terminal.errColumns === undefined
      ? linesOfProgress(terminal)
      : (await import('./progress-bar.ts')).progressBar(terminal, terminal.errColumns);
  try {
    return await work(progress);
  } finally {
    progress.close();
  }
}

function linesOfProgress(terminal: Terminal): Progress {
  let done = 0;
  let planned = 0;
  return {
    planned: ({ files }) => {
      planned = files;
    },
    ingested({ outcomes, failures }, ms) {
      done += outcomes.length;
      const retried = failures.length === 0 ? '' : `, ${number(failures.length)} to retry`;
      terminal.err([
        `read ${number(done)} of ${count(Math.max(planned, done), 'file')}${retried} (${duration(ms)})`,
      ]);
    },
    staged(what, done, of) {
      // A line for each of thousands of files would be noise.
      if (done === of || done % STAGED_A_LINE === 0)
        terminal.err([`staged ${number(done)} of ${count(of, 'file')}: ${what}`]);
    },
    refreshed({ target, published, dropped }, ms) {
      const partitions = published.length + dropped.length;
      if (partitions > 0)
        terminal.err([`refreshed ${target.name}: ${count(partitions, 'partition')} (${duration(ms)})`]);
    },
    close: () => {},
  };
}
