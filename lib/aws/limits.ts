// What fits into a function: memory for DuckDB, seconds for a file, the largest file. Pure; also used by the stack.

import { DISK_FACTOR } from '../ingest/size-limit.ts';

const MB = 1_000_000;
/** Assumed source bytes per second of a function, far below the measured value (over 50 MB/s on two cores). */
const BYTES_PER_SECOND = 10 * MB;
/** For HEAD, commit and report, independent of the size. */
const SECONDS_PER_SLICE = 10;
/** Node, the SDK, and what DuckDB allocates beyond its limit. */
const RESERVED_MEMORY_MB = 400;
/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html: one vCPU per 1,769 MB. */
const MEMORY_MB_PER_CPU = 1769;

export function engineMemoryMb(functionMemoryMb: number): number {
  return Math.max(128, Math.floor((functionMemoryMb - RESERVED_MEMORY_MB) * 0.75));
}

export function engineThreads(functionMemoryMb: number): number {
  return Math.max(1, Math.round(functionMemoryMb / MEMORY_MB_PER_CPU));
}

export function ingestMs(sourceBytes: number): number {
  return 1000 * (SECONDS_PER_SLICE + sourceBytes / BYTES_PER_SECOND);
}

/** The largest source file that a function can surely process. */
export function largestSourceBytes(diskMb: number, timeoutSeconds: number): number {
  const onDisk = (diskMb * MB) / DISK_FACTOR;
  const inTime = (timeoutSeconds - SECONDS_PER_SLICE) * BYTES_PER_SECOND;
  return Math.floor(Math.max(MB, Math.min(onDisk, inTime)));
}

/** Data files of a partition that a function computes; beyond it, a job does, where there are any. */
export function largestPartitionBytes(diskMb: number): number {
  return Math.floor((diskMb * MB) / DISK_FACTOR);
}

/** Room for immutable lake files that a warm function keeps. */
export function cacheBytes(diskMb: number): number {
  return Math.floor((diskMb * MB) / DISK_FACTOR);
}

/**
 * Messages of a batch, and files that share a commit: what a batch reads and writes beside its files counts once for all of them. Lambda
 * takes batches of up to 10,000 messages and 6 MB (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html).
 */
export const FILES_PER_BATCH = 250;

const RESERVE_MS = 60_000;

/** True when only the time for a last commit remains: a minute, or a third of a short function's time. */
export function deadline(remainingMs: () => number): () => boolean {
  const reserveMs = Math.min(RESERVE_MS, remainingMs() / 3);
  return () => remainingMs() < reserveMs;
}

/** A message comes back this long after its worker died; see Heartbeat. */
export const HIDDEN_SECONDS = 90;

/** How often a message is received before SQS moves it to the dead-letter queue. */
export const MAX_RECEIVES = 5;
const FIRST_PAUSE_SECONDS = 10;

/** The delay before a message that failed for the `attempts`-th time comes back. After the last attempt: none. */
export function pauseSeconds(attempts: number): number {
  return attempts >= MAX_RECEIVES ? 0 : FIRST_PAUSE_SECONDS * 2 ** (attempts - 1);
}
