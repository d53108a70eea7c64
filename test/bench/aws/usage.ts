// What AWS bills for work done: requests by kind, invocations, memory times time, log and stored bytes. Pure.
import { type AwsRequest, isSqs, s3Kind } from './request-kinds.ts';

/** Counts and sums, to be added up and multiplied; fractions are fine. */
export type Usage = {
  /** S3's dearer requests: PUT, POST and LIST. */
  readonly s3Puts: number;
  /** GET and HEAD. */
  readonly s3Gets: number;
  /** A batch is one. */
  readonly sqsRequests: number;
  readonly invocations: number;
  readonly gbSeconds: number;
  readonly logBytes: number;
  /** In both buckets, from now on. */
  readonly storedBytes: number;
};

export const NOTHING: Usage = {
  s3Puts: 0,
  s3Gets: 0,
  sqsRequests: 0,
  invocations: 0,
  gbSeconds: 0,
  logBytes: 0,
  storedBytes: 0,
};

export function plus(a: Usage, b: Usage): Usage {
  return combined(a, b, (x, y) => x + y);
}

export function times(usage: Usage, factor: number): Usage {
  return combined(usage, NOTHING, (x) => x * factor);
}

function combined(a: Usage, b: Usage, sum: (x: number, y: number) => number): Usage {
  const names = Object.keys(NOTHING) as (keyof Usage)[];
  return Object.fromEntries(names.map((name) => [name, sum(a[name], b[name])])) as Usage;
}

/** Removing objects costs nothing. Throws on a request that it does not know: a price would be missing. */
export function requestUsage(requests: readonly AwsRequest[]): Usage {
  let [s3Puts, s3Gets, sqsRequests] = [0, 0, 0];
  for (const request of requests) {
    const kind = s3Kind(request);
    if (isSqs(request)) sqsRequests += 1;
    else if (kind === 'LIST' || kind === 'PUT') s3Puts += 1;
    else if (kind === 'GET' || kind === 'HEAD') s3Gets += 1;
    else if (kind === undefined)
      throw new Error(`no price for ${request.target ?? `${request.method} ${request.path}`}`);
  }
  return { ...NOTHING, s3Puts, s3Gets, sqsRequests };
}

/** One run of a function, its start included where it had one. */
export function invocationUsage(ms: number, memoryMb: number): Usage {
  return { ...NOTHING, invocations: 1, gbSeconds: (ms / 1000) * (memoryMb / 1024) };
}
