// The server of the page, asked by raw sockets: what browsers would never send is what others may.
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryStore } from '../../lib/adapters/memory-store.ts';
import { type PageServer, servePage } from '../../lib/local/serve-page.ts';
import { useTemp } from '../support/temp.ts';

const DOCUMENT = `data/dataset-${'0123456789abcdef'.repeat(2)}.js`;
const FILES: Readonly<Record<string, string>> = {
  'index.html': '<!doctype html>page',
  'data/index.js': 'index',
  [DOCUMENT]: 'document',
  'app-ABCD1234.js': 'app',
  'app-ABCD1234.css': 'style',
  'links/20240131T120000Z-x.html': 'link',
  'notes.html': 'notes',
};

const temp = useTemp();
const store = memoryStore({ clock: () => new Date(), scratch: temp });
let server: PageServer;
beforeAll(async () => {
  for (const [name, text] of Object.entries(FILES)) await store.write(`site/${name}`, Buffer.from(text));
  await store.write('secret.html', Buffer.from('secret'));
  server = await servePage({ store, prefix: 'site/' });
});
afterAll(() => server.close());

/** All that the server says until it closes the connection. */
function raw(text: string): Promise<string> {
  return new Promise((done, failed) => {
    let said = '';
    const socket = connect(server.port, '127.0.0.1', () => socket.write(text, 'latin1'));
    socket.setEncoding('latin1').on('data', (part: string) => {
      said += part;
    });
    socket.on('close', () => done(said)).on('error', failed);
  });
}

const ask = (target: string, { method = 'GET', host = `127.0.0.1:${server.port}` } = {}) =>
  raw(`${method} ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
const statusOf = (said: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(said)?.[1]);
const bodyOf = (said: string) => said.slice(said.indexOf('\r\n\r\n') + 4);
const header = (said: string, name: string) => new RegExp(`^${name}: (.*)\r$`, 'im').exec(said)?.[1];

describe('a browser of this machine', () => {
  it('gets the page, which it may not keep, and whose policy is in a header too', async () => {
    for (const target of ['/', '/index.html', '/?x=1']) {
      const said = await ask(target);
      expect([statusOf(said), bodyOf(said)]).toEqual([200, FILES['index.html']]);
      expect(header(said, 'content-type')).toBe('text/html; charset=utf-8');
      expect(header(said, 'cache-control')).toBe('no-store');
      expect(header(said, 'content-security-policy')).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      );
      expect(header(said, 'x-content-type-options')).toBe('nosniff');
      expect(header(said, 'referrer-policy')).toBe('no-referrer');
      expect(header(said, 'cross-origin-resource-policy')).toBe('same-origin');
      expect(header(said, 'access-control-allow-origin')).toBeUndefined();
    }
  });

  it.each([
    ['/data/index.js?1700000000000', 'text/javascript; charset=utf-8', 'no-store'],
    [`/${DOCUMENT}`, 'text/javascript; charset=utf-8', 'max-age=31536000, immutable'],
    ['/app-ABCD1234.js', 'text/javascript; charset=utf-8', 'max-age=31536000, immutable'],
    ['/app-ABCD1234.css', 'text/css; charset=utf-8', 'max-age=31536000, immutable'],
  ])('gets %s as %s, %s', async (target, type, cache) => {
    const said = await ask(target);
    expect([statusOf(said), header(said, 'content-type'), header(said, 'cache-control')]).toEqual([
      200,
      type,
      cache,
    ]);
  });

  it('may call it by its other names', async () => {
    for (const host of ['localhost', '[::1]'])
      expect(statusOf(await ask('/', { host: `${host}:${server.port}` }))).toBe(200);
  });

  it('gets no body where it asks for the head alone', async () => {
    const said = await ask('/', { method: 'HEAD' });
    expect([statusOf(said), bodyOf(said), header(said, 'content-length')]).toEqual([200, '', '19']);
  });
});

describe('is refused', () => {
  it.each([
    'evil.example',
    'evil.example:4780',
    '127.0.0.1',
    '127.0.0.1:1',
    'localhost.evil.example:4780',
    '',
  ])('who calls it %j: another site reached it through a browser', async (host) =>
    expect(statusOf(await ask('/', { host }))).toBe(421),
  );

  it('who names no host, or two', async () => {
    expect(statusOf(await raw('GET / HTTP/1.1\r\nConnection: close\r\n\r\n'))).toBe(400);
    expect(statusOf(await raw('GET / HTTP/1.0\r\n\r\n'))).toBe(421);
    const host = `Host: 127.0.0.1:${server.port}\r\n`;
    const two = await raw(`GET / HTTP/1.1\r\nHost: evil.example\r\n${host}Connection: close\r\n\r\n`);
    expect(statusOf(two)).not.toBe(200);
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE'])('%s', async (method) => {
    const said = await ask('/', { method });
    expect([statusOf(said), header(said, 'allow')]).toEqual([405, 'GET, HEAD']);
  });

  it.each([
    '/../secret.html',
    '/%2e%2e/secret.html',
    '/data/../../secret.html',
    '/data/%2e%2e%2fsecret.html',
    '/..%5csecret.html',
    '/..\\secret.html',
    '/data\\index.js',
    '//index.html',
    '/./index.html',
    '/index.html/',
    '/index.html%00',
    '/data/index.js%00.html',
    '/notes.html',
    '/links/20240131T120000Z-x.html',
    '/data/',
    '/data',
    '/%69ndex.html',
    '/INDEX.HTML',
    '/index.html;x',
    '/index.html#x',
    '/__proto__',
    `/data/dataset-${'f'.repeat(32)}.js`,
    `/${'a'.repeat(5000)}.js`,
    `/?${'a'.repeat(5000)}`,
    'index.html',
    'http://127.0.0.1/index.html',
    '*',
  ])('%s', async (target) => expect([400, 404]).toContain(statusOf(await ask(target))));

  it('a target with a NUL, a line end, or more than anybody needs', async () => {
    const host = `Host: 127.0.0.1:${server.port}\r\nConnection: close\r\n\r\n`;
    expect(statusOf(await raw(`GET /index.html\0 HTTP/1.1\r\n${host}`))).toBe(400);
    expect(statusOf(await raw(`GET /${'a'.repeat(100_000)} HTTP/1.1\r\n${host}`))).toBe(431);
    expect(statusOf(await raw(`GET / HTTP/1.1\r\nX: ${'a'.repeat(100_000)}\r\n${host}`))).toBe(431);
  });
});

it('takes the next free port, but not where one was asked for', async () => {
  const second = await servePage({ store, prefix: 'site/' });
  try {
    expect(second.port).not.toBe(server.port);
    await expect(servePage({ store, prefix: 'site/' }, second.port)).rejects.toThrow(
      `Port ${second.port} of 127.0.0.1 is taken: choose another --port, or leave it out for a free one.`,
    );
  } finally {
    await second.close();
  }
});

it('listens on 127.0.0.1 and nowhere else', async () => {
  expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
  const reached = await new Promise((done) => {
    const socket = connect(server.port, '127.0.0.2', () => done(true));
    socket.on('error', () => done(false)).on('connect', () => socket.destroy());
  });
  expect(reached).toBe(false);
});
