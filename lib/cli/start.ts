// `sluice start`: from nothing to insights, then follows landing. What a new user sees first.
import { isS3Location } from '../adapters/s3-location.ts';
import { UsageError } from '../errors.ts';
import type { LandingPoll } from '../local/landing-poll.ts';
import type { LakeLocations, LocalLake } from '../local/open-lake.ts';
import type { Definitions } from '../local/watch-definitions.ts';
import type { Unseen } from '../ports.ts';
import type { Interrupt } from './interrupt.ts';
import { locations, memoryLimit, typed } from './locations.ts';
import type { Terminal } from './terminal.ts';
import { type Arguments, LAKE, LANDING, MEMORY, SCHEMAS, VERBOSE, type Verb } from './verb.ts';

export const start: Verb = {
  description: `Where there is no landing folder yet, makes one from the samples beside the contracts. Brings the lake in
line with it, shows headline insights, then follows every file that is dropped, overwritten, renamed or
deleted there, a line each. Ctrl-C ends it and leaves a sound lake; the next start carries on.

A file is read when its size has stood still for half a second. A writer that pauses longer is read
twice, the second time whole. Exact in any case: write under a name with a leading dot, which is
ignored, and rename it when it is complete.

Contracts and insights that change are taken up when nothing has changed for a second, as the next start would
take them; what changed is said. Where a file is wrong, that is said, and its text before stays in force.`,
  options: [
    LANDING,
    LAKE,
    SCHEMAS,
    { name: 'once', description: 'Exit instead of watching, with the exit codes of "sluice sync".' },
    MEMORY,
    VERBOSE,
  ],
  examples: [
    { command: 'npm start', meaning: 'the bundled samples in .lake/, then watch' },
    { command: 'npm start -- --once', meaning: 'the same, and exit' },
    { command: 'npx sluice start --landing /data/landing --lake /data/lake', meaning: 'your own folders' },
  ],
  exitCodes: [
    { code: 0, meaning: 'ended by Ctrl-C, or (--once) all well' },
    { code: 3, meaning: '(--once) a person should look: as with "sluice sync"' },
    { code: 1, meaning: 'a fault: the message says which' },
    { code: 2, meaning: 'wrong usage' },
    { code: 130, meaning: 'a second Ctrl-C' },
  ],
  run,
};

async function run(args: Arguments, terminal: Terminal): Promise<number> {
  if (args.flag('once')) return open(args, terminal, (local, places) => syncAndShow(local, places, terminal));
  const { Interrupt } = await import('./interrupt.ts');
  const interrupt = new Interrupt(terminal);
  try {
    return await open(args, terminal, (local, places) => syncAndFollow(local, places, terminal, interrupt));
  } finally {
    interrupt.dispose();
  }
}

function refuseS3({ landing, lake }: LakeLocations): void {
  const place = [landing, lake].find(isS3Location);
  if (place === undefined) return;
  throw new UsageError(
    `sluice start watches folders, and ${place} is in S3. There "npx sluice sync" brings the lake in line once, and a deployed stack follows landing.`,
  );
}

type Work = (local: LocalLake, places: LakeLocations) => Promise<number>;

async function open(args: Arguments, terminal: Terminal, work: Work): Promise<number> {
  const places = locations(args);
  refuseS3(places);
  const { openLake } = await import('../local/open-lake.ts');
  const { refuseOverlap } = await import('../local/places.ts');
  const { fillLanding } = await import('../local/samples.ts');
  const { terminalLog } = await import('./log-lines.ts');
  const { count } = await import('./text.ts');
  await refuseOverlap(places);
  const local = await openLake(places, terminalLog(terminal, args.flag('verbose')), memoryLimit(args));
  try {
    const { datasets, derivations } = local.effects.catalog;
    const insights = derivations.filter(({ target }) => target.kind === 'insights').length;
    await terminal.out([
      `Sluice: ${count(datasets.length, 'dataset')} and ${count(insights, 'insight')} from ${typed(places.schemas)}`,
    ]);
    const samples = await fillLanding(places.schemas, places.landing, new Date());
    if (samples !== undefined)
      await terminal.out([`Copied ${count(samples, 'sample file')} to ${typed(places.landing)}`]);
    return await work(local, places);
  } finally {
    await local.close();
  }
}

/** Returns sync's exit code. */
async function syncAndShow(
  local: LocalLake,
  places: LakeLocations,
  terminal: Terminal,
  stopping = () => false,
): Promise<number> {
  const { syncLake } = await import('../local/sync-lake.ts');
  const { syncExitCode, syncLines } = await import('./sync-text.ts');
  const { withProgress } = await import('./progress.ts');
  const { headlineLines, nextLines } = await import('./start-text.ts');
  const options = { selection: {}, prune: false, allowMassWithdrawal: false };
  const result = await withProgress(terminal, (progress) => syncLake(local, options, progress, stopping));
  await terminal.out(syncLines(result));
  if (!stopping()) {
    await terminal.out(await headlineLines(local.effects, terminal.outColumns));
    await terminal.out(await nextLines(local.effects, places));
  }
  return syncExitCode(result);
}

async function syncAndFollow(
  local: LocalLake,
  places: LakeLocations,
  terminal: Terminal,
  interrupt: Interrupt,
): Promise<number> {
  const { rmSync } = await import('node:fs');
  const { Changes } = await import('../local/changes.ts');
  const { followLanding, requirePlaces } = await import('../local/follow-landing.ts');
  const { LandingPoll, pollLanding } = await import('../local/landing-poll.ts');
  const { Definitions } = await import('../local/watch-definitions.ts');
  const { watchLanding } = await import('../local/watch-landing.ts');
  const { eventLines } = await import('./event-lines.ts');
  const { unseenLine } = await import('./sync-text.ts');
  const { catalog, landing, lake, scratch, sql } = local.effects;
  const changes = new Changes();
  interrupt.onStop = () => changes.stop();
  interrupt.onEnd = () => rmSync(scratch, { recursive: true, force: true });
  if (interrupt.stopped) return 0;
  // First the watcher, then the listing: a change is seen by one of them.
  const failed = (error: unknown) => void terminal.err([`warning: ${watchProblem(error)}`]);
  const watcher = await watchLanding(landing.location, { changed: (key) => changes.add(key), failed });
  const definitions = new Definitions(places.schemas, sql, local.definitions, catalog);
  const looking: Promise<void>[] = [];
  try {
    const poll = new LandingPoll(landing);
    await poll.begin();
    await syncAndShow(local, places, terminal, () => changes.stopped);
    if (!changes.stopped)
      await terminal.out([
        '',
        `Watching ${typed(places.landing)} and ${typed(places.schemas)}; Ctrl-C ends it.`,
      ]);
    const pathOf = (key: string) => typed(`${lake.location}/${key}`);
    const unseen = (one: Unseen) => void terminal.err([`warning: ${unseenLine(one)}`]);
    looking.push(pollLanding(poll, changes, { failed, unseen, require: () => requirePlaces(local) }));
    looking.push(definitions.watch(changes).catch((error: unknown) => changes.fail(error)));
    await followLanding(local, changes, poll, {
      round: ({ effects }, round) => terminal.out(eventLines(effects.catalog, round, pathOf)),
      redefined: (before) => takeUp(before, definitions, poll, terminal, () => changes.stopped),
    });
    return 0;
  } finally {
    changes.stop();
    await watcher.close();
    for (const looked of looking) await looked;
  }
}

/** Brings the lake under the definitions as they are now, as the next start would. */
async function takeUp(
  before: LocalLake,
  definitions: Definitions,
  poll: LandingPoll,
  terminal: Terminal,
  stopping: () => boolean,
): Promise<LocalLake> {
  const { syncLake } = await import('../local/sync-lake.ts');
  const { redefinitionLines, syncLines } = await import('./sync-text.ts');
  const found = await definitions.reload();
  await terminal.out(redefinitionLines({ ...found, changed: found.changed.map(typed) }));
  const local = { ...before, effects: { ...before.effects, catalog: found.catalog } };
  if (found.changed.length === 0) return local;
  await poll.begin();
  const options = { selection: {}, prune: false, allowMassWithdrawal: false };
  await terminal.out(syncLines(await syncLake(local, options, {}, stopping)));
  return local;
}

function watchProblem(error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  return `a part of landing cannot be watched: ${reason}. "npx sluice sync" finds what is missed.`;
}
