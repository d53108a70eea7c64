// An HTTP endpoint that answers as a test says, and an S3 client for it that does not repeat failed requests.
import { createServer, type IncomingMessage } from 'node:http';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { onTestFinished } from 'vitest';

export type Request = {
  readonly method: string;
  /** Path and query, as sent. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
};
export type Answer = {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Ends the connection after that many bytes of the body. */
  readonly cutAfter?: number;
};
export type Endpoint = { readonly url: string; readonly requests: Request[] };

/** `answer` gets each request and its number, from 0. */
export async function scriptedEndpoint(
  answer: (request: Request, n: number) => Answer | Promise<Answer>,
): Promise<Endpoint> {
  const requests: Request[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const request = {
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      headers: incoming.headers,
      body: Buffer.concat(chunks).toString(),
    };
    requests.push(request);
    const { status = 200, headers = {}, body = '', cutAfter } = await answer(request, requests.length - 1);
    const bytes = Buffer.from(body);
    outgoing.writeHead(status, { ...headers, 'content-length': String(bytes.byteLength) });
    if (cutAfter === undefined) outgoing.end(request.method === 'HEAD' ? undefined : bytes);
    else outgoing.write(bytes.subarray(0, cutAfter), () => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the endpoint has no port');
  return { url: `http://127.0.0.1:${address.port}`, requests };
}

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

export function scriptedS3(url: string, maxAttempts = 1): S3Client {
  return new S3Client({
    endpoint: url,
    region: 'us-east-1',
    credentials: CREDENTIALS,
    forcePathStyle: true,
    maxAttempts,
  });
}

export function scriptedSqs(url: string): SQSClient {
  return new SQSClient({ endpoint: url, region: 'us-east-1', credentials: CREDENTIALS, maxAttempts: 1 });
}

/** An error as S3 tells it. */
export function s3Fault(status: number, code: string, message = '', extra = ''): Answer {
  return {
    status,
    headers: { 'content-type': 'application/xml' },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message>${extra}</Error>`,
  };
}

/** A range of `content` as S3 answers it, or 412 where If-Match names another version. */
export function ranged(content: string, etag: string, { headers }: Request): Answer {
  if (headers['if-match'] !== undefined && headers['if-match'] !== etag)
    return s3Fault(412, 'PreconditionFailed');
  if (content === '' && headers.range) return s3Fault(416, 'InvalidRange');
  const [, from = '0', to = ''] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? [];
  const end = to === '' ? content.length : Math.min(content.length, Number(to) + 1);
  const range = { 'content-range': `bytes ${from}-${end - 1}/${content.length}` };
  return {
    status: headers.range ? 206 : 200,
    headers: { etag, ...(headers.range ? range : {}) },
    body: content.slice(Number(from), end),
  };
}
