// Tells each channel what it was not told yet: new facts, and facts that were put right. What was told is remembered after it was
// told: at least once, and once where nothing breaks. Called after the lake's work is committed; no outcome of it changes the lake's data.
import { mapInParallel } from '../in-parallel.ts';
import {
  type Clock,
  type Notification,
  type Notifier,
  type ObjectStore,
  type Pause,
  UndeliveredError,
} from '../ports.ts';
import { messageOf } from '../table-failures.ts';
import { type About, aboutOf, type Fact, type FactId, subjectOf } from './fact.ts';
import { notificationOf } from './notification.ts';
import type { Standing } from './standing-facts.ts';
import { compareTold, forget, type Mark, remember, untoldOf } from './told.ts';

export type Telling = {
  readonly lake: ObjectStore;
  readonly landing: Pick<ObjectStore, 'location'>;
  readonly clock: Clock;
  readonly notifiers: readonly Notifier[];
  /** Between two attempts. */
  readonly pause: Pause;
  /** Of one attempt. Default: ten seconds. */
  readonly timeoutMs?: number;
  /** Ends all attempts. */
  readonly signal?: AbortSignal;
  /** Once true, nothing more is begun: the next time goes on. */
  readonly outOfTime?: () => boolean;
};

export type TellOptions = {
  /** Facts alone: nothing is said of what was put right, and no listing is made. */
  readonly only?: 'facts';
  /** False: sources that are gone from landing since are somebody's work in progress. */
  readonly newMissing?: boolean;
};

/** What a channel was not told, and why; the next time tries again. */
export type Untold = {
  /** Undefined if the facts themselves could not be found. */
  readonly channel: string | undefined;
  readonly facts: number;
  readonly reason: string;
};

const ATTEMPTS = 3;
const TIMEOUT_MS = 10_000;
/** The most notices in a notification: all are counted. */
const MAX_NOTICES = 1000;
/** The same for a channel that passes each on: what it can pass on within one attempt. */
const MAX_PASSED = 100;

/** Never throws for a channel. */
export async function tell(
  telling: Telling,
  standing: Standing,
  options: TellOptions = {},
): Promise<Untold[]> {
  const untold = await mapInParallel(telling.notifiers, (notifier) =>
    tellChannel(telling, notifier, standing, options),
  );
  return untold.flat();
}

async function tellChannel(
  telling: Telling,
  notifier: Notifier,
  standing: Standing,
  options: TellOptions,
): Promise<Untold[]> {
  const { lake, outOfTime = () => false } = telling;
  let left = 0;
  try {
    const news = await newsFor(telling, notifier.channel, standing, options);
    left = news.facts.length + news.settled.length;
    const most = notifier.passesEach ? MAX_PASSED : Number.POSITIVE_INFINITY;
    for (const { facts, settled } of portions(news, most)) {
      if (outOfTime()) throw new UndeliveredError('there was no time left', true);
      await deliver(telling, notifier, await notificationFor(telling, { facts, settled }, standing));
      await remember(
        lake,
        notifier.channel,
        facts.map(({ id }) => id),
      );
      await forget(
        lake,
        settled.map(({ mark }) => mark),
      );
      left -= facts.length + settled.length;
    }
    await forget(lake, news.obsolete);
    return [];
  } catch (error) {
    const reason = error instanceof UndeliveredError ? error.message : messageOf(error);
    return [{ channel: notifier.channel, facts: left, reason }];
  }
}

type Portion = Pick<News, 'facts' | 'settled'>;

/** What was told of a portion is remembered before the next one is: however many there are, some are done with each time. */
function* portions({ facts, settled }: Portion, most: number): Generator<Portion> {
  for (let first = 0; first < facts.length + settled.length; first += most) {
    const fromSettled = Math.max(0, first - facts.length);
    const ofFacts = facts.slice(first, first + most);
    yield { facts: ofFacts, settled: settled.slice(fromSettled, fromSettled + most - ofFacts.length) };
  }
}

type News = {
  readonly facts: readonly Fact[];
  readonly settled: readonly { readonly about: About; readonly mark: Mark }[];
  /** Marks of which nothing is said: another fact took the place of theirs, or what they are about is not defined any more. */
  readonly obsolete: readonly Mark[];
};

async function newsFor(
  { lake }: Telling,
  channel: string,
  { facts, topics, verdict }: Standing,
  { only, newMissing = true }: TellOptions,
): Promise<News> {
  const factsOf = (ids: ReadonlySet<FactId>) =>
    [...ids].flatMap((id) => {
      const fact = facts.get(id);
      return fact && (newMissing || aboutOf(id)?.kind !== 'missing') ? [fact] : [];
    });
  if (only === 'facts')
    return { facts: factsOf(await untoldOf(lake, channel, facts.keys())), settled: [], obsolete: [] };
  const { untold, past } = await compareTold(lake, channel, facts.keys(), topics);
  const standing = new Set([...facts.keys()].map((id) => subjectAt(id)));
  const settled: { about: About; mark: Mark }[] = [];
  const obsolete: Mark[] = [];
  for (const mark of past) {
    const about = mark.id === undefined ? undefined : aboutOf(mark.id);
    if (about === undefined || standing.has(subjectOf(about))) {
      obsolete.push(mark);
      continue;
    }
    const found = verdict(about);
    if (found === 'settled') settled.push({ about, mark });
    else if (found === 'void') obsolete.push(mark);
  }
  return { facts: factsOf(untold), settled: onePerSubject(settled, obsolete), obsolete };
}

function subjectAt(id: FactId): string | undefined {
  const about = aboutOf(id);
  return about && subjectOf(about);
}

/** Two versions of a file that were both told are put right by one. */
function onePerSubject<T extends { readonly about: About; readonly mark: Mark }>(
  settled: readonly T[],
  obsolete: Mark[],
): T[] {
  const seen = new Set<string>();
  return settled.filter(({ about, mark }) => {
    const subject = subjectOf(about);
    if (!seen.has(subject)) return seen.add(subject);
    obsolete.push(mark);
    return false;
  });
}

async function notificationFor(
  { lake, landing, clock }: Telling,
  { facts, settled }: Portion,
  standing: Standing,
): Promise<Notification> {
  const counts: Record<string, number> = {};
  const counted = (kind: string) => {
    counts[kind] = (counts[kind] ?? 0) + 1;
  };
  for (const { id } of facts) counted(aboutOf(id)?.kind ?? '');
  for (const _ of settled) counted('settled');
  const told = await mapInParallel(facts.slice(0, MAX_NOTICES), ({ details }) => details());
  const rest = settled.slice(0, MAX_NOTICES - told.length).map(({ about }) => ({
    kind: 'settled',
    was: about.kind,
    ...placeOf(about),
    ...standing.settled.get(subjectOf(about)),
  }));
  const places = { landing: landing.location, lake: lake.location };
  return notificationOf([...told, ...rest], counts, places, clock());
}

function placeOf({ kind: _, ...place }: About) {
  return place;
}

/** Throws UndeliveredError after the last attempt. */
async function deliver(
  { pause, timeoutMs = TIMEOUT_MS, signal }: Telling,
  notifier: Notifier,
  notification: Notification,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const ends = [AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])];
    try {
      return await notifier.notify(notification, AbortSignal.any(ends));
    } catch (error) {
      const isOver = attempt === ATTEMPTS || signal?.aborted === true;
      if (isOver || !(error instanceof UndeliveredError) || !error.mayRecover) throw error;
    }
    await pause(attempt);
  }
}
