// Asks again for what jobs elsewhere are doing, once one of them has ended.
import type { SourceOutcome } from '../ingest/source-outcome.ts';
import type { RefreshOutcome } from '../refresh/refresh.ts';
import type { LocalLake } from './open-lake.ts';

/**
 * Once one of the jobs that outcomes wait for has ended, all of these are asked for again, and their outcomes are open: one whose job
 * failed as often as it may has none. False where none is waited for.
 */
export async function askAgain(
  { elsewhere, queues }: LocalLake,
  outcomes: Map<string, SourceOutcome>,
  refreshed: Map<string, RefreshOutcome>,
): Promise<boolean> {
  const files = [...outcomes].filter(([, { result }]) => result === 'running');
  const tables = [...refreshed].filter(([, { running }]) => running.length > 0);
  if (elsewhere === undefined || files.length + tables.length === 0) return false;
  await elsewhere.settled();
  // Asking may fail: then nothing is waited for.
  for (const [id] of files) outcomes.delete(id);
  for (const [name, outcome] of tables) refreshed.set(name, { ...outcome, running: [] });
  await queues.files.send(files.map(([, { source }]) => ({ source })));
  await queues.refreshes.send(tables.map(([, { target }]) => ({ target })));
  return true;
}
