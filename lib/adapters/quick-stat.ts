// Asks the file system about one of many files. Asking in this thread costs a quarter of asking through the thread pool; where
// the disk is slow, as over a network, it would hold up everything else, and the pool asks several at once.
import { type BigIntStats, realpathSync, statSync } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';

/** Of a disk that answers from its memory: far more than it takes, far less than a person notices. */
const SLOW_MS = 2;
/** After a slow answer the pool is asked for so many. */
const THROUGH_POOL = 1000;
/** Then timers and other work get their turn. */
const IN_A_ROW = 256;

let throughPool = 0;
let inARow = 0;

/** As `stat` of node:fs/promises. */
export function quickStat(path: string): Promise<BigIntStats> {
  return quickly(
    () => statSync(path, { bigint: true }),
    () => stat(path, { bigint: true }),
  );
}

/** As `realpath` of node:fs/promises. */
export function quickRealpath(path: string): Promise<string> {
  return quickly(
    () => realpathSync.native(path),
    () => realpath(path),
  );
}

async function quickly<T>(here: () => T, inPool: () => Promise<T>): Promise<T> {
  if (throughPool > 0) {
    throughPool -= 1;
    return inPool();
  }
  inARow += 1;
  if (inARow % IN_A_ROW === 0) await setImmediate();
  const startedMs = performance.now();
  try {
    return here();
  } finally {
    if (performance.now() - startedMs > SLOW_MS) throughPool = THROUGH_POOL;
  }
}
