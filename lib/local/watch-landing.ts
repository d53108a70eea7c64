// Follows a landing folder: the keys of files that came, changed or went. What became of them is for ingest to see.
import { realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { watch } from 'chokidar';

export type LandingWatcher = { close(): Promise<void> };

export type LandingListener = {
  changed(key: string): void;
  failed(error: unknown): void;
};

/**
 * A file counts as written when its size has stood still this long. Whoever pauses longer is read twice, the second time
 * whole; writing under a name with a leading dot and renaming is exact.
 */
const QUIET_MS = 500;
const POLL_MS = 100;
const READY_MS = 60_000;

/**
 * Resolves when every later change is seen, or after a minute, told to `failed`: then a sweep finds what is missed. What is
 * there already is not reported. Names with a leading dot are ignored.
 */
export async function watchLanding(
  landing: string,
  { changed, failed }: LandingListener,
): Promise<LandingWatcher> {
  // A watcher of a link would watch the link; and what links within landing lead to is for the sweep to see.
  const root = await realpath(landing);
  const isHidden = (path: string) =>
    relative(root, path)
      .split(sep)
      .some((segment) => segment.startsWith('.') && segment !== '.' && segment !== '..');
  const watcher = watch(root, {
    ignoreInitial: true,
    followSymlinks: false,
    ignored: (path, stats) => isHidden(path) || (stats?.isSymbolicLink() ?? false),
    awaitWriteFinish: { stabilityThreshold: QUIET_MS, pollInterval: POLL_MS },
  });
  watcher.on('all', (event, path) => {
    if (event === 'add' || event === 'change' || event === 'unlink')
      changed(relative(root, path).split(sep).join('/'));
  });
  watcher.on('error', failed);
  await new Promise<void>((resolve) => {
    // A folder that never ends, or one that is not answered for, must not keep the start from beginning.
    const late = setTimeout(() => {
      failed(new Error(`it is not watched yet after ${READY_MS / 1000} s`));
      resolve();
    }, READY_MS);
    watcher.once('ready', () => {
      clearTimeout(late);
      resolve();
    });
  });
  return { close: () => watcher.close() };
}

export function landingPath(landing: string, key: string): string {
  return join(landing, ...key.split('/'));
}
