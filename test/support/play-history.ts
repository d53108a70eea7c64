// Plays a random history: files that come, change and go, events that are early, late, repeated or lost.
import { expect } from 'vitest';
import { ingest } from '../../lib/ingest/ingest.ts';
import { deliver, type FileMessage } from '../../lib/local/deliver.ts';
import { COMPACTION, compactTable } from '../../lib/maintain/compact.ts';
import { refresh } from '../../lib/refresh/refresh.ts';
import type { Present, Step } from './shop-history.ts';
import { put, type TestClock, type TestLake } from './shop-lake.ts';

/** A step of a history in a lake that is open since its beginning. */
export async function play(step: Step, lake: TestLake, clock: TestClock): Promise<void> {
  const { effects } = lake;
  if (step.kind === 'put') {
    if (step.tick) clock.tick();
    await put(effects.landing, step.key, step.text);
  } else if (step.kind === 'delete') await effects.landing.remove([step.key]);
  else if (step.kind === 'event')
    expect((await ingest(effects, [{ source: step.key }])).failures).toEqual([]);
  else if (step.kind === 'settle') await settle(lake);
  else if (step.kind === 'compact') await compactAll(lake, step.mostSources);
  else {
    const derivation = effects.catalog.derivations[step.target % effects.catalog.derivations.length];
    if (derivation) await refresh(effects, derivation.target);
  }
}

/** All that waits is delivered, in a process that has been warm since the beginning. */
async function settle(lake: TestLake): Promise<void> {
  const keys: FileMessage[] = [];
  for await (const { key } of lake.effects.landing.list('')) keys.push({ source: key });
  await lake.queues.files.send(keys);
  await deliver(lake.effects, lake.queues);
}

/** Of every dataset; the smallest files, at once. */
export async function compactAll({ effects }: TestLake, mostSources = 1000): Promise<number> {
  const compaction = { ...COMPACTION, leastFiles: 2, mostSources };
  let files = 0;
  for (const dataset of effects.catalog.datasets)
    files += (await compactTable(effects, dataset, { compaction })).files;
  return files;
}

/** What landing holds in the end. */
export async function finalLanding(lake: TestLake): Promise<Present[]> {
  const present: Present[] = [];
  for await (const { key, lastModifiedMs } of lake.effects.landing.list('')) {
    present.push({
      key,
      lastModifiedMs,
      text: new TextDecoder().decode(await lake.effects.landing.read(key)),
    });
  }
  return present;
}
