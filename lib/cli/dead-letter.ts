// A dead letter as people are shown it, whether it lies in a lake's folder or in a queue of SQS. Pure.

import { decodeFormKey } from '../adapters/form-key.ts';
import type { S3Location } from '../adapters/s3-location.ts';
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
  /** True where the message itself shows what is wrong, whatever the lake holds. */
  readonly isRefused: boolean;
  readonly reason: string;
  /** How often it was handed out; null where nobody counted. */
  readonly receives: number | null;
  /** ISO 8601: when it was first received, or when it was given up in a lake's folder. */
  readonly at: string | null;
};

export function letterOfLake(place: string, { queue, message, error, at }: DeadLetter): Letter {
  const about = ['source' in message ? message.source : tablePrefix(message.target)];
  return { queue, place, messageId: null, about, isRefused: false, reason: error, receives: null, at };
}

const FUNCTIONS: Record<QueueName, string> = { files: 'ingest', refreshes: 'aggregate' };

/**
 * `landing`: where it is known. The reason is what the message itself shows to be wrong, else where to look; whoever
 * knows the lake may know better.
 */
export function letterOfQueue(
  queue: QueueName,
  place: string,
  { messageId, body, receives, firstReceivedMs }: DeadMessage,
  landing?: S3Location,
): Letter {
  const { about, problem } = readBody(body, landing);
  const log = `the log of the function ${FUNCTIONS[queue]} says why: message.failed, messageId ${messageId} (or a time-out)`;
  return {
    queue,
    place,
    messageId,
    about,
    isRefused: problem !== undefined,
    reason: problem ?? log,
    receives,
    at: firstReceivedMs === undefined ? null : new Date(firstReceivedMs).toISOString(),
  };
}

type ReadBody = { readonly about: readonly string[]; readonly problem?: string };

/** What the functions refuse may still say what it is about: so this reads it leniently. */
function readBody(body: string, landing: S3Location | undefined): ReadBody {
  const neither = {
    about: [],
    problem: `neither a notification of S3 nor a message of Sluice: ${excerpt(body)}`,
  };
  try {
    const message = JSON.parse(body) as {
      source?: unknown;
      detail?: { bucket?: { name?: unknown }; object?: { key?: unknown } };
      target?: { kind?: unknown; name?: unknown };
      Records?: readonly { s3?: { bucket?: { name?: unknown }; object?: { key?: unknown } } }[];
    } | null;
    const { bucket, object } = message?.detail ?? {};
    // An event of S3's by EventBridge, whose source is S3 and whose key stands as it is.
    if (typeof object?.key === 'string') return placed(object.key, bucket?.name, landing);
    if (typeof message?.source === 'string') return { about: [message.source] };
    if (message?.target) return { about: [`${message.target.kind}/${message.target.name}`] };
    const read = message?.Records?.map(({ s3 }) => readKey(s3?.object?.key, s3?.bucket?.name, landing));
    const known = read?.filter((one) => one !== undefined);
    if (known === undefined || known.length !== read?.length) return neither;
    const problem = known.find((one) => one.problem !== undefined)?.problem;
    const about = known.flatMap((one) => one.about);
    return problem === undefined ? { about } : { about, problem };
  } catch {
    return neither;
  }
}

/** Undefined for what is no key. */
function readKey(encoded: unknown, from: unknown, landing: S3Location | undefined): ReadBody | undefined {
  if (typeof encoded !== 'string') return undefined;
  const key = decodeFormKey(encoded);
  if (key === undefined) {
    const problem = `the key ${JSON.stringify(encoded)} is not UTF-8 where it is decoded, so that no request can name the object: store it under another key`;
    return { about: [encoded], problem };
  }
  return placed(key, from, landing);
}

/** Keys below landing's prefix are shown as landing knows them. */
function placed(key: string, from: unknown, landing: S3Location | undefined): ReadBody {
  if (typeof from !== 'string' || landing === undefined) return { about: [key] };
  const { bucket, prefix } = landing;
  if (from !== bucket) {
    const problem = `it is about the bucket ${from}, and landing is ${bucket}: let ${from} notify another queue, and delete this message`;
    return { about: [key], problem };
  }
  const below = prefix === '' ? '' : `${prefix}/`;
  if (key.startsWith(below)) return { about: [key.slice(below.length)] };
  const problem = `it is about a key outside of landing, which is s3://${bucket}/${prefix}: let ${bucket} notify another queue of such keys, and delete this message`;
  return { about: [key], problem };
}

function excerpt(body: string): string {
  return JSON.stringify(body.length > 200 ? `${body.slice(0, 200)}…` : body);
}
