// Asks the file system about one of many files. Asking in this thread costs a quarter of asking through the thread pool; where
// the disk is slow, as over a network, it would hold up everything else, and the pool asks several at once.
import { type BigIntStats, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
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
export async function quickStat(path: string): Promise<BigIntStats> {
  if (throughPool > 0) {
    throughPool -= 1;
    return stat(path, { bigint: true });
  }
  inARow += 1;
  if (inARow % IN_A_ROW === 0) await setImmediate();
  const startedMs = performance.now();
  try {
    return statSync(path, { bigint: true });
  } finally {
    if (performance.now() - startedMs > SLOW_MS) throughPool = THROUGH_POOL;
  }
}
