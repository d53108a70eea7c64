// A batch of the files queue: its keys, in slices that fit into the remaining time, and the outcome of each message.

import { type IngestRequest, type IngestResult, ingest, requestId } from '../ingest/ingest.ts';
import type { Effects } from '../lake/effects.ts';
import type { Queue } from '../ports.ts';
import { type FileNews, parseFileMessage } from './file-messages.ts';
import { FILES_PER_BATCH, ingestMs } from './limits.ts';
import type { Notices } from './notices.ts';
import type { TellPage } from './page-news.ts';
import { type RefreshNews, stamped } from './refresh-messages.ts';
import type { RefreshQueue } from './refresh-queue.ts';
import type { Measure } from './telemetry.ts';
import { type BatchEffects, type Received, type Slice, workThrough } from './work-through.ts';

export type IngestBatchEffects = BatchEffects & {
  readonly effects: Effects;
  readonly refreshes: RefreshQueue;
  readonly files: Queue<FileNews>;
  readonly measure: Measure;
  /** Default: nobody is told. */
  readonly notices?: Pick<Notices, 'ofIngest'>;
  /** Default: the page is written on a schedule alone. */
  readonly tellPage?: TellPage;
  /** Landing's bucket: a notification about another one is an error. */
  readonly bucket: string;
  /** The folder of the bucket that is landing. Default: the whole bucket. */
  readonly prefix?: string;
};

const MAX_SLICE_BYTES = 64_000_000;

/** The messages that failed. Never throws for a single message. */
export function ingestBatch(
  batch: IngestBatchEffects,
  messages: readonly Received[],
  remainingMs: () => number,
): Promise<Received[]> {
  return workThrough<FileNews[]>(batch, messages, {
    parse: (body) => parseFileMessage(body, { bucket: batch.bucket, prefix: batch.prefix ?? '' }),
    slices,
    hasTimeFor: (slice) => remainingMs() > ingestMs(bytesOf(slice)),
    work: (slice) => ingestSlice(batch, slice),
    isSuspect: (news) => news.some(({ isSuspect }) => isSuspect === true),
    sendAnew: (slice, asSuspects) =>
      batch.files.send(
        slice.flatMap(({ news }) => news.map((one) => (asSuspects ? { ...one, isSuspect: true } : one))),
      ),
  });
}

/** The keys of a slice share a commit. */
function slices(parsed: Slice<FileNews[]>): Slice<FileNews[]>[] {
  const made: Slice<FileNews[]>[] = [];
  let open: { readonly slice: Slice<FileNews[]>; readonly files: number; readonly bytes: number } | undefined;
  for (const item of parsed) {
    const [files, bytes] = [item.news.length, bytesOf([item])];
    const fits =
      open !== undefined && open.files + files <= FILES_PER_BATCH && open.bytes + bytes <= MAX_SLICE_BYTES;
    if (open !== undefined && fits) {
      open = { slice: [...open.slice, item], files: open.files + files, bytes: open.bytes + bytes };
    } else {
      if (open) made.push(open.slice);
      open = { slice: [item], files, bytes };
    }
  }
  return open ? [...made, open.slice] : made;
}

function bytesOf(slice: Slice<FileNews[]>): number {
  return slice.flatMap(({ news }) => news).reduce((sum, { sizeBytes = 0 }) => sum + sizeBytes, 0);
}

async function ingestSlice(
  { effects, refreshes, measure, notices, tellPage }: IngestBatchEffects,
  slice: Slice<FileNews[]>,
): Promise<ReadonlyMap<Received, unknown>> {
  const requests = new Map<string, IngestRequest>();
  for (const { source, dataset } of slice.flatMap(({ news }) => news)) {
    const request = { source, ...(dataset === undefined ? {} : { dataset }) };
    requests.set(requestId(request), request);
  }
  if (requests.size === 0) return new Map();
  const arrivals = slice.flatMap(({ news }) => news.map(({ arrivedMs }) => arrivedMs));
  // An earlier receiver of these messages may have died between writing a mark and sending its message.
  const isRetried = slice.some(
    ({ message, news }) => message.attempts > 1 || news.some((one) => one.isSuspect),
  );
  const queue = isRetried
    ? { send: (messages: readonly RefreshNews[]) => refreshes.sendAnyway(messages) }
    : refreshes;
  const result = await ingest({ ...effects, refreshes: stamped(queue, arrivals) }, [...requests.values()]);
  measureIngest(measure, result);
  await notices?.ofIngest(effects, result);
  if (result.outcomes.some(({ result }) => result !== 'unchanged')) await tellPage?.();
  const errors = new Map(result.failures.map(({ request, error }) => [requestId(request), error]));
  const failed = new Map<Received, unknown>();
  for (const { message, news } of slice) {
    const id = news.map(requestId).find((id) => errors.has(id));
    if (id !== undefined) failed.set(message, errors.get(id));
  }
  return failed;
}

function measureIngest(measure: Measure, { outcomes, conflicts }: IngestResult): void {
  const read = outcomes.filter(({ result }) => result === 'accepted');
  measure('rows', total(read.map(({ report }) => report?.accepted ?? 0)));
  measure('quarantined', total(read.map(({ report }) => report?.quarantined ?? 0)));
  measure('rejectedFiles', outcomes.filter(({ result }) => result === 'rejected').length);
  measure('conflicts', conflicts);
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
