// Notices through an event bus and a rule to a queue: which events a rule of a stage takes, and the text that people read.
import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { eventBridgeNotifier } from '../../lib/adapters/eventbridge-notifier.ts';
import { emulator } from './emulated.ts';
import { events, eventTexts, queueOf } from './events-queue.ts';

// What LocalStack does with a rule's transformer nobody has seen.
it.runIf(emulator.brand === 'ministack')(
  `${emulator.brand}: a rule takes the events of its stage alone, and sends their text`,
  async () => {
    const stage = `test-${randomUUID().slice(0, 8)}`;
    const queue = await queueOf(stage);
    const put = (of: string, texts: readonly string[]) =>
      eventBridgeNotifier({ client: events, bus: 'default', stage: of }).notify(
        {
          text: '',
          at: '2024-01-01T00:00:00.000Z',
          landing: 's3://in',
          lake: 's3://lake',
          notices: texts.map((text) => ({ kind: 'rejected', dataset: 'sales', key: 'a.csv', text })),
          omitted: 0,
        },
        AbortSignal.timeout(30_000),
      );
    await put('another', ['not for us']);
    const texts = Array.from({ length: 12 }, (_, n) => `rejected \`${n}.csv\``);
    await put(stage, texts);
    expect((await eventTexts(queue, texts.length)).sort()).toEqual(
      texts.map((text) => `Sluice: ${text} (lake s3://lake)`).sort(),
    );
  },
);
