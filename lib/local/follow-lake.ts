// Notices that a lake or its landing changed, whoever changes them: by the versions of its tables and by listings, which is what
// a page shows.
import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { landingTable } from '../core/catalog.ts';
import { tablePrefix } from '../core/insight.ts';
import { LocationGoneError } from '../errors.ts';
import type { Effects } from '../lake/effects.ts';
import { type LandingSight, lookAtLanding } from '../lake/landing-census.ts';
import { SETTLEMENTS, UNKNOWN } from '../lake/layout.ts';

/** Slow looks must not take all of the time. */
const PAUSE_PER_LOOK = 20;

/**
 * Looks every `pauseMs`, or less often where a look takes long, until `signal` is aborted; calls `changed` after each look that differs from the
 * one before, with what it saw of landing. A look that fails is told to `failed`, once for each reason. Throws LocationGoneError if a location is gone.
 */
export async function followLake(
  effects: Effects,
  pauseMs: number,
  signal: AbortSignal,
  changed: (seen: LandingSight) => void,
  failed: (error: unknown) => void,
): Promise<void> {
  let [seen, reason, tookMs] = ['', '', 0];
  while (await hasPassed(Math.max(pauseMs, tookMs * PAUSE_PER_LOOK), signal)) {
    const startedMs = performance.now();
    try {
      const landed = await lookAtLanding(effects);
      const state = await stateOf(effects, landed);
      if (state !== seen && !signal.aborted) changed(landed);
      [seen, reason] = [state, ''];
    } catch (error) {
      if (error instanceof LocationGoneError) throw error;
      if (reason !== String(error)) failed(error);
      reason = String(error);
    }
    tookMs = performance.now() - startedMs;
  }
}

/** Differs whenever the lake or landing may show something else. */
async function stateOf({ catalog, tables, lake }: Effects, landed: LandingSight): Promise<string> {
  const hash = createHash('sha256');
  const names = [...catalog.datasets.map(landingTable), ...catalog.derivations.map(({ target }) => target)];
  for (const name of names.map(tablePrefix)) {
    // One that cannot be read is shown as such.
    const version = await tables.latest(name).then((snapshot) => snapshot?.version, String);
    hash.update(`${name}\n${version}\n`);
  }
  for (const { key } of landed.unseen) hash.update(`${key}\n`);
  for (const { key, etag } of landed.versions) hash.update(`${key}\n${etag}\n`);
  for (const prefix of ['files/', UNKNOWN, SETTLEMENTS])
    for await (const { key, etag } of lake.list(prefix)) hash.update(`${key}\n${etag}\n`);
  return hash.digest('hex');
}

/** Waits that long; returns false at once if the signal is aborted. */
async function hasPassed(ms: number, signal: AbortSignal): Promise<boolean> {
  await setTimeout(ms, undefined, { signal }).catch(() => undefined);
  return !signal.aborted;
}
