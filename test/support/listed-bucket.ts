// A bucket that answers ListObjectsV2 as its documentation says, and counts what it is asked:
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
import type { ListObjectsV2CommandInput, ListObjectsV2CommandOutput, S3Client } from '@aws-sdk/client-s3';

export type ListedBucketOptions = {
  /** The most keys and folders of an answer. */
  readonly pageKeys: number;
  /** Stores differ: whether a folder is listed that is not greater than StartAfter, but has keys that are. Default true. */
  readonly listsFolderAround?: boolean;
  /** What is awaited before the answer to a request, counted from 0. A rejection is the answer. */
  readonly before?: (input: ListObjectsV2CommandInput, n: number) => Promise<void>;
};

export type ListedBucket = {
  readonly client: S3Client;
  readonly requests: ListObjectsV2CommandInput[];
  /** Requests that are not answered, and the most that there were. */
  underWay(): { readonly now: number; readonly most: number };
};

export function listedBucket(keys: readonly string[], options: ListedBucketOptions): ListedBucket {
  const sorted = inByteOrder(keys);
  const requests: ListObjectsV2CommandInput[] = [];
  let [now, most] = [0, 0];
  const send = async (
    { input }: { readonly input: ListObjectsV2CommandInput },
    { abortSignal }: { readonly abortSignal: AbortSignal },
  ): Promise<Partial<ListObjectsV2CommandOutput>> => {
    abortSignal.throwIfAborted();
    const n = requests.push(input) - 1;
    now += 1;
    most = Math.max(most, now);
    await unlessAborted(options.before?.(input, n), abortSignal).finally(() => {
      now -= 1;
    });
    return answer(sorted, input, options);
  };
  return { client: { send } as unknown as S3Client, requests, underWay: () => ({ now, most }) };
}

export function inByteOrder(keys: readonly string[]): string[] {
  return [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

async function unlessAborted(waiting: Promise<void> | undefined, signal: AbortSignal): Promise<void> {
  let abort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
  });
  signal.addEventListener('abort', abort);
  await Promise.race([waiting, aborted]).finally(() => signal.removeEventListener('abort', abort));
}

function answer(
  sorted: readonly string[],
  { Prefix = '', Delimiter, StartAfter = '', ContinuationToken }: ListObjectsV2CommandInput,
  { pageKeys, listsFolderAround = true }: ListedBucketOptions,
): Partial<ListObjectsV2CommandOutput> {
  const [Contents, CommonPrefixes]: [{ Key: string; Size: number }[], { Prefix: string }[]] = [[], []];
  let last = '';
  let next = ContinuationToken === undefined ? firstBehind(sorted, StartAfter) : Number(ContinuationToken);
  while (next < sorted.length && Contents.length + CommonPrefixes.length < pageKeys) {
    const key = sorted[next] as string;
    next += 1;
    if (!key.startsWith(Prefix)) continue;
    const slash = Delimiter ? key.indexOf(Delimiter, Prefix.length) : -1;
    const folder = key.slice(0, slash + 1);
    if (slash < 0) Contents.push({ Key: encoded(key), Size: key.length });
    else if (folder !== last && (listsFolderAround || isGreater(folder, StartAfter)))
      CommonPrefixes.push({ Prefix: encoded(folder) });
    last = folder;
    // The rest of a folder is the folder again.
    while (slash >= 0 && sorted[next]?.startsWith(folder)) next += 1;
  }
  const IsTruncated = sorted.slice(next).some((key) => key.startsWith(Prefix));
  const token = IsTruncated ? { NextContinuationToken: String(next) } : {};
  return { EncodingType: 'url', Contents, CommonPrefixes, IsTruncated, ...token };
}

function firstBehind(sorted: readonly string[], key: string): number {
  const first = sorted.findIndex((other) => isGreater(other, key));
  return first < 0 ? sorted.length : first;
}

function isGreater(key: string, other: string): boolean {
  return Buffer.compare(Buffer.from(key), Buffer.from(other)) > 0;
}

function encoded(key: string): string {
  return encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+');
}
