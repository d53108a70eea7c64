// A dead-letter queue in memory, as maintain uses it.
import type { DeadLetterQueue, DeadMessage } from '../../lib/adapters/sqs-dead-letters.ts';

export class FakeLetters implements Pick<DeadLetterQueue, 'close'> {
  messages: DeadMessage[] = [];

  add(content: object | string): void {
    const body = typeof content === 'string' ? content : JSON.stringify(content);
    const id = this.messages.length;
    this.messages.push({ messageId: `letter-${id}-${body}`, body, receives: 6, firstReceivedMs: id + 1 });
  }

  async close(most: number, settled: Parameters<DeadLetterQueue['close']>[1]): Promise<number> {
    const seen = this.messages.slice(0, most);
    if (seen.length === 0) return 0;
    const ids = await settled(seen);
    this.messages = this.messages.filter(({ messageId }) => !ids.has(messageId));
    return ids.size;
  }
}

/** Nothing waits, and nothing is dead. */
export function quietQueues() {
  return {
    letters: { files: new FakeLetters(), refreshes: new FakeLetters() },
    waitingFiles: async () => 0,
    bucket: 'landing',
  };
}
