// The refresh queue, in which one message about a table is enough: whoever takes it brings the table up to date with everything
// that was committed before. So that a table with many commits, or one whose refresh always fails, fills no queue, a mark in
// the lake says that a message waits. It is made before the message is sent, and removed before its receiver reads a log:
// whoever finds it there committed before that reading.
import type { TableRef } from '../core/insight.ts';
import { tablePrefix } from '../core/insight.ts';
import { jsonBytes, parseJsonObject } from '../json-object.ts';
import { waitingKey } from '../lake/layout.ts';
import type { Clock, NewId, ObjectStore, Queue } from '../ports.ts';
import { type RefreshNews, refreshGroup } from './refresh-messages.ts';

export type RefreshQueueEffects = {
  readonly queue: Queue<RefreshNews>;
  readonly lake: ObjectStore;
  readonly clock: Clock;
  readonly newId: NewId;
};

/** A mark is left behind where a sender dies before it sends, and a receiver on its last attempt. Then this long nobody asks. */
const STALE_MS = 3600_000;

type Mark = { readonly id: string; readonly sentMs: number };

export class RefreshQueue implements Queue<RefreshNews> {
  readonly #effects: RefreshQueueEffects;

  constructor(effects: RefreshQueueEffects) {
    this.#effects = effects;
  }

  /** Returns when a message about each of the tables waits. */
  async send(messages: readonly RefreshNews[]): Promise<void> {
    const marked: RefreshNews[] = [];
    for (const news of oneEach(messages)) if (await this.#mark(news.target)) marked.push(news);
    await this.#sendMarked(marked);
  }

  /** As send, whatever waits by what the marks say: they are no proof where somebody died before. */
  async sendAnyway(messages: readonly RefreshNews[]): Promise<void> {
    const news = oneEach(messages);
    for (const { target } of news) await this.waitsAgain(target);
    await this.#sendMarked(news);
  }

  async #sendMarked(news: readonly RefreshNews[]): Promise<void> {
    try {
      await this.#effects.queue.send(news);
    } catch (error) {
      // The next one to ask must not rely on a message that was not sent.
      await this.#effects.lake.remove(news.map(({ target }) => keyOf(target))).catch(() => undefined);
      throw error;
    }
  }

  /** To be called before anything of the table's inputs is read. */
  async taken(target: TableRef): Promise<void> {
    await this.#effects.lake.remove([keyOf(target)]);
  }

  /** To be called before a message about the table is sent, or comes back. */
  async waitsAgain(target: TableRef): Promise<void> {
    await this.#effects.lake.create(keyOf(target), jsonBytes(this.#newMark()));
  }

  /** True where no message waits yet, so that the caller must send one. */
  async #mark(target: TableRef): Promise<boolean> {
    const { lake, clock } = this.#effects;
    const own = this.#newMark();
    if (await lake.create(keyOf(target), jsonBytes(own))) return true;
    const found = parseJsonObject<Mark>(await lake.read(keyOf(target)));
    // Its own: the answer to the creation was lost, and the store's client asked again.
    if (found !== undefined && found.id !== own.id && clock().getTime() - found.sentMs < STALE_MS)
      return false;
    await lake.write(keyOf(target), jsonBytes(own));
    return true;
  }

  #newMark(): Mark {
    return { id: this.#effects.newId(), sentMs: this.#effects.clock().getTime() };
  }
}

/** The oldest news of each table. */
export function oneEach(messages: readonly RefreshNews[]): RefreshNews[] {
  const news = new Map<string, RefreshNews>();
  for (const next of messages) {
    const known = news.get(refreshGroup(next));
    const isOlder = (next.arrivedMs ?? Infinity) < (known?.arrivedMs ?? Infinity);
    if (known === undefined || isOlder) news.set(refreshGroup(next), next);
  }
  return [...news.values()];
}

function keyOf(target: TableRef): string {
  return waitingKey(tablePrefix(target));
}
