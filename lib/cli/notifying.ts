// How the command line tells people outside, and what it prints where it could not: warnings on standard error, and nothing else.
import { setTimeout as after } from 'node:timers/promises';
import { nextDueMs } from '../lake/overdue.ts';
import { type Channels, channelsOf } from '../local/notifiers.ts';
import { type NotifyOptions, notifyLake } from '../local/notify-lake.ts';
import type { LocalLake } from '../local/open-lake.ts';
import type { Untold } from '../notify/tell.ts';
import type { Terminal } from './terminal.ts';
import { count } from './text.ts';
import type { Project } from './verb.ts';

/** Told after a run; what is printed of it is not part of the run's result. */
export async function notifyAfter(
  local: Pick<LocalLake, 'effects'>,
  { config, environment }: Project,
  terminal: Terminal,
  options: NotifyOptions = {},
): Promise<void> {
  const channels = channelsOf(config, environment);
  warn(terminal, channels.problems, await notifyLake(local, channels.notifiers, options));
}

function warn(terminal: Terminal, problems: readonly string[], untold: readonly Untold[]): void {
  terminal.err([
    ...problems.map((problem) => `warning: ${problem}. Nobody was notified by it.`),
    ...untold.map((one) => `warning: ${untoldText(one)}. The next sync tries again.`),
  ]);
}

function untoldText({ channel, facts, reason }: Untold): string {
  if (channel === undefined) return `nobody was notified: ${reason}`;
  const about = facts === 0 ? '' : ` of ${count(facts, 'fact')}`;
  return `the ${channel} of notify in sluice.yaml was not notified${about}: ${reason}`;
}

const RETRY_MS = 60_000;
/** A timer stands still while a laptop sleeps. */
const LONGEST_TIMER_MS = 10 * 60_000;

/**
 * Tells beside the work of `start`, which never waits for it: one after another, and what came meanwhile together. What could not be
 * told is tried again after a minute. When an expected file is due it tells without being asked: that none comes is no event.
 */
export class Notifying {
  readonly #channels: Channels;
  readonly #terminal: Terminal;
  readonly #stop = new AbortController();
  #wake = new AbortController();
  #running: Promise<void> | undefined;
  #due: NodeJS.Timeout | undefined;
  #next: { readonly local: Pick<LocalLake, 'effects'>; readonly newMissing: boolean } | undefined;

  constructor({ config, environment }: Project, terminal: Terminal) {
    this.#channels = channelsOf(config, environment);
    this.#terminal = terminal;
    warn(terminal, this.#channels.problems, []);
  }

  /** Returns at once. `newMissing`: false while deletions are being followed; see TellOptions. */
  tell(local: Pick<LocalLake, 'effects'>, newMissing: boolean): void {
    if (this.#channels.notifiers.length === 0 || this.#stop.signal.aborted) return;
    this.#next = { local, newMissing: newMissing || this.#next?.newMissing === true };
    this.#wake.abort();
    this.#running ??= this.#run();
    this.#tellWhenDue(local, nextDueMs(local.effects.catalog.datasets, local.effects.clock()));
  }

  #tellWhenDue(local: Pick<LocalLake, 'effects'>, dueMs: number | undefined): void {
    clearTimeout(this.#due);
    if (dueMs === undefined) return;
    const leftMs = dueMs - local.effects.clock().getTime();
    const look = () => (leftMs < 0 ? this.tell(local, false) : this.#tellWhenDue(local, dueMs));
    this.#due = setTimeout(look, Math.min(Math.max(leftMs + 1, 0), LONGEST_TIMER_MS));
  }

  /** Ends what is being told: the next start tells it. */
  async end(): Promise<void> {
    this.#stop.abort();
    this.#wake.abort();
    clearTimeout(this.#due);
    await this.#running;
  }

  /** Is over in the very step in which it finds nothing more to tell, so that no call falls between. */
  async #run(): Promise<void> {
    const { signal } = this.#stop;
    let reasons = '';
    try {
      while (this.#next !== undefined && !signal.aborted) {
        const { local, newMissing } = this.#next;
        this.#next = undefined;
        this.#wake = new AbortController();
        const untold = await notifyLake(local, this.#channels.notifiers, { signal, newMissing });
        if (signal.aborted) return;
        const found = untold.map(({ channel, reason }) => `${channel} ${reason}`).join('\n');
        if (found !== reasons) warn(this.#terminal, [], untold);
        reasons = found;
        if (untold.length === 0) continue;
        await after(RETRY_MS, undefined, { signal: this.#wake.signal }).catch(() => undefined);
        this.#next ??= { local, newMissing };
      }
    } finally {
      this.#running = undefined;
    }
  }
}
