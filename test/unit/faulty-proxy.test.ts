// The tests' own proxy: what each fault lets the server see, and the caller hear; and that one seed decides the same again.
import { createServer } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FaultPlan } from '../aws/fault-plan.ts';
import { FAULTS, type Fault, faultyProxy, type Passing } from '../aws/faulty-proxy.ts';
import { UnrulyQueue } from '../aws/unruly-queue.ts';

const CONDITIONAL = { 'if-none-match': '*' };

/** A server that takes each key once. */
async function server() {
  const taken: string[] = [];
  const http = createServer((incoming, outgoing) => {
    incoming.resume().once('end', () => {
      const { method, url = '' } = incoming;
      if (method === 'GET') return outgoing.end('0123456789');
      outgoing.statusCode = taken.includes(url) ? 412 : 200;
      taken.push(url);
      return outgoing.end();
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return { endpoint: `http://127.0.0.1:${address.port}`, taken };
}

async function ask(fault: Fault, method: 'PUT' | 'GET') {
  const { endpoint, taken } = await server();
  const killed: string[] = [];
  const proxy = await faultyProxy(endpoint, { fault: () => fault, kill: ({ path }) => killed.push(path) });
  const body = method === 'PUT' ? { body: 'text' } : {};
  const heard = await fetch(`${proxy}/key`, { method, headers: CONDITIONAL, ...body }).then(
    async (answer) => {
      const text = await answer.text().catch(() => 'broken');
      return `${answer.status} ${/<Code>(\w+)/.exec(text)?.[1] ?? text}`.trim();
    },
    () => 'nothing',
  );
  return { heard, taken: taken.length, killed: killed.length };
}

describe('the faulty proxy', () => {
  it.each([
    ['reset before', 'PUT', { heard: 'nothing', taken: 0, killed: 0 }],
    ['reset after', 'PUT', { heard: 'nothing', taken: 1, killed: 0 }],
    ['kill before', 'PUT', { heard: 'nothing', taken: 0, killed: 1 }],
    ['kill after', 'PUT', { heard: 'nothing', taken: 1, killed: 1 }],
    ['409', 'PUT', { heard: '409 ConditionalRequestConflict', taken: 0, killed: 0 }],
    ['412', 'PUT', { heard: '412', taken: 2, killed: 0 }],
    ['500 before', 'PUT', { heard: '500 InternalError', taken: 0, killed: 0 }],
    ['500 after', 'PUT', { heard: '500 InternalError', taken: 1, killed: 0 }],
    ['503', 'PUT', { heard: '503 SlowDown', taken: 0, killed: 0 }],
    ['slow', 'PUT', { heard: '200', taken: 1, killed: 0 }],
    ['cut', 'GET', { heard: '200 broken', taken: 0, killed: 0 }],
  ] as const)('%s', async (fault, method, expected) => {
    expect(await ask(fault, method)).toEqual(expected);
  });
});

const put: Passing = { method: 'PUT', path: '/bucket/key', headers: {} };
const create: Passing = { ...put, headers: CONDITIONAL };
const get: Passing = { ...put, method: 'GET' };
const send: Passing = { ...put, method: 'POST', headers: { 'x-amz-target': 'AmazonSQS.SendMessageBatch' } };

function decisions(seed: number, requests: readonly Passing[], mayKill = true) {
  const plan = new FaultPlan(seed, 3);
  plan.isCalm = false;
  const decided = requests.map((passing) => ({ passing, fault: plan.decide(passing, mayKill) }));
  return { plan, decided };
}

describe('a plan of faults', () => {
  const many = Array.from({ length: 5000 }, () => [put, create, get, send]).flat();

  it('is the same for one seed, however kinds of requests interleave', () => {
    const of = (kind: Passing, requests: readonly Passing[], seed = 1) =>
      decisions(seed, requests, false).decided.flatMap(({ passing, fault }) =>
        passing === kind ? [fault] : [],
      );
    const sorted = [...many].sort((a, b) => (a.method < b.method ? -1 : 1));
    for (const kind of [put, create, get, send]) expect(of(kind, sorted)).toEqual(of(kind, many));
    expect(of(put, many, 2)).not.toEqual(of(put, many));
  });

  it('gives every fault, where it may be, counts it, and ends no more processes than it may', () => {
    const { plan, decided } = decisions(1, many);
    for (const fault of FAULTS) {
      const met = decided.filter((one) => one.fault === fault);
      expect(met.length, fault).toBeGreaterThan(0);
      expect(plan.counts[fault]).toBe(met.length);
    }
    expect(plan.kills).toBe(3);
    const where = (...faults: Fault[]) =>
      new Set(decided.flatMap(({ passing, fault }) => (fault && faults.includes(fault) ? [passing] : [])));
    expect(where('409', '412')).toEqual(new Set([create]));
    expect(where('cut')).toEqual(new Set([get, send]));
  });

  it('gives none while it is calm, and kills nobody that may not be killed', () => {
    const calm = new FaultPlan(1, 3);
    expect(new Set(many.map((passing) => calm.decide(passing, true)))).toEqual(new Set([undefined]));
    expect(decisions(1, many, false).plan.kills).toBe(0);
  });
});

it('an unruly queue delivers all that it received, some of it twice, late and in another order', () => {
  const queue = new UnrulyQueue<number>('1');
  const all = Array.from({ length: 1000 }, (_, n) => n);
  const delivered: number[] = [];
  for (let first = 0; first < 1000; first += 10)
    for (const batch of queue.batches(all.slice(first, first + 10))) delivered.push(...batch);
  expect(queue.heldBack.length).toBeGreaterThan(0);
  expect([...delivered, ...queue.heldBack]).not.toEqual(all);
  while (queue.heldBack.length > 0) delivered.push(...queue.batches([]).flat());
  expect([...new Set(delivered)].sort((a, b) => a - b)).toEqual(all);
  const twice = queue.faults().filter((fault) => fault === 'delivered twice').length;
  expect(twice).toBeGreaterThan(0);
  expect(delivered).toHaveLength(1000 + twice);
  expect(queue.faults()).toEqual([]);
});
