// Cold start: from the start of a process that has nothing but the bundle to its first commit, of a small file.
import { entryKey } from '../../../lib/delta/log-keys.ts';
import { BareLake } from './bare-lake.ts';
import { billingKey, operations } from './billing-day.ts';
import type { Emulated } from './emulator.ts';
import { type Spread, spread } from './spread.ts';

/** Twenty operations of one day. */
export function smallFile(day: number): Buffer {
  return operations(day, 20);
}

/** Milliseconds, of that many processes one after the other. The handler's answer comes just after its commit. */
export async function measureColdStart(emulated: Emulated, processes: number): Promise<Spread> {
  const lake = await BareLake.open(emulated);
  const store = emulated.store(lake.lake);
  const measured: number[] = [];
  for (let n = 1; n <= processes; n += 1) {
    const [key, bytes] = [billingKey(n), smallFile(n)];
    await lake.put(key, bytes);
    const started = performance.now();
    const ingest = await lake.start('ingest');
    await ingest.invoke(lake.arrival(key, bytes.length));
    measured.push(performance.now() - started);
    await ingest.stop();
    if ((await store.head(entryKey('tables/billing', n))) === undefined)
      throw new Error(`process ${n} committed nothing`);
  }
  return spread(measured);
}
