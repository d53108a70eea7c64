// The progress of a sync: a bar on a terminal, otherwise a line per step. On standard error, apart from the output.
import { tablePrefix } from '../core/insight.ts';
import { visible } from '../core/visible-text.ts';
import type { SyncObserver } from '../local/sync-lake.ts';
import { cut } from './table-text.ts';
import type { Terminal } from './terminal.ts';
import { count, duration, number } from './text.ts';

const BAR_WIDTH = 24;
const STAGED_A_LINE = 100;

type Progress = SyncObserver & { close(): void };

/** Shown during the work and removed when it ends, with or without an error. */
export async function withProgress<T>(
  terminal: Terminal,
  work: (progress: SyncObserver) => Promise<T>,
): Promise<T> {
  const progress =
    terminal.errColumns === undefined
      ? linesOfProgress(terminal)
      : progressBar(terminal, terminal.errColumns);
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

function progressBar(terminal: Terminal, columns: number): Progress {
  let total = 1;
  let done = 0;
  const show = (what: string) => {
    const share = Math.min(1, done / total);
    const filled = Math.round(share * BAR_WIDTH);
    const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ${String(Math.floor(share * 100)).padStart(3)} % ${what}`;
    terminal.errLine(cut(visible(bar), columns - 1));
  };
  return {
    planned({ files, refreshes }) {
      [done, total] = [0, files + refreshes];
      show(files === 0 ? 'looking for changes' : `reading ${count(files, 'file')}`);
    },
    ingested({ outcomes }) {
      done += outcomes.length;
      show(outcomes.at(-1)?.source ?? '');
    },
    staged(what, staged, of) {
      [done, total] = [staged, of];
      show(what);
    },
    refreshed({ target }) {
      done += 1;
      show(tablePrefix(target));
    },
    close: () => terminal.errLine(),
  };
}
