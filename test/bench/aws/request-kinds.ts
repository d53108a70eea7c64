// What requests are for: their kind, what they are about, and commits that another writer took. Pure.

/** `target`: the header X-Amz-Target, which SQS's requests have and S3's have not. */
export type AwsRequest = {
  readonly method: string;
  readonly path: string;
  readonly target?: string | undefined;
  /** Of the answer, where one came. */
  readonly status?: number | undefined;
};

/** As S3 counts: removals of several objects at once are one DELETE. */
export const KINDS = ['GET', 'HEAD', 'LIST', 'PUT', 'DELETE'] as const;
export type Kind = (typeof KINDS)[number];

/** Undefined for what is none of S3's that we know. SQS's have a target. */
export function s3Kind({ method, path, target }: AwsRequest): Kind | undefined {
  if (target !== undefined) return undefined;
  if (method === 'DELETE' || (method === 'POST' && /[?&]delete(?:&|=|$)/.test(path))) return 'DELETE';
  if (method === 'PUT' || method === 'POST') return 'PUT';
  if (method === 'HEAD') return 'HEAD';
  if (method !== 'GET') return undefined;
  return /[?&]list-type=2(?:&|$)/.test(path) ? 'LIST' : 'GET';
}

export function isSqs({ target }: AwsRequest): boolean {
  return target?.startsWith('AmazonSQS.') === true;
}

/** What a request to S3 is about, in plain words. Buckets are part of the path, as emulators have them. */
export function subjectOf({ path }: AwsRequest, landingBucket: string): string {
  const { pathname, searchParams } = new URL(path, 'http://s3');
  const [, bucket, ...rest] = decodeURIComponent(pathname).split('/');
  if (bucket === landingBucket) return 'source file';
  const key = rest.join('/') || (searchParams.get('prefix') ?? '');
  if (/\/_delta_log\/(?:_last_checkpoint|.*\.parquet)$/.test(key)) return 'checkpoint';
  if (key.includes('/_delta_log/')) return 'log entry';
  if (key.startsWith('files/')) return 'report';
  if (key.startsWith('quarantine/')) return 'quarantined rows';
  if (key.startsWith('waiting/')) return 'mark of a waiting refresh';
  if (key.endsWith('.parquet')) return 'data file';
  return key === '' ? 'several at once' : (key.split('/')[0] as string);
}

/** S3's answers to a conditional write that came second. */
const SECOND = new Set([409, 412]);

/** Attempts to commit, and those of them that another writer was faster than. */
export function commitsIn(requests: readonly AwsRequest[]): { attempts: number; conflicts: number } {
  const attempts = requests.filter(
    ({ method, path }) => method === 'PUT' && /\/_delta_log\/\d{20}\.json(?:\?|$)/.test(path),
  );
  const conflicts = attempts.filter(({ status }) => status !== undefined && SECOND.has(status));
  return { attempts: attempts.length, conflicts: conflicts.length };
}

export type RequestTable = ReadonlyMap<string, ReadonlyMap<Kind, number>>;

/** By subject and kind, those with the most requests first. */
export function requestTable(requests: readonly AwsRequest[], landingBucket: string): RequestTable {
  const table = new Map<string, Map<Kind, number>>();
  for (const request of requests) {
    const kind = s3Kind(request);
    if (kind === undefined) continue;
    const subject = subjectOf(request, landingBucket);
    const row = table.get(subject) ?? new Map<Kind, number>();
    table.set(subject, row.set(kind, (row.get(kind) ?? 0) + 1));
  }
  const total = (row: ReadonlyMap<Kind, number>) => [...row.values()].reduce((sum, n) => sum + n, 0);
  return new Map([...table].sort(([, a], [, b]) => total(b) - total(a)));
}
