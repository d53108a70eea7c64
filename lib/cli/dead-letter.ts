// A dead letter as shown to people, from a lake's folder or from an SQS queue. Pure.

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
  /** The SQS message id, as in the functions' logs; null in a lake's folder. */
  readonly messageId: string | null;
  /** Landing keys, or the one table to refresh; empty if the message names none. */
  readonly about: readonly string[];
  /** True if the message itself is wrong, independent of what the lake holds. */
  readonly isRefused: boolean;
  readonly reason: string;
  /** How often it was received; null if not counted. */
  readonly receives: number | null;
  /** ISO 8601: when it was first received or, in a lake's folder, when the last attempt failed. */
  readonly at: string | null;
};

export function letterOfLake(place: string, { queue, message, error, at }: DeadLetter): Letter {
  const about = ['source' in message ? message.source : tablePrefix(message.target)];
  return { queue, place, messageId: null, about, isRefused: false, reason: error, receives: null, at };
}

const FUNCTIONS: Record<QueueName, string> = { files: 'ingest', refreshes: 'aggregate' };

/**
 * `landing`: if known. The reason is what is wrong with the message itself, otherwise where to look; a caller who can
 * read the lake may replace it by a better one.
 */
export function letterOfQueue(
  queue: QueueName,
  place: string,
  { messageId, body, receives, firstReceivedMs }: DeadMessage,
  landing?: S3Location,
): Letter {
  const { about, problem } = readBody(body, landing);
  const log = `see the log of the function ${FUNCTIONS[queue]}: message.failed, messageId ${messageId} (or a time-out)`;
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

/** Even a message that the functions refuse may name its subject, so this parses leniently. */
function readBody(body: string, landing: S3Location | undefined): ReadBody {
  const neither = {
    about: [],
    problem: `not an S3 notification and not a Sluice message: ${excerpt(body)}`,
  };
  try {
    const message = JSON.parse(body) as {
      source?: unknown;
      detail?: { bucket?: { name?: unknown }; object?: { key?: unknown } };
      target?: { kind?: unknown; name?: unknown };
      Records?: readonly { s3?: { bucket?: { name?: unknown }; object?: { key?: unknown } } }[];
    } | null;
    const { bucket, object } = message?.detail ?? {};
    // An S3 event sent by EventBridge: its source is S3, and its key is not encoded.
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

/** Undefined if it is not a key. */
function readKey(encoded: unknown, from: unknown, landing: S3Location | undefined): ReadBody | undefined {
  if (typeof encoded !== 'string') return undefined;
  const key = decodeFormKey(encoded);
  if (key === undefined) {
    const problem = `the key ${JSON.stringify(encoded)} does not decode to UTF-8, so no request can name the object: store it under another key`;
    return { about: [encoded], problem };
  }
  return placed(key, from, landing);
}

/** Keys below landing's prefix are shown relative to it. */
function placed(key: string, from: unknown, landing: S3Location | undefined): ReadBody {
  if (typeof from !== 'string' || landing === undefined) return { about: [key] };
  const { bucket, prefix } = landing;
  if (from !== bucket) {
    const problem = `it is about the bucket ${from}, but landing is ${bucket}: make ${from} notify another queue, and delete this message`;
    return { about: [key], problem };
  }
  const below = prefix === '' ? '' : `${prefix}/`;
  if (key.startsWith(below)) return { about: [key.slice(below.length)] };
  const problem = `it is about a key outside landing (s3://${bucket}/${prefix}): make ${bucket} notify another queue about such keys, and delete this message`;
  return { about: [key], problem };
}

function excerpt(body: string): string {
  return JSON.stringify(body.length > 200 ? `${body.slice(0, 200)}…` : body);
}
