// `sluice start`: fills a lake, shows insights, then watches landing. What a new user sees first.
import { rmSync } from 'node:fs';
import { isS3Location } from '../adapters/s3-location.ts';
import { Definitions } from '../local/follow-definitions.ts';
import { watchedLanding, workOn } from '../local/follow-landing.ts';
import type { LocalLake } from '../local/open-lake.ts';
import { fillLanding } from '../local/samples.ts';
import { syncLake } from '../local/sync-lake.ts';
import { watch } from '../local/watch.ts';
import { eventLines } from './event-lines.ts';
import { FAULT, NEEDS_ATTENTION } from './exit-codes.ts';
import { Interrupt } from './interrupt.ts';
import { givenOptions, typed } from './locations.ts';
import { Notifying, notifyAfter } from './notifying.ts';
import { withProgress } from './progress.ts';
import { PORT, portOption } from './serving.ts';
import { headlineLines, nextLines } from './start-text.ts';
import { StartedPage } from './started-page.ts';
import { redefinitionLines, syncExitCode, syncLines, unseenLine } from './sync-text.ts';
import type { Terminal } from './terminal.ts';
import { count } from './text.ts';
import { type Arguments, LAKE, LANDING, MEMORY, type Project, SCHEMAS, VERBOSE, type Verb } from './verb.ts';
import { type OpenedLake, withLake } from './with-lake.ts';

export const start: Verb = {
  description: `If there is no landing folder, creates one from the samples next to the contracts. Brings the lake in line with
it, shows headline insights, then processes every file that is dropped, overwritten, renamed or deleted there,
one line each. Ctrl-C stops it and leaves a consistent lake; the next start continues.

It looks at landing and at the definitions twice a second. If a look takes long, it waits twenty times as
long as the look took. In S3 a look is one request per 1,000 files. If a look fails, it is tried again.

A file is read when it has not changed for half a second. If its writer pauses longer, it is read twice:
half, and then whole. To avoid that, write under a name with a leading dot, which is ignored, and rename
it when it is complete. An object in S3 is always complete.

Changed contracts and insights are applied when they have not changed for half a second, as the next start
would; the changes are printed. If a file is wrong, the error is printed and its previous text stays in effect.

It serves the page that "sluice page" writes, on 127.0.0.1, and rewrites it after each change; for a lake
in a bucket the page is in a temporary folder. If that fails, a warning says so and the work goes on.

Whom "notify" in sluice.yaml names is told as by "sluice sync", beside the work, which does not wait for it.`,
  options: [
    LANDING,
    LAKE,
    SCHEMAS,
    { name: 'once', description: 'Exit instead of watching, with the exit codes of "sluice sync".' },
    PORT,
    MEMORY,
    VERBOSE,
  ],
  examples: [
    { command: 'npx sluice start', meaning: 'load the samples into .lake/, then watch' },
    { command: 'npx sluice start --once', meaning: 'the same, and exit' },
    { command: 'npx sluice start --landing /data/landing --lake /data/lake', meaning: 'your own folders' },
    {
      command: 'npx sluice start --landing s3://my-landing --lake s3://my-lake',
      meaning: 'in S3, worked on by this machine',
    },
  ],
  exitCodes: [
    { code: 0, meaning: 'stopped by Ctrl-C, or (--once) success' },
    { code: NEEDS_ATTENTION, meaning: '(--once) something needs attention: as with "sluice sync"' },
    { code: FAULT, meaning: 'a fault: see the message' },
    { code: 2, meaning: 'wrong usage' },
    { code: 130, meaning: 'a second Ctrl-C' },
  ],
  run,
};

async function run(args: Arguments, terminal: Terminal, project: Project): Promise<number> {
  portOption(args);
  if (args.flag('once'))
    return opened(args, terminal, async (local) => {
      const code = await syncAndShow(local, args, terminal);
      if (!isS3Location(local.effects.lake.location))
        await new StartedPage(args, terminal, local.effects).written(local.effects);
      await notifyAfter(local, project, terminal);
      return code;
    });
  const interrupt = new Interrupt(terminal);
  const notifying = new Notifying(project, terminal);
  try {
    return await opened(args, terminal, async (local) => {
      try {
        return await syncAndFollow(local, args, terminal, interrupt, notifying);
      } finally {
        await notifying.end();
      }
    });
  } finally {
    interrupt.dispose();
  }
}

function opened(
  args: Arguments,
  terminal: Terminal,
  work: (local: OpenedLake) => Promise<number>,
): Promise<number> {
  // A folder that is missing is made; a bucket is somebody else's.
  const isBucket = isS3Location(args.value('landing') ?? '');
  const needs = { landing: isBucket ? 'required' : 'wanted', lake: 'wanted', writes: true } as const;
  return withLake(args, terminal, needs, async (local) => {
    const { schemas, landing } = local.locations;
    const { datasets, derivations } = local.effects.catalog;
    const insights = derivations.filter(({ target }) => target.kind === 'insights').length;
    await terminal.out([
      `Sluice: ${count(datasets.length, 'dataset')} and ${count(insights, 'insight')} from ${typed(schemas)}`,
    ]);
    const samples = isBucket ? undefined : await fillLanding(schemas, landing, new Date());
    if (samples !== undefined)
      await terminal.out([`Copied ${count(samples, 'sample file')} to ${typed(landing)}`]);
    return work(local);
  });
}

const EVERYTHING = { selection: {}, prune: false, allowMassWithdrawal: false };

/** Returns sync's exit code. */
async function syncAndShow(
  local: OpenedLake,
  args: Arguments,
  terminal: Terminal,
  stopping = () => false,
): Promise<number> {
  const result = await withProgress(terminal, (progress) => syncLake(local, EVERYTHING, progress, stopping));
  await terminal.out(syncLines(result));
  if (!stopping()) {
    await terminal.out(await headlineLines(local.effects, terminal.outColumns));
    await terminal.out(await nextLines(local.effects, local.locations, givenOptions(args)));
  }
  return syncExitCode(result);
}

async function syncAndFollow(
  local: OpenedLake,
  args: Arguments,
  terminal: Terminal,
  interrupt: Interrupt,
  notifying: Notifying,
): Promise<number> {
  const { catalog, lake, scratch, sql } = local.effects;
  const { landing: landingPlace, schemas } = local.locations;
  const stop = new AbortController();
  const stopped = () => stop.signal.aborted;
  interrupt.onStop = () => stop.abort();
  interrupt.onEnd = () => rmSync(scratch, { recursive: true, force: true });
  if (interrupt.stopped) return 0;
  const warn = (text: string) => void terminal.err([`warning: ${text}`]);
  const { watched: landing, seen } = watchedLanding(local.effects, (one) => warn(unseenLine(one)));
  const definitions = new Definitions(schemas, sql, local.definitions, catalog, local.bound);
  await landing.settle();
  await syncAndShow(local, args, terminal, stopped);
  if (stopped()) return 0;
  notifying.tell(local, true);
  const page = new StartedPage(args, terminal, local.effects);
  try {
    await page.served(local.effects);
    if (stopped()) return 0;
    await terminal.out(['', `Watching ${typed(landingPlace)} and ${typed(schemas)}; press Ctrl-C to stop.`]);
    const pathOf = (key: string) => typed(`${lake.location}/${key}`);
    // Each round uses the definitions that are in effect when it starts.
    let current: LocalLake = local;
    const told = () => {
      notifying.tell(current, false);
      page.renew(current.effects, seen());
    };
    const redefine = async () => {
      current = await takeUp(current, definitions, terminal, stopped);
      told();
    };
    const follow = async (keys: readonly string[]) => {
      const round = await workOn(current, keys, stopped);
      await terminal.out(eventLines(current.effects.catalog, round, pathOf));
      told();
    };
    const followed = [
      { watched: definitions.watched, take: redefine },
      { watched: landing, take: follow },
    ];
    await watch(followed, stop.signal, (error) => warn(lookProblem(error)));
    return 0;
  } finally {
    await page.end();
  }
}

/** Applies the current definitions to the lake, as the next start would. */
async function takeUp(
  before: LocalLake,
  definitions: Definitions,
  terminal: Terminal,
  stopping: () => boolean,
): Promise<LocalLake> {
  const found = await definitions.reload();
  await terminal.out(redefinitionLines({ ...found, changed: found.changed.map(typed) }));
  const local = { ...before, effects: { ...before.effects, catalog: found.catalog } };
  if (found.changed.length === 0) return local;
  await terminal.out(syncLines(await syncLake(local, EVERYTHING, {}, stopping)));
  return local;
}

function lookProblem(error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  return `${reason.replace(/\.$/, '')}. Sluice keeps trying.`;
}
