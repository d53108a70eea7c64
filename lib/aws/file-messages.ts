// Parses messages of the files queue: S3's notifications, its events from EventBridge, and our own messages. Pure.
import * as z from 'zod';
import { decodeFormKey } from '../adapters/form-key.ts';
import type { IngestRequest } from '../ingest/ingest.ts';

/** `arrivedMs`: when S3 received the file; unknown for files that reconcile found. `isSuspect`: it may have killed a process and is processed alone. */
export type FileNews = IngestRequest & {
  readonly sizeBytes?: number;
  readonly arrivedMs?: number;
  readonly isSuspect?: true;
};

const notification = z.object({
  Records: z.array(
    z.object({
      eventSource: z.literal('aws:s3'),
      eventName: z.string(),
      eventTime: z.iso.datetime({ offset: true }),
      s3: z.object({
        bucket: z.object({ name: z.string() }),
        object: z.object({ key: z.string().min(1), size: z.number().nonnegative().optional() }),
      }),
    }),
  ),
});
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html: its key is not encoded. */
const eventBridge = z.object({
  source: z.literal('aws.s3'),
  time: z.iso.datetime({ offset: true }),
  detail: z.object({
    bucket: z.object({ name: z.string() }),
    object: z.object({ key: z.string().min(1), size: z.number().nonnegative().optional() }),
  }),
});
/** S3 sends it when notifications are configured: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
const testEvent = z.object({ Service: z.string(), Event: z.literal('s3:TestEvent') });
const ownMessage = z.strictObject({
  source: z.string().min(1),
  dataset: z.string().optional(),
  sizeBytes: z.number().optional(),
  arrivedMs: z.number().optional(),
  isSuspect: z.literal(true).optional(),
});

/** The location of source files; `prefix`: the folder that keys are relative to, without leading or trailing `/`; empty for none. */
export type LandingPlace = { readonly bucket: string; readonly prefix: string };

/**
 * The keys in the message, regardless of the event: ingest looks at their current state. Throws on anything but a message
 * of this queue about landing.
 */
export function parseFileMessage(body: string, landing: LandingPlace): FileNews[] {
  const message = parseJson(body);
  if (testEvent.safeParse(message).success) return [];
  const own = ownMessage.safeParse(message);
  if (own.success) return [withoutUndefined(own.data)];
  const event = eventBridge.safeParse(message).data;
  if (event) {
    const { bucket, object } = event.detail;
    return newsOf(landing, bucket.name, object.key, object.size, event.time);
  }
  const { data, error } = notification.safeParse(message);
  if (data === undefined)
    throw new Error(
      `not an S3 notification and not a Sluice message: ${z.prettifyError(error)} in ${excerpt(body)}`,
    );
  return data.Records.flatMap(({ eventTime, s3: { bucket, object } }) =>
    newsOf(landing, bucket.name, decodeKey(object.key), object.size, eventTime),
  );
}

/** Skips the folder itself, which consoles create as an empty object. */
function newsOf(
  { bucket, prefix }: LandingPlace,
  from: string,
  key: string,
  sizeBytes: number | undefined,
  time: string,
): FileNews[] {
  if (from !== bucket)
    throw new Error(`the notification is about the bucket ${from}, but landing is ${bucket}`);
  const below = prefix === '' ? '' : `${prefix}/`;
  if (!key.startsWith(below))
    throw new Error(
      `the notification is about the key ${JSON.stringify(key)}, but landing is s3://${bucket}/${prefix}`,
    );
  const source = key.slice(below.length);
  return source === '' ? [] : [withoutUndefined({ source, sizeBytes, arrivedMs: Date.parse(time) })];
}

/** Throws if it is not. */
function decodeKey(encoded: string): string {
  const key = decodeFormKey(encoded);
  if (key === undefined) throw new Error(`the key ${JSON.stringify(encoded)} is not percent-encoded UTF-8`);
  return key;
}

export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new Error(`the message is not JSON: ${excerpt(body)}`, { cause: error });
  }
}

export function excerpt(body: string): string {
  return JSON.stringify(body.length > 200 ? `${body.slice(0, 200)}…` : body);
}

type Loose<T> = { [K in keyof T]: T[K] | undefined };

function withoutUndefined(news: Loose<FileNews> & { source: string }): FileNews {
  return Object.fromEntries(Object.entries(news).filter(([, value]) => value !== undefined)) as FileNews;
}
