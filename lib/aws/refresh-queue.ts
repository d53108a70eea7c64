// The refresh queue needs only one message per table: its receiver brings the table up to date with every earlier commit. A
// mark in the lake shows that a message waits, so that a table with many commits, or one whose refresh always fails, does
// not fill the queue. The mark is created before the message is sent, and removed before the receiver reads a log: a
// sender that finds it has committed before that read.
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

/** A stale mark remains if a sender dies before sending, or a receiver on its last attempt. It blocks messages for this long. */
const STALE_MS = 3600_000;

type Mark = { readonly id: string; readonly sentMs: number };

export class RefreshQueue implements Queue<RefreshNews> {
  readonly #effects: RefreshQueueEffects;

  constructor(effects: RefreshQueueEffects) {
    this.#effects = effects;
  }

  /** Resolves when a message about each of the tables waits. */
  async send(messages: readonly RefreshNews[]): Promise<void> {
    const marked: RefreshNews[] = [];
    for (const news of oneEach(messages)) if (await this.#mark(news.target)) marked.push(news);
    await this.#sendMarked(marked);
  }

  /** Like send, but ignores the marks: they prove nothing if an earlier process died. */
  async sendAnyway(messages: readonly RefreshNews[]): Promise<void> {
    const news = oneEach(messages);
    for (const { target } of news) await this.waitsAgain(target);
    await this.#sendMarked(news);
  }

  async #sendMarked(news: readonly RefreshNews[]): Promise<void> {
    try {
      await this.#effects.queue.send(news);
    } catch (error) {
      // The next sender must not rely on a message that was not sent.
      await this.#effects.lake.remove(news.map(({ target }) => keyOf(target))).catch(() => undefined);
      throw error;
    }
  }

  /** Call before reading anything of the table's inputs. */
  async taken(target: TableRef): Promise<void> {
    await this.#effects.lake.remove([keyOf(target)]);
  }

  /** Call before a message about the table is sent or comes back. */
  async waitsAgain(target: TableRef): Promise<void> {
    await this.#effects.lake.create(keyOf(target), jsonBytes(this.#newMark()));
  }

  /** True if no message waits yet, so the caller must send one. */
  async #mark(target: TableRef): Promise<boolean> {
    const { lake, clock } = this.#effects;
    const own = this.#newMark();
    if (await lake.create(keyOf(target), jsonBytes(own))) return true;
    const found = parseJsonObject<Mark>(await lake.read(keyOf(target)));
    // Our own mark: the answer to the creation was lost, and the store's client retried.
    if (found !== undefined && found.id !== own.id && clock().getTime() - found.sentMs < STALE_MS)
      return false;
    await lake.write(keyOf(target), jsonBytes(own));
    return true;
  }

  #newMark(): Mark {
    return { id: this.#effects.newId(), sentMs: this.#effects.clock().getTime() };
  }
}

/** The oldest message of each table. */
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
