// A proxy before an emulator: it lets requests through, loses their answers, answers in the emulator's place, or ends the process
// that asks. Which request meets what is the caller's to say.
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as after } from 'node:timers/promises';
import { onTestFinished } from 'vitest';

export type Passing = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
};

/**
 * What becomes of a request. `before`: the emulator never sees it; `after`: it has done what it was asked for, and the caller
 * does not hear of it. All of them are what S3 and SQS may do:
 * - `409`: another writer of the key is under way (of a conditional write alone);
 * - `412`: the request reaches the emulator twice, as where something on the way repeats it, and the caller hears the second
 *   answer: a conditional creation is told, truly, that the key is there;
 * - `cut`: half of the answer's body comes;
 * - `kill`: the process that asks dies.
 */
export const FAULTS = [
  'reset before',
  'reset after',
  '409',
  '412',
  '500 before',
  '500 after',
  '503',
  'slow',
  'cut',
  'kill before',
  'kill after',
] as const;
export type Fault = (typeof FAULTS)[number];

export type ProxyRules = {
  /** Asked for each request; undefined lets it pass. */
  readonly fault?: (passing: Passing) => Fault | undefined;
  /** Lower-case names of headers that the emulator does not get to see. */
  readonly drops?: readonly string[];
  /** Called before a request is passed on. */
  readonly before?: (passing: Passing) => Promise<void>;
  /** Ends the process that sent the request. */
  readonly kill?: (passing: Passing) => void;
};

const SLOW_MS = 1_000;
const REFUSALS = {
  '409': [409, 'ConditionalRequestConflict'],
  '500 before': [500, 'InternalError'],
  '500 after': [500, 'InternalError'],
  '503': [503, 'SlowDown'],
} as const;

export const isSqs = ({ headers }: Passing) => String(headers['x-amz-target']).startsWith('AmazonSQS.');
export const isConditionalWrite = ({ method, headers }: Passing) =>
  method === 'PUT' && (headers['if-none-match'] ?? headers['if-match']) !== undefined;

/** Returns the proxy's URL; it ends with the test. */
export async function faultyProxy(endpoint: string, rules: ProxyRules): Promise<string> {
  const server = createServer((incoming, outgoing) => {
    const passing = { method: incoming.method ?? '', path: incoming.url ?? '', headers: incoming.headers };
    answer(new URL(endpoint), rules, passing, incoming, outgoing).catch(() => incoming.socket.destroy());
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

async function answer(
  target: URL,
  { fault: faultOf, drops = [], before, kill }: ProxyRules,
  passing: Passing,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  await before?.(passing);
  const fault = faultOf?.(passing);
  const onward = () => passOn(target, passing, drops, incoming);
  switch (fault) {
    case 'reset before':
      return void incoming.socket.destroy();
    case 'reset after':
      await buffer(await onward());
      return void incoming.socket.destroy();
    case 'kill before':
      kill?.(passing);
      return void incoming.socket.destroy();
    case 'kill after':
      await buffer(await onward());
      kill?.(passing);
      return void incoming.socket.destroy();
    case '409':
    case '500 before':
    case '503':
      await buffer(incoming);
      return refuse(passing, fault, outgoing);
    case '500 after':
      await buffer(await onward());
      return refuse(passing, fault, outgoing);
    case '412': {
      const body = await buffer(incoming);
      await buffer(await passOn(target, passing, drops, body));
      return relay(await passOn(target, passing, drops, body), outgoing);
    }
    case 'cut':
      return cut(await onward(), outgoing);
    case 'slow': {
      const answered = await onward();
      await after(SLOW_MS);
      return relay(answered, outgoing);
    }
    case undefined:
      return relay(await onward(), outgoing);
  }
}

function passOn(
  { hostname, port }: URL,
  { method, path, headers }: Passing,
  drops: readonly string[],
  body: IncomingMessage | Buffer,
): Promise<IncomingMessage> {
  const passed = Object.fromEntries(Object.entries(headers).filter(([name]) => !drops.includes(name)));
  return new Promise((resolve, reject) => {
    const onward = request({ hostname, port, method, path, headers: passed }, resolve);
    onward.once('error', reject);
    if (Buffer.isBuffer(body)) onward.end(body);
    else body.pipe(onward);
  });
}

function relay(answered: IncomingMessage, outgoing: ServerResponse): void {
  outgoing.writeHead(answered.statusCode ?? 500, answered.headers);
  answered.once('error', () => outgoing.destroy());
  answered.pipe(outgoing);
}

async function cut(answered: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const body = await buffer(answered);
  outgoing.writeHead(answered.statusCode ?? 500, answered.headers);
  outgoing.write(body.subarray(0, body.length / 2), () => outgoing.destroy());
}

function refuse(passing: Passing, fault: keyof typeof REFUSALS, outgoing: ServerResponse): void {
  const [status, code] = REFUSALS[fault];
  const message = 'Please try again.';
  if (isSqs(passing)) {
    const name = status === 503 ? 'ServiceUnavailable' : code;
    outgoing.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
    outgoing.end(JSON.stringify({ __type: `com.amazonaws.sqs#${name}`, message }));
    return;
  }
  outgoing.writeHead(status, { 'content-type': 'application/xml' });
  outgoing.end(
    passing.method === 'HEAD'
      ? undefined
      : `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`,
  );
}
