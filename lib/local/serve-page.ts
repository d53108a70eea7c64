// Serves a page to this machine's browsers, read-only: on 127.0.0.1 alone, GET and HEAD alone, the page's own files alone, and only to who
// names this server as its host, so that no other site can reach it through a browser.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SERVED_POLICY, webFile } from '../core/web-file.ts';
import { CliError } from '../errors.ts';
import { isPageFile } from '../page/site.ts';
import type { ObjectStore } from '../ports.ts';

/** `prefix`: of the page's files in the store; '' or ends in `/`. */
export type PagePlace = { readonly store: ObjectStore; readonly prefix: string };

export type PageServer = { readonly url: string; readonly port: number; close(): Promise<void> };

export const PAGE_PORT = 4780;
const HOST = '127.0.0.1';
/** From the first one on; then the system chooses. */
const PORTS_TRIED = 20;
const MAX_PATH = 200;

/** `port`: this one, or CliError where it is taken. Without it: the first free one from 4780 on. */
export async function servePage(place: PagePlace, port?: number): Promise<PageServer> {
  const server = createServer({ maxHeaderSize: 8192 }, (request, response) => {
    answer(place, request, response).catch(() => plain(response, 500, 'The page cannot be read.'));
  });
  await listen(server, port);
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${HOST}:${taken}`,
    port: taken,
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

async function listen(server: Server, port: number | undefined): Promise<void> {
  if (port !== undefined) {
    if (await listensOn(server, port)) return;
    throw new CliError(
      `Port ${port} of ${HOST} is taken: choose another --port, or leave it out for a free one.`,
    );
  }
  for (let nth = 0; nth < PORTS_TRIED; nth++) if (await listensOn(server, PAGE_PORT + nth)) return;
  await listensOn(server, 0);
}

/** False where the port is taken. */
function listensOn(server: Server, port: number): Promise<boolean> {
  return new Promise((listening, failed) => {
    const refused = (error: NodeJS.ErrnoException) => {
      server.off('listening', ready);
      if (error.code === 'EADDRINUSE') listening(false);
      else
        failed(
          new CliError(`cannot serve on port ${port} of ${HOST}: ${error.message}`, 1, { cause: error }),
        );
    };
    const ready = () => {
      server.off('error', refused);
      listening(true);
    };
    server.once('error', refused).once('listening', ready).listen(port, HOST);
  });
}

async function answer(
  { store, prefix }: PagePlace,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { port } = request.socket.address() as AddressInfo;
  if (![HOST, 'localhost', '[::1]'].some((host) => request.headers.host === `${host}:${port}`))
    return plain(response, 421, `This page is served as http://${HOST}:${port} alone.`);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    return plain(response, 405, 'This page can only be read.');
  }
  const name = nameIn(request.url ?? '');
  const file = name === undefined ? undefined : webFile(name);
  const bytes = file && (await store.read(`${prefix}${name}`));
  if (file === undefined || bytes === undefined) return plain(response, 404, 'There is no such file.');
  response.writeHead(200, {
    ...HEADERS,
    'Content-Type': file.contentType,
    'Cache-Control': file.cacheControl,
    'Content-Length': bytes.byteLength,
  });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

const HEADERS = {
  'Content-Security-Policy': SERVED_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
};

/** The file that a request's target names; undefined for any other. Nothing is decoded: the page's names need no encoding. */
function nameIn(target: string): string | undefined {
  if (target.length > MAX_PATH || !target.startsWith('/')) return undefined;
  const path = target.slice(1).replace(/\?.*$/s, '');
  const name = path === '' ? 'index.html' : path;
  return isPageFile(name) ? name : undefined;
}

function plain(response: ServerResponse, status: number, text: string): void {
  if (response.headersSent) return void response.destroy();
  response.writeHead(status, {
    ...HEADERS,
    'Content-Type': 'text/plain; charset=utf-8',
    'Cache-Control': 'no-store',
  });
  response.end(`${text}\n`);
}
