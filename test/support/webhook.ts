// A real HTTP server that takes notifications and answers as it is told to: at once, late, never, with an error.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export type Taken = {
  readonly text: string;
  readonly counts: Record<string, number>;
  readonly omitted: number;
  readonly lake: string;
  readonly notices: readonly Record<string, unknown>[];
};

export type Webhook = {
  readonly url: string;
  /** Of every request, whatever was answered. */
  readonly requests: Taken[];
  /** For the requests that follow; by default 200. `never` leaves them without an answer. */
  answer(with_: number | 'never' | ((response: ServerResponse) => void)): void;
  /** Nobody listens there any more. */
  close(): Promise<void>;
};

export async function openWebhook(): Promise<Webhook> {
  const requests: Taken[] = [];
  let answer: Parameters<Webhook['answer']>[0] = 200;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      requests.push(JSON.parse(Buffer.concat(chunks).toString('utf8')));
      if (answer === 'never') return;
      if (typeof answer === 'function') answer(response);
      else response.writeHead(answer).end('a body that nobody reads');
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const close = () =>
    new Promise<void>((done) => {
      server.close(() => done());
      server.closeAllConnections();
    });
  onTestFinished(async () => {
    if (server.listening) await close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/services/T0/B0/very-secret`,
    requests,
    answer: (with_) => {
      answer = with_;
    },
    close,
  };
}
