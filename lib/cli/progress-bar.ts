// The progress of a sync as a bar, for a screen: apart from progress.ts, as the widths of characters take a while to load.
import { tablePrefix } from '../core/insight.ts';
import { visible } from '../core/visible-text.ts';
import type { SyncObserver } from '../local/sync-lake.ts';
import { cut } from './table-text.ts';
import type { Terminal } from './terminal.ts';
import { count } from './text.ts';

const BAR_WIDTH = 24;

export type Progress = SyncObserver & { close(): void };

export function progressBar(terminal: Terminal, columns: number): Progress {
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
