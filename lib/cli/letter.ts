// A dead letter as people are shown it, whether it lies in a lake's folder or in a queue of SQS. Pure.
import type { DeadMessage } from '../adapters/sqs-dead-letters.ts';
import { tablePrefix } from '../core/insight.ts';
import type { DeadLetter } from '../local/local-queues.ts';

export type QueueName = DeadLetter['queue'];

export type Letter = {
  readonly queue: QueueName;
  /** The lake's location, or the queue's URL. */
  readonly place: string;
  /** SQS's, by which the functions' logs name the message; null in a lake's folder. */
  readonly messageId: string | null;
  /** Landing keys, or the one table that was to be refreshed; empty where the message does not say. */
  readonly about: readonly string[];
  readonly reason: string;
  /** How often it was handed out; null where nobody counted. */
  readonly receives: number | null;
  /** ISO 8601: when it was first received, or when it was given up in a lake's folder. */
  readonly at: string | null;
};

export function letterOfLake(place: string, { queue, message, error, at }: DeadLetter): Letter {
  const about = ['source' in message ? message.source : tablePrefix(message.target)];
  return { queue, place, messageId: null, about, reason: error, receives: null, at };
}

const FUNCTIONS: Record<QueueName, string> = { files: 'ingest', refreshes: 'aggregate' };

/** Its reason is where to look; whoever knows the lake may know better. */
export function letterOfQueue(
  queue: QueueName,
  place: string,
  { messageId, body, receives, firstReceivedMs }: DeadMessage,
): Letter {
  const about = aboutOf(body);
  const log = `the log of the function ${FUNCTIONS[queue]} says why: message.failed, messageId ${messageId} (or a time-out)`;
  return {
    queue,
    place,
    messageId,
    about: about ?? [],
    reason:
      about === undefined ? `neither a notification of S3 nor a message of Sluice: ${excerpt(body)}` : log,
    receives,
    at: firstReceivedMs === undefined ? null : new Date(firstReceivedMs).toISOString(),
  };
}

/** What the functions refuse may still say what it is about: so this reads it leniently. Undefined for anything else. */
function aboutOf(body: string): string[] | undefined {
  try {
    const message = JSON.parse(body) as {
      source?: unknown;
      detail?: { object?: { key?: unknown } };
      target?: { kind?: unknown; name?: unknown };
      Records?: readonly { s3?: { object?: { key?: unknown } } }[];
    } | null;
    // An event of S3's by EventBridge, whose source is S3.
    if (typeof message?.detail?.object?.key === 'string') return [message.detail.object.key];
    if (typeof message?.source === 'string') return [message.source];
    if (message?.target) return [`${message.target.kind}/${message.target.name}`];
    const keys = message?.Records?.map((record) => record.s3?.object?.key);
    return keys?.every((key) => typeof key === 'string') ? keys.map(decodeKey) : undefined;
  } catch {
    return undefined;
  }
}

/** In notifications keys are encoded as in a form. */
function decodeKey(encoded: string): string {
  return decodeURIComponent(encoded.replaceAll('+', ' '));
}

function excerpt(body: string): string {
  return JSON.stringify(body.length > 200 ? `${body.slice(0, 200)}…` : body);
}
