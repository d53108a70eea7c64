// A proxy before an emulator that lets a request through and loses its answer, or takes a header away on the way.
import { createServer, type IncomingHttpHeaders, request } from 'node:http';
import { onTestFinished } from 'vitest';

export type Passing = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
};
export type ProxyRules = {
  /** Asked once the emulator has answered: true cuts the connection instead of passing the answer on. */
  readonly loses?: (passing: Passing) => boolean;
  /** Lower-case names of headers that the emulator does not get to see. */
  readonly drops?: readonly string[];
  /** Called before a request is passed on. */
  readonly before?: (passing: Passing) => Promise<void>;
};

/** Returns the proxy's URL; it ends with the test. */
export async function lossyProxy(
  endpoint: string,
  { loses, drops = [], before }: ProxyRules,
): Promise<string> {
  const target = new URL(endpoint);
  const server = createServer(async (incoming, outgoing) => {
    const passing = { method: incoming.method ?? '', path: incoming.url ?? '', headers: incoming.headers };
    await before?.(passing);
    const headers = Object.entries(incoming.headers).filter(([name]) => !drops.includes(name));
    const { hostname, port } = target;
    const { method, path } = passing;
    const onward = request(
      { hostname, port, method, path, headers: Object.fromEntries(headers) },
      (answer) => {
        if (loses?.(passing)) {
          answer.resume();
          answer.once('end', () => incoming.socket.destroy());
          return;
        }
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      },
    );
    onward.once('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return `http://127.0.0.1:${address.port}`;
}
