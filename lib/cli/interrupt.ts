// Ctrl-C: asks the work to stop between two steps, and ends the process where a step takes longer than a person waits.
// Ending it at any moment leaves a sound lake: a commit is one file, there or not.
import { rmSync } from 'node:fs';
import type { LocalLake } from '../local/open-lake.ts';
import type { Terminal } from './terminal.ts';

const PATIENCE_MS = 1000;
const INTERRUPTED = 130;

export function onInterrupt(terminal: Terminal, stop: () => void, local: LocalLake): { dispose(): void } {
  let patience: NodeJS.Timeout | undefined;
  const end = (exitCode: number) => {
    rmSync(local.effects.scratch, { recursive: true, force: true });
    process.exit(exitCode);
  };
  const interrupted = () => {
    if (patience !== undefined) return end(INTERRUPTED);
    terminal.err('\nStopping; the lake is sound, and the next start carries on.\n');
    stop();
    patience = setTimeout(() => end(0), PATIENCE_MS);
  };
  process.on('SIGINT', interrupted);
  process.on('SIGTERM', interrupted);
  return {
    dispose() {
      clearTimeout(patience);
      process.off('SIGINT', interrupted);
      process.off('SIGTERM', interrupted);
    },
  };
}
